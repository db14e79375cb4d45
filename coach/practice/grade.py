"""What a grade is: verdicts by point with both quotes, a score with its interval, and what to do next."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from coach.faithfulness.verdicts import Problem
from coach.types import Citation, ModelUse
from ingest.contract import Frozen, Level

PointVerdict = Literal["covered", "partly", "missing", "contradicted"]
VERDICTS: tuple[PointVerdict, ...] = get_args(PointVerdict)
Outcome = Literal["graded", "cannot_grade"]
Reason = Literal["empty", "unreadable", "keywords", "copied", "question", "instruction", "gone"]
MOST_POINTS = 10.0
"""The best score."""


class Said(Frozen):
    """Words of the candidate: ``answer[start:end] == quote``."""

    start: int
    end: int
    quote: str


class PointGrade(Frozen):
    """One key point of the rubric, judged.

    Attributes:
        credit: Share of the weight that is earned, as expected, 0 to 1; the score is made of it.
        confidence: Probability of the verdict, by the answers that the grader was fitted on.
        variance: Of the credit; the score's interval is made of it.
        rubric: The row of the rubric.
        handbook: What the page says on the point: what was met, or what is missing from the answer.
        candidate: The words of the answer that come nearest; None if none come near.
        problems: Words and figures of the answer that speak against the page.
    """

    point: str
    weight: float
    verdict: PointVerdict
    credit: float = Field(ge=0, le=1, description="Expected share of the weight.")
    confidence: float = Field(ge=0, le=1)
    variance: float = Field(ge=0, le=1)
    rubric: Citation
    handbook: Citation | None
    candidate: Said | None
    problems: tuple[Problem, ...] = ()


class TrapHit(Frozen):
    """A trap of the page that the answer steps in."""

    trap: Citation
    candidate: Said


class Structure(Frozen):
    """How the answer is built; none of it enters the score.

    Attributes:
        leads_with_point: Whether the first sentences say what the page answers first.
        opening: The first sentence.
        numbers: Figures that are given.
        trade_off: Where something is weighed against something else; None if nowhere.
    """

    leads_with_point: bool
    opening: Said | None
    numbers: tuple[Said, ...]
    trade_off: Said | None


class Length(Frozen):
    """How long the answer takes to say, against the time box of the question."""

    words: int
    minutes: float
    box_minutes: float
    verdict: Literal["short", "fits", "long"]


class Addition(Frozen):
    """What an answer of some level says beyond the one before, and whether this one does."""

    level: Level
    handbook: Citation
    is_said: bool


class Move(Frozen):
    """One thing to do before the next try.

    Attributes:
        handbook: Where the page says what is needed; None where the move is about form.
    """

    text: str
    handbook: Citation | None = None


class SetAside(Frozen):
    """A sentence that earns nothing because it is not an answer in the candidate's own words."""

    reason: Literal["copied", "question", "instruction"]
    candidate: Said


class Grade(Frozen):
    """An answer held against the page of its question; a value also where it could not be graded.

    Attributes:
        reason: Why it could not be graded; None if it was.
        message: The same in words, with what to do.
        score: 0 to 10: the weighted credits of the points; None if it could not be graded.
        low: Nine of ten answers that are judged like this one deserve at least this; `high` likewise.
        moves: Three, or fewer if less is missing.
        grader: Version of the grader; scores of different versions are not compared.
        model: Which model read the unsure points again; empty if none did.
        usage: What that took; None if no model was asked. `cost_usd` is None if the price is unknown.
        degraded: Why the second reading is missing where a model is set up; empty when all is well.
    """

    question_id: str
    question: str
    document: str
    outcome: Outcome
    reason: Reason | None = None
    message: str = ""
    score: float | None = None
    low: float | None = None
    high: float | None = None
    points: tuple[PointGrade, ...] = ()
    traps: tuple[TrapHit, ...] = ()
    structure: Structure | None = None
    length: Length
    additions: tuple[Addition, ...] = ()
    moves: tuple[Move, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    grader: str
    model: str = ""
    usage: ModelUse | None = None
    cost_usd: float | None = 0.0
    degraded: tuple[str, ...] = ()
