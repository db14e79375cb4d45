"""The requests of the SDK as data: how each looks on the wire and what its reply is read as."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter

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
from coach.events import Event
from coach.types import Answer, Replay, Stack
from ingest.contract import Level, QuestionKind

Reply = TypeVar("Reply")
Conversation = str | Sequence[Said] | None
"""Id of a conversation that is kept, or what was said before, or nothing."""
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_OBJECT: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])


@dataclass(frozen=True, slots=True)
class Call(Generic[Reply]):
    """One request.

    Attributes:
        read: Makes the reply of the response's body; raises ValidationError.
        creates: Whether it may only be repeated with an Idempotency-Key.
    """

    method: str
    path: str
    read: Callable[[bytes], Reply]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    creates: bool = False


def ask(question: str, level: Level, conversation: Conversation) -> Call[Answer]:
    """Return the request for an answer."""
    said = tuple(conversation) if isinstance(conversation, list | tuple) else conversation
    body = _dump(AnswerRequest(question=question, level=level, conversation=said))
    return Call("POST", "/v1/answers", Answer.model_validate_json, body=body, creates=True)


def answer(answer_id: str) -> Call[PinnedAnswer]:
    """Return the request for an answer that was given before."""
    return Call("GET", f"/v1/answers/{quote(answer_id, safe='')}", PinnedAnswer.model_validate_json)


def replay(question: str, level: Level) -> Call[Replay]:
    """Return the request for what every stage does."""
    body = _dump(ReplayRequest(question=question, level=level))
    return Call("POST", "/v1/replay", Replay.model_validate_json, body=body)


def create_conversation(title: str) -> Call[ConversationSummary]:
    """Return the request that begins a conversation."""
    read, body = ConversationSummary.model_validate_json, _dump(ConversationRequest(title=title))
    return Call("POST", "/v1/conversations", read, body=body, creates=True)


def conversations(limit: int, cursor: str | None) -> Call[ConversationPage]:
    """Return the request for a page of one's own conversations."""
    query = _query(limit=limit, cursor=cursor)
    return Call("GET", "/v1/conversations", ConversationPage.model_validate_json, query)


def conversation(conversation_id: str, limit: int, before: int | None) -> Call[ConversationDetail]:
    """Return the request for a conversation with its last turns."""
    read, query = ConversationDetail.model_validate_json, _query(limit=limit, before=before)
    return Call("GET", f"/v1/conversations/{quote(conversation_id, safe='')}", read, query)


def delete_conversation(conversation_id: str) -> Call[None]:
    """Return the request that deletes a conversation."""
    return Call("DELETE", f"/v1/conversations/{quote(conversation_id, safe='')}", lambda _: None)


def export_me() -> Call[PersonalExport]:
    """Return the request for all that is kept of whoever asks."""
    return Call("GET", "/v1/me/export", PersonalExport.model_validate_json)


def erase_me() -> Call[Erasure]:
    """Return the request that erases all that is kept of whoever asks."""
    return Call("DELETE", "/v1/me", Erasure.model_validate_json)


def search(query: str, limit: int, filters: SearchFilters) -> Call[SearchReply]:
    """Return the request for a search."""
    body = _dump(SearchRequest(query=query, limit=limit, filters=filters))
    return Call("POST", "/v1/search", SearchReply.model_validate_json, body=body)


def documents() -> Call[DocumentList]:
    """Return the request for all documents."""
    return Call("GET", "/v1/documents", DocumentList.model_validate_json)


def document(document_id: str, start: int | None, end: int | None, margin: int | None) -> Call[DocumentText]:
    """Return the request for a document or the text around a span of it."""
    query = _query(start=start, end=end, margin=margin)
    return Call("GET", f"/v1/documents/{quote(document_id)}", DocumentText.model_validate_json, query)


def questions(
    *,
    level: Level | None,
    kind: QuestionKind | None,
    document: str,
    words: str,
    limit: int,
    cursor: str | None,
) -> Call[QuestionPage]:
    """Return the request for a page of questions."""
    query = _query(
        level=level, kind=kind, document=document or None, q=words or None, limit=limit, cursor=cursor
    )
    return Call("GET", "/v1/questions", QuestionPage.model_validate_json, query)


def question(question_id: str) -> Call[QuestionDetail]:
    """Return the request for a question with its parts."""
    return Call("GET", f"/v1/questions/{quote(question_id, safe='')}", QuestionDetail.model_validate_json)


def feedback(given: FeedbackRequest) -> Call[FeedbackReply]:
    """Return the request that keeps an opinion."""
    read = FeedbackReply.model_validate_json
    return Call("POST", "/v1/feedback", read, body=_dump(given), creates=True)


def stack() -> Call[Stack]:
    """Return the request for what answers are made with."""
    return Call("GET", "/v1/stack", Stack.model_validate_json)


def eval_runs() -> Call[EvalRuns]:
    """Return the request for the list of eval runs."""
    return Call("GET", "/v1/evals", EvalRuns.model_validate_json)


def eval_run(run_id: str) -> Call[dict[str, object]]:
    """Return the request for one eval run."""
    return Call("GET", f"/v1/evals/{quote(run_id, safe='')}", _OBJECT.validate_json)


def readiness() -> Call[Readiness]:
    """Return the request for whether the server takes requests."""
    return Call("GET", "/readyz", Readiness.model_validate_json)


def _dump(body: BaseModel) -> bytes:
    return body.model_dump_json().encode()


def _query(**given: str | int | None) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value is not None}
