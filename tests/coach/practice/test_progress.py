"""Progress, worked by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from coach.practice.grades import Scored
from coach.practice.progress import progress
from tests.support.practice_questions import QUESTIONS, make_question


def scored(number: int, score: float, hour: int, self_rating: float | None = None) -> Scored:
    """Return a graded answer to a question, on 4 May 2026."""
    return Scored(
        id=f"g{hour}",
        created_at=datetime(2026, 5, 4, hour, tzinfo=UTC),
        question_id=f"q{number}",
        score=score,
        self_rating=self_rating,
    )


def test_progress_counts_the_newest_score_of_each_question() -> None:
    """By chapter, competency and level; an evening in Berlin is the next day in Tokyo."""
    grades = [scored(0, 2.0, 8, 6.0), scored(0, 6.0, 9, 5.0), scored(3, 9.0, 20)]
    found = progress(grades, QUESTIONS, ZoneInfo("Asia/Tokyo"))
    assert (found.answers, found.days) == (3, 2)
    assert [(one.name, one.questions, one.practised, one.score) for one in found.chapters] == [
        ("Chapter 0", 3, 2, 7.5),
        ("Chapter 1", 3, 0, None),
        ("Chapter 2", 3, 0, None),
    ]
    assert {one.name: one.score for one in found.competencies} == {"debugging": 6.0, "design": 9.0}
    assert [(one.name, one.questions) for one in found.levels] == [("senior", 9)]
    assert found.self_rating
    assert (found.self_rating.answers, found.self_rating.bias, found.self_rating.error) == (2, 1.5, 2.5)
    assert progress([], QUESTIONS, ZoneInfo("UTC")).self_rating is None


def test_a_question_without_a_level_counts_for_each() -> None:
    """A handbook without tag lines has progress at every level."""
    found = progress([scored(0, 6.0, 8)], {"q0": make_question(0, levels=())}, ZoneInfo("UTC"))
    assert [(one.name, one.score) for one in found.levels] == [
        ("junior", 6.0),
        ("mid", 6.0),
        ("senior", 6.0),
        ("staff", 6.0),
    ]
