"""What every client can ask for: answers, conversations, the handbook, and how the server fares."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from pydantic import TypeAdapter

from coach.api import calls
from coach.api.calls import Call
from coach.api.personal import (
    ConversationDetail,
    ConversationPage,
    ConversationRequest,
    ConversationSummary,
    Erasure,
    PersonalExport,
)
from coach.api.schemas import (
    AnswerRequest,
    DocumentList,
    DocumentText,
    EvalRuns,
    FeedbackReply,
    FeedbackRequest,
    PinnedAnswer,
    QuestionDetail,
    QuestionPage,
    Readiness,
    ReplayRequest,
    Said,
    SearchFilters,
    SearchReply,
    SearchRequest,
)
from coach.api.sdk.method import endpoint
from coach.types import Answer, Replay, Stack
from ingest.contract import Level, QuestionKind

Conversation = str | Sequence[Said] | None
"""Id of a conversation that is kept, or what was said before, or nothing."""
_NO_FILTERS = SearchFilters()
_OBJECT: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])


def answer_call(
    question: str, level: Level, conversation: Conversation, idempotency_key: str | None
) -> Call[Answer]:
    """Return the request for an answer, whole or event by event."""
    said = tuple(conversation) if isinstance(conversation, list | tuple) else conversation
    body = AnswerRequest(question=question, level=level, conversation=said)
    return calls.create("/v1/answers", Answer, body, idempotency_key)


class MainRequests:
    """Requests of both clients. Reading something that is not there raises NotFoundError."""

    @endpoint
    def ask(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Conversation = None,
        idempotency_key: str | None = None,
    ) -> Call[Answer]:
        """Return a cited outline, or an abstention.

        Args:
            question: In plain words; within a conversation it may rest on what was said before.
            level: Whose answer is wanted.
            conversation: Id of one that is kept, to which the answer is added, or what was said before.
            idempotency_key: To be sent again by another process, say; made here if none is given.
        """
        return answer_call(question, level, conversation, idempotency_key)

    @endpoint
    def answer(self, answer_id: str) -> Call[PinnedAnswer]:
        """Return an answer that was given before."""
        return calls.get(f"/v1/answers/{calls.in_path(answer_id)}", PinnedAnswer)

    @endpoint
    def replay(
        self,
        question: str,
        *,
        level: Level = "senior",
        passages: int | None = None,
        rerank: bool | None = None,
    ) -> Call[Replay]:
        """Return what every stage saw and did for a question, or would with other settings of the search."""
        body = ReplayRequest(question=question, level=level, passages=passages, rerank=rerank)
        return calls.post("/v1/replay", Replay, body)

    @endpoint
    def search(
        self, query: str, *, limit: int = 10, filters: SearchFilters = _NO_FILTERS
    ) -> Call[SearchReply]:
        """Return the best sections, one hit each."""
        body = SearchRequest(query=query, limit=limit, filters=filters)
        return calls.post("/v1/search", SearchReply, body)

    @endpoint
    def create_conversation(
        self, title: str = "", *, idempotency_key: str | None = None
    ) -> Call[ConversationSummary]:
        """Begin a conversation; hand its id to `ask` and `stream`."""
        body = ConversationRequest(title=title)
        return calls.create("/v1/conversations", ConversationSummary, body, idempotency_key)

    @endpoint
    def conversations(self, *, limit: int = 50, cursor: str | None = None) -> Call[ConversationPage]:
        """Return a page of one's own conversations, newest first."""
        return calls.get("/v1/conversations", ConversationPage, limit=limit, cursor=cursor)

    @endpoint
    def conversation(
        self, conversation_id: str, *, limit: int = 50, before: int | None = None
    ) -> Call[ConversationDetail]:
        """Return a conversation with its last turns, or the last before one."""
        path = f"/v1/conversations/{calls.in_path(conversation_id)}"
        return calls.get(path, ConversationDetail, limit=limit, before=before)

    @endpoint
    def delete_conversation(self, conversation_id: str) -> Call[None]:
        """Delete a conversation with its turns."""
        return calls.delete(f"/v1/conversations/{calls.in_path(conversation_id)}")

    @endpoint
    def export_me(self) -> Call[PersonalExport]:
        """Return all that is kept of whoever asks."""
        return calls.get("/v1/me/export", PersonalExport)

    @endpoint
    def erase_me(self) -> Call[Erasure]:
        """Erase all that is kept of whoever asks; it cannot be undone."""
        return Call("DELETE", "/v1/me", Erasure.model_validate_json)

    @endpoint
    def documents(self) -> Call[DocumentList]:
        """Return all documents of the handbook."""
        return calls.get("/v1/documents", DocumentList)

    @endpoint
    def document(
        self, document_id: str, *, start: int | None = None, end: int | None = None, margin: int | None = None
    ) -> Call[DocumentText]:
        """Return a document, or whole lines around a span of it."""
        return calls.get(
            f"/v1/documents/{quote(document_id)}", DocumentText, start=start, end=end, margin=margin
        )

    @endpoint
    def questions(
        self,
        *,
        level: Level | None = None,
        kind: QuestionKind | None = None,
        document: str = "",
        words: str = "",
        limit: int = 50,
        cursor: str | None = None,
    ) -> Call[QuestionPage]:
        """Return a page of the handbook's questions; hand its `next_cursor` back for the next page."""
        wanted = {"level": level, "kind": kind, "document": document or None, "q": words or None}
        return calls.get("/v1/questions", QuestionPage, **wanted, limit=limit, cursor=cursor)

    @endpoint
    def question(self, question_id: str) -> Call[QuestionDetail]:
        """Return a question with its typed parts."""
        return calls.get(f"/v1/questions/{calls.in_path(question_id)}", QuestionDetail)

    @endpoint
    def feedback(self, given: FeedbackRequest, *, idempotency_key: str | None = None) -> Call[FeedbackReply]:
        """Keep what somebody thinks of an answer."""
        return calls.create("/v1/feedback", FeedbackReply, given, idempotency_key)

    @endpoint
    def stack(self) -> Call[Stack]:
        """Return what answers are made with."""
        return calls.get("/v1/stack", Stack)

    @endpoint
    def eval_runs(self) -> Call[EvalRuns]:
        """Return the eval runs that are kept, newest first."""
        return calls.get("/v1/evals", EvalRuns)

    @endpoint
    def eval_run(self, run_id: str) -> Call[dict[str, object]]:
        """Return one eval run as it was written."""
        return Call("GET", f"/v1/evals/{calls.in_path(run_id)}", _OBJECT.validate_json)

    @endpoint
    def readiness(self) -> Call[Readiness]:
        """Return whether the server takes requests; raises ApiError if it does not."""
        return calls.get("/readyz", Readiness)
