"""Where somebody stands by their grades."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import get_args
from zoneinfo import ZoneInfo

from coach.practice.grades import Scored
from coach.practice.interview import PracticeQuestion
from ingest.contract import Frozen, Level


class GroupProgress(Frozen):
    """Questions of one chapter, competency or level.

    Attributes:
        practised: Of `questions`, those that were graded once or more.
        score: Mean of the newest score of each; None if none was practised.
    """

    name: str
    questions: int
    practised: int
    score: float | None


class SelfRating(Frozen):
    """How self-ratings compare with grades.

    Attributes:
        answers: Graded answers with a self-rating.
        bias: Mean of self-rating less score; above 0 is too confident.
        error: Mean distance between the two.
    """

    answers: int
    bias: float
    error: float


class Progress(Frozen):
    """Where somebody stands; a competency is the kind of a question.

    Attributes:
        days: Local days on which something was practised.
        self_rating: None if no answer was rated before its grade was seen.
    """

    answers: int
    days: int
    chapters: tuple[GroupProgress, ...]
    competencies: tuple[GroupProgress, ...]
    levels: tuple[GroupProgress, ...]
    self_rating: SelfRating | None


def progress(scored: Sequence[Scored], questions: Mapping[str, PracticeQuestion], zone: ZoneInfo) -> Progress:
    """Return where somebody stands.

    Args:
        scored: Their graded answers, oldest first.
        questions: Those of the handbook; answers to others count for days and self-ratings alone.
        zone: Where their days end.
    """
    newest = {one.question_id: one.score for one in scored}

    def groups(names: Callable[[PracticeQuestion], Iterable[str]]) -> tuple[GroupProgress, ...]:
        found: dict[str, list[str]] = {}
        for question in questions.values():
            for name in names(question):
                found.setdefault(name, []).append(question.id)
        return tuple(_group(name, ids, newest) for name, ids in found.items())

    return Progress(
        answers=len(scored),
        days=len({one.created_at.astimezone(zone).date() for one in scored}),
        chapters=groups(lambda one: (one.chapter,)),
        competencies=groups(lambda one: (one.kind or "other",)),
        levels=groups(lambda one: one.levels or get_args(Level)),
        self_rating=_self_rating(scored),
    )


def _group(name: str, ids: Sequence[str], newest: Mapping[str, float]) -> GroupProgress:
    scores = [newest[one] for one in ids if one in newest]
    mean = round(sum(scores) / len(scores), 2) if scores else None
    return GroupProgress(name=name, questions=len(ids), practised=len(scores), score=mean)


def _self_rating(scored: Sequence[Scored]) -> SelfRating | None:
    differences = [one.self_rating - one.score for one in scored if one.self_rating is not None]
    if not differences:
        return None
    count = len(differences)
    return SelfRating(
        answers=count,
        bias=round(sum(differences) / count, 2),
        error=round(sum(map(abs, differences)) / count, 2),
    )
