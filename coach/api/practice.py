"""What the practice routes take and give; the Python SDK and the page speak the same."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from coach.api.schemas import Integer, a_number
from coach.practice.candidate import MAX_ANSWER_CHARS
from coach.practice.cards import DueDay
from coach.practice.grades import StoredGrade
from coach.practice.interview import Interview
from coach.practice.progress import PlanDay
from ingest.contract import Frozen, Level

QuestionId = Annotated[
    str, Field(min_length=1, max_length=128, description="Id or slug of a question of the handbook.")
]
AnswerText = Annotated[
    str, Field(max_length=MAX_ANSWER_CHARS, description="The candidate's answer, as it was said.")
]


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
