"""What the page reads of interviews, reviews and drills."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ui.models import Citation, Reply
from ui.parts.practice_models import Grade

Status = Literal["running", "finished"]


class InterviewWish(Reply):
    """What interview was wanted."""

    level: str
    minutes: int


class Turn(Reply):
    """One question of an interview with what was said to it."""

    number: int
    kind: Literal["question", "follow_up"]
    prompt: str
    minutes: float
    asked_at: datetime
    submitted_at: datetime | None = None
    answer: str = ""
    grade: Grade | None = None


class Interview(Reply):
    """A mock interview; grades are there once it is finished."""

    id: str
    created_at: datetime
    status: Status
    wish: InterviewWish
    planned: tuple[str, ...]
    ends_at: datetime
    turns: tuple[Turn, ...]


class InterviewPage(Reply):
    """Interviews, newest first."""

    interviews: tuple[Interview, ...]


class CompetencyScore(Reply):
    """How the questions of one kind went."""

    competency: str
    questions: int
    score: float


class Moment(Reply):
    """A point of an answer that stands out."""

    question: str
    point: str
    candidate: str
    handbook: Citation | None = None


class InterviewReport(Reply):
    """How an interview went."""

    score: float | None = None
    minutes: float
    unscored: int
    not_reached: int
    competencies: tuple[CompetencyScore, ...]
    strongest: Moment | None = None
    weakest: Moment | None = None


class DueQuestion(Reply):
    """A question that is due, as it is put this time."""

    question_id: str
    wording: str


class DueDay(Reply):
    """How many questions fall due on a day."""

    day: date
    due: int


class DueList(Reply):
    """What is due today, and on the next days."""

    questions: tuple[DueQuestion, ...]
    days: tuple[DueDay, ...]


class Card(Reply):
    """When a question comes back."""

    due: datetime


class DueCard(Reply):
    """A question's card after a review."""

    card: Card


class DrillSummary(Reply):
    """A drill that can be run."""

    id: str
    title: str
    level: str
    minutes: float
    briefing: str


class DrillList(Reply):
    """The drills of the handbook."""

    drills: tuple[DrillSummary, ...]


class FeedItem(Reply):
    """Something that one sees in a drill."""

    minute: float
    kind: Literal["signal", "decision", "outcome", "unclear"]
    channel: str
    text: str


class Offer(Reply):
    """A move that can be made."""

    id: str
    text: str


class DrillRun(Reply):
    """A run of a drill as it stands."""

    id: str
    created_at: datetime
    status: Status
    title: str
    level: str
    briefing: str
    minute: float
    minutes: float
    decision: int
    feed: tuple[FeedItem, ...]
    moves: tuple[Offer, ...]


class DrillRuns(Reply):
    """Runs, newest first."""

    runs: tuple[DrillRun, ...]


class CriterionGrade(Reply):
    """A criterion of a drill, judged."""

    text: str
    weight: int
    verdict: Literal["met", "partly", "missed"]
    why: str
    handbook: Citation


class Misleading(Reply):
    """A signal that misled."""

    minute: float
    channel: str
    text: str
    truth: str


class DrillReport(Reply):
    """How a drill went."""

    score: float
    minute: float
    criteria: tuple[CriterionGrade, ...]
    misleading: tuple[Misleading, ...]
    good_run: tuple[str, ...]


class Part(Reply):
    """One statement of a question's page."""

    kind: str
    text: str


class QuestionDetail(Reply):
    """A question with what its page says."""

    id: str
    question: str
    document: str
    start: int
    end: int
    parts: tuple[Part, ...] = ()
