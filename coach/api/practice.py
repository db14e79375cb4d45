"""What the practice routes take and give; the Python SDK and the page speak the same."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from coach.api.schemas import Integer, a_number
from coach.practice.candidate import MAX_ANSWER_CHARS
from coach.practice.cards import DueDay
from coach.practice.drill_run import DrillView
from coach.practice.drill_words import MAX_SAID_CHARS
from coach.practice.grades import StoredGrade
from coach.practice.interview import Interview
from coach.practice.plan import MOST_DAYS, PlanDay
from coach.practice.plans import StoredPlan
from coach.practice.story import Story, StoryText
from coach.recruit.read import MAX_REQUEST_CHARS
from ingest.contract import Frozen, Level

QuestionId = Annotated[
    str, Field(min_length=1, max_length=128, description="Id or slug of a question of the handbook.")
]
AnswerText = Annotated[
    str, Field(max_length=MAX_ANSWER_CHARS, description="The candidate's answer, as it was said.")
]
TIME_ZONE: dict[str, Any] = {
    "max_length": 64,
    "examples": ["Europe/Berlin"],
    "json_schema_extra": {"format": "time-zone"},
}
"""How a field that names a time zone is described; which names there are is the system's business."""


class GradeRequest(Frozen):
    """An answer to grade; `self_rating` is what the candidate thinks it is worth, before seeing the grade."""

    question_id: QuestionId
    answer: AnswerText
    self_rating: Annotated[float, Field(ge=0, le=10), BeforeValidator(a_number)] | None = None


class DisputeRequest(Frozen):
    """An objection to one point of a grade.

    Attributes:
        point: Name of the point, as the grade has it.
        evidence: The words of the answer that say it, copied from the answer.
        comment: Anything else, for the candidate's own record.
    """

    point: str = Field(min_length=1, max_length=500)
    evidence: str = Field(min_length=1, max_length=MAX_ANSWER_CHARS)
    comment: str = Field("", max_length=4000)


class InterviewRequest(Frozen):
    """What mock interview is wanted; no chapters means all of them, by the ids of their documents."""

    level: Level = "senior"
    chapters: Annotated[tuple[Annotated[str, Field(max_length=1000)], ...], Field(max_length=50)] = ()
    minutes: Integer = Field(30, ge=5, le=180)


class SubmitRequest(Frozen):
    """An answer to a turn of an interview."""

    answer: AnswerText


class InterviewPage(Frozen):
    """A page of interviews, newest first; `next_cursor` leads to older ones."""

    interviews: tuple[Interview, ...]
    next_cursor: str | None


class DueQuestion(Frozen):
    """A question that is due; `wording` is how to ask it this time, another one after each success."""

    question_id: str
    wording: str
    due: datetime
    successes: int


class ReviewRequest(Frozen):
    """How well an answer was remembered, by one's own judgement: 1 forgotten, 2 hard, 3 good, 4 easy."""

    question_id: QuestionId
    rating: Integer = Field(ge=1, le=4)


class DueList(Frozen):
    """What is due today, the longest due first, and how many fall due on each of the next days.

    Attributes:
        retired: Cards that are due whose question the handbook does not have any more.
    """

    questions: tuple[DueQuestion, ...]
    days: tuple[DueDay, ...]
    retired: int


class PracticePlan(Frozen):
    """What to practise on each of the next days."""

    days: tuple[PlanDay, ...]


class GradePage(Frozen):
    """A page of grades, newest first; `next_cursor` leads to older ones."""

    grades: tuple[StoredGrade, ...]
    next_cursor: str | None


class DrillSummary(Frozen):
    """A drill that can be run."""

    id: str
    title: str
    level: Level
    minutes: float
    briefing: str


class DrillList(Frozen):
    """The drills whose pages the handbook has."""

    drills: tuple[DrillSummary, ...]


class DrillPage(Frozen):
    """A page of runs, newest first; `next_cursor` leads to older ones."""

    runs: tuple[DrillView, ...]
    next_cursor: str | None


class PickedMove(Frozen):
    """A decision by a move that the run offers."""

    move: str = Field(min_length=1, max_length=64)


class SaidMove(Frozen):
    """A decision in one's own words, an action a sentence."""

    said: str = Field(min_length=1, max_length=MAX_SAID_CHARS)


class StoryChange(StoryText):
    """What a story says from now on; `after` is the version that was read."""

    after: Integer = Field(ge=0, le=2**31 - 1)


class StoryPage(Frozen):
    """A page of stories, newest first; `next_cursor` leads to older ones."""

    stories: tuple[Story, ...]
    next_cursor: str | None


class PlanRequest(Frozen):
    """What plan is wanted.

    Attributes:
        days: From today; the last one is free.
        until: The last day, instead of `days`.
        level: That of the job text if it names one; else senior.
        job_text: A job description to read level, topics and kinds from.
    """

    days: Integer = Field(14, ge=1, le=MOST_DAYS)
    until: date | None = None
    level: Level | None = None
    minutes_a_day: Integer = Field(30, ge=5, le=480)
    job_text: str = Field("", max_length=MAX_REQUEST_CHARS)
    time_zone: str = Field("UTC", **TIME_ZONE)


class PlanReply(Frozen):
    """A plan with its days, made anew from the grades.

    Attributes:
        practised: Of the questions of its level, those that were answered well; they need no day any more.
        titles: Of the questions of its days, by id.
    """

    plan: StoredPlan
    practised: int
    questions: int
    days: tuple[PlanDay, ...]
    titles: dict[str, str]


class PlanPage(Frozen):
    """A page of plans, newest first, without their days; `next_cursor` leads to older ones."""

    plans: tuple[StoredPlan, ...]
    next_cursor: str | None
