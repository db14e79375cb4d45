"""What the coach returns: hits, claims with their citations, answers and the trace of a query."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ingest.contract import Frozen, Level

Support = Literal["supported", "partial", "unsupported", "unchecked"]
Status = Literal["answered", "abstained"]
AbstentionReason = Literal["empty", "off_topic", "not_covered", "instruction", "other_language"]
OutlineField = Literal["direct_answer", "probing", "steps", "numbers", "signals", "traps", "follow_ups"]
OUTLINE_FIELDS: tuple[OutlineField, ...] = (
    "direct_answer",
    "probing",
    "steps",
    "numbers",
    "signals",
    "traps",
    "follow_ups",
)


class Hit(Frozen):
    """A chunk that was found. `score` orders the hits of one query and means nothing across queries."""

    rank: int
    score: float
    document: str
    heading: str
    path: tuple[str, ...]
    start: int
    end: int
    text: str
    question_id: str | None
    chunk_id: str
    section_id: str


class RewrittenQuery(Frozen):
    """A question made ready for search, without a model.

    Attributes:
        original: As it was asked.
        text: What is embedded: typing errors mended, acronyms spelt out beside themselves.
        terms: Weight by stem, for keyword search; words of the question weigh 1, additions less.
        parts: The questions in it, one or more, each as plain text.
        repairs: Word as asked -> word searched for.
        additions: Acronym or variant -> what was added for it.
        is_foreign: Whether it reads like another language than that of the index.
    """

    original: str
    text: str
    terms: dict[str, float]
    parts: tuple[str, ...]
    repairs: dict[str, str] = Field(default_factory=dict)
    additions: dict[str, str] = Field(default_factory=dict)
    is_foreign: bool = False


class Passage(Frozen):
    """A section brought to the answer: its span, and the chunks of it that were found.

    Attributes:
        rank: 1-based, best first.
        relevance: 0 to 1, comparable between the passages of one question.
        focus: Spans of the found chunks in the document, best first.
        part: Index into `RewrittenQuery.parts` of the part that stands alone and that it answers best, or
            None; 0 for a question of one part.
    """

    rank: int
    relevance: float
    document: str
    section_id: str
    heading: str
    path: tuple[str, ...]
    start: int
    end: int
    focus: tuple[tuple[int, int], ...]
    chunk_ids: tuple[str, ...]
    part: int | None = 0


class Citation(Frozen):
    """Where a claim stands: ``document[start:end] == quote``, exactly."""

    document: str
    path: tuple[str, ...]
    heading: str
    start: int
    end: int
    quote: str
    chunk_id: str | None = None


class Claim(Frozen):
    """The smallest statement that is true or false alone, with its proof.

    Attributes:
        label: What the handbook calls the place it stands in ("Senior", "Interview tip"), or nothing.
    """

    text: str
    support: Support
    citations: tuple[Citation, ...]
    label: str = ""


class Outline(Frozen):
    """A typed answer; each field is a list of claims in the order in which to say them."""

    direct_answer: tuple[Claim, ...] = ()
    probing: tuple[Claim, ...] = ()
    steps: tuple[Claim, ...] = ()
    numbers: tuple[Claim, ...] = ()
    signals: tuple[Claim, ...] = ()
    traps: tuple[Claim, ...] = ()
    follow_ups: tuple[Claim, ...] = ()

    def claims(self) -> tuple[Claim, ...]:
        """Return all claims, in the order of the fields."""
        return tuple(claim for name in OUTLINE_FIELDS for claim in getattr(self, name))


class NearestSection(Frozen):
    """A section that comes near a question without answering it."""

    document: str
    heading: str
    path: tuple[str, ...]
    start: int
    end: int


class Abstention(Frozen):
    """The coach says that the handbook does not cover the question: a value, not an error."""

    reason: AbstentionReason
    message: str
    next_step: str
    nearest: tuple[NearestSection, ...] = ()


class Stack(Frozen):
    """What produced an answer, as one versioned unit; `hash` covers all other fields."""

    hash: str
    parts: dict[str, str]


class ModelUse(Frozen):
    """What language models took for one answer.

    Attributes:
        calls: Repeated ones included.
        prompt_tokens: All tokens that were read; `cached_tokens` of them from the provider's cache.
        estimated: Whether some of the tokens are reckoned and not counted by a provider.
    """

    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False


class Answer(Frozen):
    """The reply to one question.

    Attributes:
        question: As it was asked.
        standalone: As it was searched for, if it was asked in a conversation and completed from that.
        support_rate: Supported claims / claims shown; None if there is no claim.
        model: Whose claims are shown, joined by "+" if several; empty if all are quotes.
        usage: None if no model was asked.
        cost_usd: 0 if nothing was paid; None if the price of a call is unknown.
        cached: Whether it was given before, to the same tenant by the same stack.
        degraded: What is missing from a full answer, in order: "reranker"; what operators switched for
            now, "switch: passages=3"; each step down the chain of models, "model:openai/a→local/b: timeout";
            "budget: tokens"; last "writer" where quotes had to complete it. Empty when all is well.
        timing_ms: Milliseconds by stage, and "total".
    """

    id: str
    question: str
    standalone: str = ""
    status: Status
    level: Level
    outline: Outline = Outline()
    support_rate: float | None = None
    abstention: Abstention | None = None
    dropped: int = Field(0, description="Claims that verification removed.")
    repaired: int = Field(0, description="Claims that failed verification first and were mended.")
    model: str = ""
    usage: ModelUse | None = None
    cost_usd: float | None = 0.0
    cached: bool = False
    stack: Stack
    degraded: tuple[str, ...] = ()
    timing_ms: dict[str, float]


class GateDecision(Frozen):
    """Whether the handbook covers a question, and the evidence for it.

    Attributes:
        probability: That some section answers it, calibrated on the development queries.
        evidence: The measurements that the probability is made of.
    """

    covered: bool
    probability: float
    threshold: float
    reason: AbstentionReason | None
    evidence: dict[str, float]


class RankedChunk(Frozen):
    """A chunk as one stage saw it."""

    rank: int
    score: float
    chunk_id: str
    document: str
    heading: str
    start: int
    end: int


class Replay(Frozen):
    """What every stage saw and did for one question; `answer` is what came of it."""

    question: str
    rewritten: RewrittenQuery
    dense: tuple[RankedChunk, ...]
    sparse: tuple[RankedChunk, ...]
    wordings: tuple[RankedChunk, ...]
    fused: tuple[RankedChunk, ...]
    reranked: tuple[RankedChunk, ...]
    gate: GateDecision
    passages: tuple[Passage, ...]
    answer: Answer
    timing_ms: dict[str, float]
