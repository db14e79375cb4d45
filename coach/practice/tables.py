"""What practice keeps in SQL; every row is private to one person.

Bodies are JSON of the frozen models that the stores read back; the columns beside them are what lists and
sums are made of.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from coach.store.base import Id, Owned, PlainText, UtcTime, Word
from coach.store.private import PrivateRow


class GradeRow(PrivateRow):
    """An answer with its grade; `score` is null if it could not be graded.

    Attributes:
        standing_score: What counts: that of the newest judgement, disputes included.
    """

    __tablename__ = "practice_grades"
    what = "grade"

    question_id: Mapped[str] = mapped_column(Word(128))
    outcome: Mapped[str] = mapped_column(Word(16))
    score: Mapped[float | None]
    standing_score: Mapped[float | None]
    self_rating: Mapped[float | None]
    answer: Mapped[str] = mapped_column(PlainText)
    body: Mapped[str] = mapped_column(PlainText)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Return the indexes by which lists and answers to one question are read."""
        return (*super().__table_args__, Index(None, "tenant", "person", "question_id"))


class DisputeRow(Owned):
    """An objection to a grade, with the second judgement; the first one stays as it was."""

    __tablename__ = "practice_disputes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant", "grade_id"], ["practice_grades.tenant", "practice_grades.id"], ondelete="CASCADE"
        ),
        Index(None, "tenant", "grade_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    grade_id: Mapped[str] = mapped_column(Id)
    body: Mapped[str] = mapped_column(PlainText)


class InterviewRow(PrivateRow):
    """A mock interview; `version` counts its changes."""

    __tablename__ = "practice_interviews"
    what = "interview"

    version: Mapped[int]
    status: Mapped[str] = mapped_column(Word(16))
    body: Mapped[str] = mapped_column(PlainText)


class InterviewTurnRow(Owned):
    """One question of an interview with what was said to it; `number` counts from 0 without gaps."""

    __tablename__ = "practice_interview_turns"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant", "interview_id"],
            ["practice_interviews.tenant", "practice_interviews.id"],
            ondelete="CASCADE",
        ),
    )

    interview_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answer: Mapped[str] = mapped_column(PlainText)
    body: Mapped[str] = mapped_column(PlainText)


class CardRow(Owned):
    """A question that was graded, to be repeated when it is due; `version` counts its reviews."""

    __tablename__ = "practice_cards"
    __table_args__ = (
        UniqueConstraint("tenant", "person", "question_id"),
        Index(None, "tenant", "person", "due"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    question_id: Mapped[str] = mapped_column(Word(128))
    due: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int]
    body: Mapped[str] = mapped_column(PlainText)


class ReviewRow(Owned):
    """One review of a card; `number` counts from 0 without gaps."""

    __tablename__ = "practice_reviews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant", "card_id"], ["practice_cards.tenant", "practice_cards.id"], ondelete="CASCADE"
        ),
    )

    card_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reviewed_at: Mapped[datetime] = mapped_column(UtcTime)
    rating: Mapped[int]
    score: Mapped[float | None]


class DrillRow(PrivateRow):
    """A run of an incident drill; `version` counts its changes."""

    __tablename__ = "practice_drills"
    what = "run"

    version: Mapped[int]
    status: Mapped[str] = mapped_column(Word(16))
    body: Mapped[str] = mapped_column(PlainText)


class StoryRow(PrivateRow):
    """A story of the bank; `version` counts its changes."""

    __tablename__ = "practice_stories"
    what = "story"

    version: Mapped[int]
    body: Mapped[str] = mapped_column(PlainText)


class PlanRow(PrivateRow):
    """A plan towards a date; its days are made anew from the grades whenever it is read."""

    __tablename__ = "practice_plans"
    what = "plan"

    body: Mapped[str] = mapped_column(PlainText)
