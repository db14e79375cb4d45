"""The Python SDK for asyncio; coach/client.py says what it promises."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Self

import httpx
from httpx_sse import EventSource

from coach.api import calls
from coach.api.calls import Call, Conversation, Reply
from coach.api.exchange import (
    ATTEMPTS,
    BASE_URL,
    ClientBase,
    check_end,
    raise_for,
    read,
    read_event,
    request,
    translated,
)
from coach.api.personal import (
    ConversationDetail,
    ConversationPage,
    ConversationSummary,
    Erasure,
    PersonalExport,
)
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

_NO_FILTERS = SearchFilters()


class AsyncClient(ClientBase):
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
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Conversation = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Return a cited outline, or an abstention."""
        return await self._send(calls.ask(question, level, conversation), idempotency_key)

    async def stream(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Conversation = None,
        idempotency_key: str | None = None,
    ) -> AsyncGenerator[Event]:
        """Yield the answer event by event; closing the iterator stops the work on the server.

        What goes wrong before the first event is tried again, what goes wrong later is raised.
        """
        call, key = calls.ask(question, level, conversation), idempotency_key or secrets.token_hex(16)
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
                    if event is not None:
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

    async def create_conversation(
        self, title: str = "", *, idempotency_key: str | None = None
    ) -> ConversationSummary:
        """Begin a conversation; hand its id to `ask` and `stream`."""
        return await self._send(calls.create_conversation(title), idempotency_key)

    async def conversations(self, *, limit: int = 50, cursor: str | None = None) -> ConversationPage:
        """Return a page of one's own conversations, newest first."""
        return await self._send(calls.conversations(limit, cursor))

    async def conversation(
        self, conversation_id: str, *, limit: int = 50, before: int | None = None
    ) -> ConversationDetail:
        """Return a conversation with its last turns, or the last before one. Raises NotFoundError."""
        return await self._send(calls.conversation(conversation_id, limit, before))

    async def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation with its turns. Raises NotFoundError."""
        await self._send(calls.delete_conversation(conversation_id))

    async def export_me(self) -> PersonalExport:
        """Return all that is kept of whoever asks."""
        return await self._send(calls.export_me())

    async def erase_me(self) -> Erasure:
        """Erase all that is kept of whoever asks; it cannot be undone."""
        return await self._send(calls.erase_me())

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
