"""What the page reads of grades; fields that it does not know are passed over."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ui.models import Citation, Reply

Verdict = Literal["covered", "partly", "missing", "contradicted"]


class Said(Reply):
    """Words of the candidate."""

    quote: str


class Point(Reply):
    """One key point, judged."""

    point: str
    weight: float
    verdict: Verdict
    credit: float
    confidence: float
    handbook: Citation | None = None
    candidate: Said | None = None


class TrapHit(Reply):
    """A trap that the answer steps in."""

    trap: Citation
    candidate: Said


class Structure(Reply):
    """How the answer is built."""

    leads_with_point: bool
    numbers: tuple[Said, ...] = ()
    trade_off: Said | None = None


class Length(Reply):
    """How long the answer takes to say."""

    minutes: float
    box_minutes: float
    verdict: Literal["short", "fits", "long"]


class Addition(Reply):
    """What an answer of some level says beyond the one before."""

    level: str
    handbook: Citation
    is_said: bool


class Move(Reply):
    """One thing to do before the next try."""

    text: str
    handbook: Citation | None = None


class SetAside(Reply):
    """A sentence that earned nothing."""

    reason: str
    candidate: Said


class Grade(Reply):
    """A grade, or why there is none."""

    question_id: str
    question: str
    outcome: Literal["graded", "cannot_grade"]
    message: str = ""
    score: float | None = None
    low: float | None = None
    high: float | None = None
    points: tuple[Point, ...] = ()
    traps: tuple[TrapHit, ...] = ()
    structure: Structure | None = None
    length: Length
    additions: tuple[Addition, ...] = ()
    moves: tuple[Move, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    model: str = ""
    degraded: tuple[str, ...] = ()


class Dispute(Reply):
    """An objection with the second judgement."""

    second: Grade


class StoredGrade(Reply):
    """A grade as it is kept; the newest judgement stands."""

    id: str
    created_at: datetime
    answer: str
    self_rating: float | None = None
    grade: Grade
    disputes: tuple[Dispute, ...] = ()

    @property
    def standing(self) -> Grade:
        """The newest judgement."""
        return self.disputes[-1].second if self.disputes else self.grade
