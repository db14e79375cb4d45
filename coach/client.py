"""The Python SDK: `Client` and `AsyncClient` for the HTTP API, typed with the product's own types.

Failures are those of coach/errors.py. What may succeed later is tried again; a request that creates something
carries an Idempotency-Key, so that trying again never creates it twice.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, ExitStack
from typing import Any, Self

import httpx
import stamina
from httpx_sse import EventSource

from coach.api import calls
from coach.api.calls import Call, Reply
from coach.api.exchange import WAIT_MAX_S, check_end, raise_for, read, read_event, request, translated, wait_s
from coach.api.schemas import (
    DocumentList,
    DocumentText,
    EvalRuns,
    FeedbackReply,
    FeedbackRequest,
    PinnedAnswer,
    QuestionDetail,
    QuestionPage,
    Readiness,
    SearchFilters,
    SearchReply,
)
from coach.events import Event, Finished
from coach.types import Answer, Replay, Stack
from ingest.contract import Level, QuestionKind

BASE_URL = "http://127.0.0.1:8000"
ATTEMPTS = 3
_NO_FILTERS = SearchFilters()


class _Common:
    """What both clients do alike: requests made, responses read, retries decided."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float, attempts: int) -> None:
        self._attempts = attempts
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._options: dict[str, Any] = {"base_url": base_url, "headers": headers, "timeout": timeout_s}

    def _retries(self) -> Any:  # noqa: ANN401 - stamina keeps the type private
        return stamina.retry_context(on=wait_s, attempts=self._attempts, timeout=None, wait_max=WAIT_MAX_S)


class Client(_Common):
    """A client that waits for each reply; use it as a context manager, in one thread or several.

    Args:
        base_url: Where the API is.
        api_key: From `coach keys create`; not needed on loopback.
        timeout_s: Longest silence of the server.
        attempts: How often a request is sent at most.
        transport: Replaces the network, for tests.
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        attempts: int = ATTEMPTS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, timeout_s, attempts)
        self._http = httpx.Client(**self._options, transport=transport)

    def ask(self, question: str, *, level: Level = "senior", idempotency_key: str | None = None) -> Answer:
        """Return a cited outline, or an abstention."""
        return self._send(calls.ask(question, level), idempotency_key)

    def stream(
        self, question: str, *, level: Level = "senior", idempotency_key: str | None = None
    ) -> Generator[Event]:
        """Yield the answer event by event; closing the iterator stops the work on the server.

        What goes wrong before the first event is tried again, what goes wrong later is raised.
        """
        call, key = calls.ask(question, level), idempotency_key or secrets.token_hex(16)
        with ExitStack() as open_response:
            for attempt in self._retries():
                with attempt, translated():
                    response = self._http.send(
                        request(self._http, call, key, accept="text/event-stream"), stream=True
                    )
                    open_response.callback(response.close)
                    if response.is_error:
                        response.read()
                        raise_for(response)
            with translated():
                finished = False
                for sent in EventSource(response).iter_sse():
                    event = read_event(sent)
                    finished = isinstance(event, Finished)
                    yield event
                check_end(finished=finished)

    def answer(self, answer_id: str) -> PinnedAnswer:
        """Return an answer that was given before. Raises NotFoundError."""
        return self._send(calls.answer(answer_id))

    def replay(self, question: str, *, level: Level = "senior") -> Replay:
        """Return what every stage saw and did for a question."""
        return self._send(calls.replay(question, level))

    def search(self, query: str, *, limit: int = 10, filters: SearchFilters = _NO_FILTERS) -> SearchReply:
        """Return the best sections, one hit each."""
        return self._send(calls.search(query, limit, filters))

    def documents(self) -> DocumentList:
        """Return all documents of the handbook."""
        return self._send(calls.documents())

    def document(
        self, document_id: str, *, start: int | None = None, end: int | None = None, margin: int | None = None
    ) -> DocumentText:
        """Return a document, or whole lines around a span of it. Raises NotFoundError."""
        return self._send(calls.document(document_id, start, end, margin))

    def questions(
        self,
        *,
        level: Level | None = None,
        kind: QuestionKind | None = None,
        document: str = "",
        words: str = "",
        limit: int = 50,
        cursor: str | None = None,
    ) -> QuestionPage:
        """Return a page of the handbook's questions; hand its `next_cursor` back for the next page."""
        return self._send(
            calls.questions(
                level=level, kind=kind, document=document, words=words, limit=limit, cursor=cursor
            )
        )

    def question(self, question_id: str) -> QuestionDetail:
        """Return a question with its typed parts. Raises NotFoundError."""
        return self._send(calls.question(question_id))

    def feedback(self, given: FeedbackRequest, *, idempotency_key: str | None = None) -> FeedbackReply:
        """Keep what somebody thinks of an answer. Raises NotFoundError."""
        return self._send(calls.feedback(given), idempotency_key)

    def stack(self) -> Stack:
        """Return what answers are made with."""
        return self._send(calls.stack())

    def eval_runs(self) -> EvalRuns:
        """Return the eval runs that are kept, newest first."""
        return self._send(calls.eval_runs())

    def eval_run(self, run_id: str) -> dict[str, object]:
        """Return one eval run as it was written. Raises NotFoundError."""
        return self._send(calls.eval_run(run_id))

    def readiness(self) -> Readiness:
        """Return whether the server takes requests; raises ApiError if it does not."""
        return self._send(calls.readiness())

    def close(self) -> None:
        """Release the connections; idempotent."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, call: Call[Reply], key: str | None = None) -> Reply:
        key = key or secrets.token_hex(16)
        for attempt in self._retries():
            with attempt, translated():
                response = self._http.send(request(self._http, call, key))
                raise_for(response)
        return read(call, response)


class AsyncClient(_Common):
    """The same for asyncio; use it as an asynchronous context manager. Arguments are those of `Client`."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        attempts: int = ATTEMPTS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, timeout_s, attempts)
        self._http = httpx.AsyncClient(**self._options, transport=transport)

    async def ask(
        self, question: str, *, level: Level = "senior", idempotency_key: str | None = None
    ) -> Answer:
        """Return a cited outline, or an abstention."""
        return await self._send(calls.ask(question, level), idempotency_key)

    async def stream(
        self, question: str, *, level: Level = "senior", idempotency_key: str | None = None
    ) -> AsyncGenerator[Event]:
        """Yield the answer event by event; closing the iterator stops the work on the server.

        What goes wrong before the first event is tried again, what goes wrong later is raised.
        """
        call, key = calls.ask(question, level), idempotency_key or secrets.token_hex(16)
        async with AsyncExitStack() as open_response:
            async for attempt in self._retries():
                with attempt, translated():
                    response = await self._http.send(
                        request(self._http, call, key, accept="text/event-stream"), stream=True
                    )
                    open_response.push_async_callback(response.aclose)
                    if response.is_error:
                        await response.aread()
                        raise_for(response)
            with translated():
                finished = False
                async for sent in EventSource(response).aiter_sse():
                    event = read_event(sent)
                    finished = isinstance(event, Finished)
                    yield event
                check_end(finished=finished)

    async def answer(self, answer_id: str) -> PinnedAnswer:
        """Return an answer that was given before. Raises NotFoundError."""
        return await self._send(calls.answer(answer_id))

    async def replay(self, question: str, *, level: Level = "senior") -> Replay:
        """Return what every stage saw and did for a question."""
        return await self._send(calls.replay(question, level))

    async def search(
        self, query: str, *, limit: int = 10, filters: SearchFilters = _NO_FILTERS
    ) -> SearchReply:
        """Return the best sections, one hit each."""
        return await self._send(calls.search(query, limit, filters))

    async def documents(self) -> DocumentList:
        """Return all documents of the handbook."""
        return await self._send(calls.documents())

    async def document(
        self, document_id: str, *, start: int | None = None, end: int | None = None, margin: int | None = None
    ) -> DocumentText:
        """Return a document, or whole lines around a span of it. Raises NotFoundError."""
        return await self._send(calls.document(document_id, start, end, margin))

    async def questions(
        self,
        *,
        level: Level | None = None,
        kind: QuestionKind | None = None,
        document: str = "",
        words: str = "",
        limit: int = 50,
        cursor: str | None = None,
    ) -> QuestionPage:
        """Return a page of the handbook's questions; hand its `next_cursor` back for the next page."""
        return await self._send(
            calls.questions(
                level=level, kind=kind, document=document, words=words, limit=limit, cursor=cursor
            )
        )

    async def question(self, question_id: str) -> QuestionDetail:
        """Return a question with its typed parts. Raises NotFoundError."""
        return await self._send(calls.question(question_id))

    async def feedback(self, given: FeedbackRequest, *, idempotency_key: str | None = None) -> FeedbackReply:
        """Keep what somebody thinks of an answer. Raises NotFoundError."""
        return await self._send(calls.feedback(given), idempotency_key)

    async def stack(self) -> Stack:
        """Return what answers are made with."""
        return await self._send(calls.stack())

    async def eval_runs(self) -> EvalRuns:
        """Return the eval runs that are kept, newest first."""
        return await self._send(calls.eval_runs())

    async def eval_run(self, run_id: str) -> dict[str, object]:
        """Return one eval run as it was written. Raises NotFoundError."""
        return await self._send(calls.eval_run(run_id))

    async def readiness(self) -> Readiness:
        """Return whether the server takes requests; raises ApiError if it does not."""
        return await self._send(calls.readiness())

    async def close(self) -> None:
        """Release the connections; idempotent."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _send(self, call: Call[Reply], key: str | None = None) -> Reply:
        key = key or secrets.token_hex(16)
        async for attempt in self._retries():
            with attempt, translated():
                response = await self._http.send(request(self._http, call, key))
                raise_for(response)
        return read(call, response)
