"""The Python SDK: `Client` and `AsyncClient` for the HTTP API, typed with the product's own types.

Failures are those of coach/errors.py. What may succeed later is tried again; a request that creates something
carries an Idempotency-Key, so that trying again never creates it twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import ExitStack
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
from coach.async_client import AsyncClient
from coach.events import Event, Finished
from coach.types import Answer, Replay, Stack
from ingest.contract import Level, QuestionKind

__all__ = ["AsyncClient", "Client"]
_NO_FILTERS = SearchFilters()


class Client(ClientBase):
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

    def ask(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Conversation = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Return a cited outline, or an abstention.

        Args:
            question: In plain words; within a conversation it may rest on what was said before.
            level: Whose answer is wanted.
            conversation: Id of one that is kept, to which the answer is added, or what was said before.
            idempotency_key: To be sent again by another process, say; made here if none is given.
        """
        return self._send(calls.ask(question, level, conversation), idempotency_key)

    def stream(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Conversation = None,
        idempotency_key: str | None = None,
    ) -> Generator[Event]:
        """Yield the answer event by event; closing the iterator stops the work on the server.

        What goes wrong before the first event is tried again, what goes wrong later is raised.
        """
        call, key = calls.ask(question, level, conversation), idempotency_key or secrets.token_hex(16)
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
                    if event is not None:
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

    def create_conversation(
        self, title: str = "", *, idempotency_key: str | None = None
    ) -> ConversationSummary:
        """Begin a conversation; hand its id to `ask` and `stream`."""
        return self._send(calls.create_conversation(title), idempotency_key)

    def conversations(self, *, limit: int = 50, cursor: str | None = None) -> ConversationPage:
        """Return a page of one's own conversations, newest first."""
        return self._send(calls.conversations(limit, cursor))

    def conversation(
        self, conversation_id: str, *, limit: int = 50, before: int | None = None
    ) -> ConversationDetail:
        """Return a conversation with its last turns, or the last before one. Raises NotFoundError."""
        return self._send(calls.conversation(conversation_id, limit, before))

    def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation with its turns. Raises NotFoundError."""
        self._send(calls.delete_conversation(conversation_id))

    def export_me(self) -> PersonalExport:
        """Return all that is kept of whoever asks."""
        return self._send(calls.export_me())

    def erase_me(self) -> Erasure:
        """Erase all that is kept of whoever asks; it cannot be undone."""
        return self._send(calls.erase_me())

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
