"""What the API takes and gives besides the types of coach/types.py; the Python SDK speaks the same."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool

from coach.types import Answer, Hit
from ingest.contract import Frequency, Frozen, Level, PartKind, QuestionKind
from ingest.text import first_half_character


def a_number(value: object) -> object:
    """Return a value unless Python alone takes it for a number: true, or "5". JSON's 5.0 is an integer."""
    if isinstance(value, bool | str):
        raise ValueError("Input should be a number")  # noqa: TRY004 - what pydantic turns into a refusal
    return value


def encodable(text: str) -> str:
    """Return a text unless it holds half a character, which no engine takes."""
    at = first_half_character(text)
    if at is not None:
        raise ValueError(f"character {at} is no text")
    return text


Integer = Annotated[int, BeforeValidator(a_number)]
Number = Annotated[float, BeforeValidator(a_number)]
MAX_HITS = 200
MAX_PAGE = 200
MAX_PASSAGES = 20
UnicodeText = Annotated[str, AfterValidator(encodable)]
QuestionText = Annotated[str, Field(description="The question, in plain words.", examples=["What is RAG?"])]


MAX_SAID = 50


class QuestionRequest(Frozen):
    """A question, and whose answer is wanted."""

    question: QuestionText
    level: Level = "senior"


class ReplayRequest(QuestionRequest):
    """A question to look at, as it is answered or as other settings would have it answered.

    Attributes:
        passages: Sections that the answer may draw on.
        rerank: Whether the found sections are put in a better order.
    """

    passages: Annotated[int, Field(ge=1, le=MAX_PASSAGES), BeforeValidator(a_number)] | None = None
    rerank: StrictBool | None = None


class Said(Frozen):
    """What one side said before; an answer's numbered points are its steps."""

    role: Literal["user", "coach"]
    text: str = Field(max_length=20_000)


class AnswerRequest(QuestionRequest):
    """A question to answer, and whose answer is wanted.

    Attributes:
        conversation: Within which it is asked: the id of one that is kept, to which question and answer are
            added, or what was said before, oldest first.
    """

    conversation: str | Annotated[tuple[Said, ...], Field(max_length=MAX_SAID)] | None = Field(
        None,
        description="Id of a conversation that is kept, or what was said before, oldest first.",
        examples=[[{"role": "user", "text": "How do you roll back a bad release?"}]],
    )


class SearchFilters(Frozen):
    """What sections must match: values of one field are alternatives, several fields must all hold."""

    level: tuple[Level, ...] = ()
    kind: tuple[QuestionKind, ...] = ()
    frequency: tuple[Frequency, ...] = ()
    stage: tuple[UnicodeText, ...] = ()
    document: tuple[UnicodeText, ...] = ()


class SearchRequest(Frozen):
    """What to search for."""

    query: QuestionText
    limit: Integer = Field(10, ge=1, le=MAX_HITS)
    filters: SearchFilters = SearchFilters()


class SearchReply(Frozen):
    """The best sections, one hit each."""

    query: str
    hits: tuple[Hit, ...]


class PinnedAnswer(Frozen):
    """An answer as it was given.

    Attributes:
        corpus_hash: Of the handbook that its citations stand in.
        corpus_changed: Whether the handbook now served is another one; offsets may then have moved.
    """

    answer: Answer
    created_at: datetime
    corpus_hash: str
    corpus_changed: bool


class Span(Frozen):
    """Characters [start, end) of a document."""

    start: int
    end: int


class DocumentSummary(Frozen):
    """A document of the handbook; `id` is its name."""

    id: str
    title: str
    sha256: str
    sections: int
    questions: int
    chunks: int
    chars: int


class DocumentList(Frozen):
    """The whole handbook."""

    corpus_hash: str
    documents: tuple[DocumentSummary, ...]


class SectionSummary(Frozen):
    """A section without its parts."""

    id: str
    heading: str
    path: tuple[str, ...]
    level: int
    start: int
    end: int
    is_question: bool


class DocumentText(Frozen):
    """A document, or the part of it around a span.

    Attributes:
        start: Where `text` begins in the document; `end` is where it ends.
        span: What was asked for; `text[span.start - start : span.end - start]` is the quoted text. None if
            the whole document was.
        sections: Those that `text` touches, in order.
    """

    id: str
    title: str
    sha256: str
    chars: int
    corpus_hash: str
    start: int
    end: int
    text: str
    span: Span | None
    sections: tuple[SectionSummary, ...]


class QuestionSummary(Frozen):
    """A question of the handbook with what the handbook says of it; empty where it says nothing."""

    id: str
    question: str
    document: str
    chapter: str
    path: tuple[str, ...]
    start: int
    end: int
    slug: str
    levels: tuple[Level, ...]
    kind: QuestionKind | None
    frequency: Frequency | None
    concept: str
    stages: tuple[str, ...]
    minutes: float | None
    aliases: tuple[str, ...]


class QuestionPage(Frozen):
    """A page of questions.

    Attributes:
        total: Questions that fit the filters, on all pages.
        next_cursor: Where the next page begins; None on the last one.
    """

    total: int
    questions: tuple[QuestionSummary, ...]
    next_cursor: str | None


class QuestionPart(Frozen):
    """One statement under a question, for what it is there; see `ingest.contract.Part`."""

    kind: PartKind
    label: str
    text: str
    start: int
    end: int
    header: tuple[str, ...]


class QuestionDetail(QuestionSummary):
    """A question with what stands under it, in order."""

    parts: tuple[QuestionPart, ...]


class FeedbackRequest(Frozen):
    """What somebody thinks of an answer.

    Attributes:
        claim: Place of the claim that is meant, counted from 0 over the whole outline; None for the answer.
        reason: One word of the client ("wrong", "off_topic"), or nothing.
    """

    answer_id: str = Field(max_length=64, examples=["5f0c1a52d9e84b63"])
    verdict: Literal["up", "down"]
    claim: Annotated[int, Field(ge=0, le=10_000), BeforeValidator(a_number)] | None = None
    reason: str = Field("", max_length=64)
    comment: str = Field("", max_length=4000)


class FeedbackReply(Frozen):
    """The feedback is stored."""

    id: str
    answer_id: str
    verdict: Literal["up", "down"]
    created_at: datetime


class EvalRun(Frozen):
    """A run of the evals; `id` names it."""

    id: str
    created_at: datetime
    bytes: int


class EvalRuns(Frozen):
    """All runs that are kept, newest first."""

    runs: tuple[EvalRun, ...]


class Health(Frozen):
    """The process runs."""

    status: Literal["ok"] = "ok"


class Readiness(Frozen):
    """Whether requests are taken.

    Attributes:
        checks: What was looked at -> "ok", or what is wrong.
    """

    ready: bool
    checks: dict[str, str]
