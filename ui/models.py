"""What the page reads of the API's replies; fields that it does not know are passed over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Level = Literal["junior", "mid", "senior", "staff"]
Kind = Literal["scenario", "debugging", "design", "conceptual", "behavioural"]
LEVELS: tuple[Level, ...] = ("junior", "mid", "senior", "staff")
KINDS: tuple[Kind, ...] = ("conceptual", "design", "debugging", "scenario", "behavioural")
OUTLINE_FIELDS = ("direct_answer", "steps", "numbers", "traps", "probing", "signals", "follow_ups")
"""In the order in which the page shows them."""


class Reply(BaseModel):
    """A value that came from the API."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Citation(Reply):
    """Where a claim stands: characters [start, end) of a document."""

    document: str
    path: tuple[str, ...] = ()
    heading: str = ""
    start: int
    end: int
    quote: str


class Claim(Reply):
    """A statement with its proof."""

    text: str
    support: Literal["supported", "partial", "unsupported", "unchecked"]
    citations: tuple[Citation, ...] = ()
    label: str = ""


class Outline(Reply):
    """The answer by its parts."""

    direct_answer: tuple[Claim, ...] = ()
    probing: tuple[Claim, ...] = ()
    steps: tuple[Claim, ...] = ()
    numbers: tuple[Claim, ...] = ()
    signals: tuple[Claim, ...] = ()
    traps: tuple[Claim, ...] = ()
    follow_ups: tuple[Claim, ...] = ()


class Place(Reply):
    """A section of the handbook."""

    document: str
    heading: str
    path: tuple[str, ...] = ()
    start: int
    end: int


class Abstention(Reply):
    """The handbook does not cover the question."""

    reason: str
    message: str
    next_step: str
    nearest: tuple[Place, ...] = ()


class Stack(Reply):
    """What answers are made with."""

    hash: str
    parts: dict[str, str]


class Answer(Reply):
    """The reply to one question; `standalone` is how it was read within a conversation."""

    id: str
    question: str
    standalone: str = ""
    status: Literal["answered", "abstained"]
    level: Level
    outline: Outline = Outline()
    support_rate: float | None = None
    abstention: Abstention | None = None
    dropped: int = 0
    repaired: int = 0
    model: str = ""
    cached: bool = False
    stack: Stack
    degraded: tuple[str, ...] = ()
    timing_ms: dict[str, float] = {}


class PinnedAnswer(Reply):
    """An answer that was given before; `corpus_changed` if the handbook is another one now."""

    answer: Answer
    created_at: datetime
    corpus_changed: bool


class Acknowledged(Reply):
    """The question was taken; `found` are the sections that the answer may draw on."""

    kind: Literal["acknowledged"]
    answer_id: str
    found: tuple[Place, ...] = ()


class ClaimVerified(Reply):
    """One claim, checked."""

    kind: Literal["claim"]
    field: str
    index: int
    claim: Claim


class Degraded(Reply):
    """Something is missing from a full answer."""

    kind: Literal["degraded"]
    what: str


class Finished(Reply):
    """The whole answer."""

    kind: Literal["finished"]
    answer: Answer


Event = Annotated[Acknowledged | ClaimVerified | Degraded | Finished, Field(discriminator="kind")]


class Span(Reply):
    """Characters [start, end)."""

    start: int
    end: int


class Section(Reply):
    """A heading with what stands under it."""

    id: str
    heading: str
    path: tuple[str, ...] = ()
    level: int
    start: int
    end: int
    is_question: bool


class DocumentText(Reply):
    """A document, or the part of it around a span; `text` begins at `start`."""

    id: str
    title: str
    chars: int
    start: int
    end: int
    text: str
    span: Span | None = None
    sections: tuple[Section, ...] = ()


class DocumentSummary(Reply):
    """A document of the handbook."""

    id: str
    title: str
    sha256: str = ""
    sections: int
    questions: int
    chunks: int
    chars: int


class DocumentList(Reply):
    """The whole handbook."""

    corpus_hash: str
    documents: tuple[DocumentSummary, ...]


class Question(Reply):
    """A question of the handbook with what the handbook says of it."""

    id: str
    question: str
    document: str
    chapter: str
    start: int
    end: int
    slug: str = ""
    levels: tuple[Level, ...] = ()
    kind: str | None = None
    frequency: str | None = None
    minutes: float | None = None
    aliases: tuple[str, ...] = ()


class QuestionPage(Reply):
    """A page of questions, of `total`."""

    total: int
    questions: tuple[Question, ...]
    next_cursor: str | None = None


class RankedChunk(Reply):
    """A chunk as one stage saw it."""

    rank: int
    score: float
    chunk_id: str
    document: str
    heading: str
    start: int
    end: int


class Rewritten(Reply):
    """The question, made ready for search."""

    original: str
    text: str
    terms: dict[str, float] = {}
    parts: tuple[str, ...] = ()
    repairs: dict[str, str] = {}
    additions: dict[str, str] = {}


class Gate(Reply):
    """Whether the handbook covers the question."""

    covered: bool
    probability: float
    threshold: float
    reason: str | None = None
    evidence: dict[str, float] = {}


class Passage(Reply):
    """A section that was brought to the answer."""

    rank: int
    relevance: float
    document: str
    heading: str
    start: int
    end: int
    chunk_ids: tuple[str, ...] = ()


class Replay(Reply):
    """What every stage saw and did."""

    rewritten: Rewritten
    dense: tuple[RankedChunk, ...] = ()
    sparse: tuple[RankedChunk, ...] = ()
    wordings: tuple[RankedChunk, ...] = ()
    fused: tuple[RankedChunk, ...] = ()
    reranked: tuple[RankedChunk, ...] = ()
    gate: Gate
    passages: tuple[Passage, ...] = ()
    answer: Answer
    timing_ms: dict[str, float] = {}


class EvalRunName(Reply):
    """A run of the evals by its name."""

    id: str
    created_at: datetime


class EvalRunNames(Reply):
    """All runs that are kept, newest first."""

    runs: tuple[EvalRunName, ...]


class Estimate(Reply):
    """A mean over `n` items with its 95% interval; `unscored` items are not in it."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    unscored: int = 0


class EvalRow(Reply):
    """What one item of a golden set gave."""

    id: str
    values: dict[str, float | None] = {}
    details: dict[str, object] = {}


class EvalRun(Reply):
    """One evaluation, whole."""

    id: str
    kind: str
    created_at: datetime
    golden: str
    golden_sha256: str = ""
    split: str = ""
    stack: Stack
    metrics: dict[str, Estimate]
    slices: dict[str, dict[str, dict[str, Estimate]]] = {}
    rows: tuple[EvalRow, ...] = ()
    notes: tuple[str, ...] = ()
    duration_s: float = 0.0


class Readiness(Reply):
    """Whether requests are taken; checks are "ok" or say what is wrong."""

    ready: bool
    checks: dict[str, str]


class ProblemDetails(Reply):
    """What went wrong, told for people (RFC 9457)."""

    title: str
    status: int = 0
    detail: str = ""
    hint: str = ""
    retryable: bool = False
    request_id: str = ""
