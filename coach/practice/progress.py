"""Where somebody stands by their grades, and what to practise on each day until a date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from coach.practice.grades import Scored
from coach.practice.interview import PracticeQuestion
from ingest.contract import Frozen, Level

# An answer of this score needs no place in a plan; its card brings it back.
_KNOWN = 8.0


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


class PlanDay(Frozen):
    """What to practise on a day; `minutes` is the sum of the time boxes."""

    day: date
    question_ids: tuple[str, ...]
    minutes: float


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
        levels=groups(lambda one: one.levels),
        self_rating=_self_rating(scored),
    )


def plan_days(
    scored: Sequence[Scored],
    questions: Mapping[str, PracticeQuestion],
    *,
    level: Level,
    today: date,
    days: int,
    minutes_a_day: float,
) -> tuple[PlanDay, ...]:
    """Return what to practise on each of some days: weak and new questions of the level, often asked first.

    Made anew from the grades whenever it is asked for, so that it adapts to them. Days are empty once
    nothing is left to practise.
    """
    newest = {one.question_id: one.score for one in scored}
    rank = {"very-common": 0, "common": 1, "occasional": 2}
    fitting = [one for one in questions.values() if level in one.levels and newest.get(one.id, 0.0) < _KNOWN]
    turn: dict[str, int] = {}
    ordered = []
    for one in sorted(
        fitting, key=lambda one: (rank.get(one.frequency or "", 2), newest.get(one.id, 5.0), one.id)
    ):
        turn[one.document] = turn.get(one.document, 0) + 1  # one of each chapter before the second of any
        ordered.append((turn[one.document], one))
    left = [one for _, one in sorted(ordered, key=lambda pair: pair[0])]
    planned = []
    for step in range(days):
        chosen: list[PracticeQuestion] = []
        while left and (not chosen or sum(one.minutes for one in chosen) + left[0].minutes <= minutes_a_day):
            chosen.append(left.pop(0))
        planned.append(
            PlanDay(
                day=today + timedelta(days=step),
                question_ids=tuple(one.id for one in chosen),
                minutes=sum(one.minutes for one in chosen),
            )
        )
    return tuple(planned)


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
