"""What to practise on each day until a date: questions, mock interviews, drills, stories, and rest.

Made anew from the grades whenever it is read, so that it adapts to them. How the days are used is what the
handbook says: weak and new questions first, mocks in the last third, nothing new in the last three days, and
the last day free (corpus/plans.md, "How do you prepare for an AI engineer interview in 30 days?").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from coach.practice.grades import Scored
from coach.practice.interview import PracticeQuestion
from ingest.contract import Frequency, Frozen, Level

MOST_DAYS = 60
Activity = Literal["interview", "drill", "stories", "rest"]
# An answer of this score needs no place in a plan; its card brings it back.
KNOWN = 8.0
_UNPRACTISED = 5.0
# About half of the time is answering aloud, says the same page; the rest goes to grades, pages and retries.
_SPEAKING = 0.5
_RANK: dict[Frequency | None, int] = {"very-common": 0, "common": 1, "occasional": 2, None: 2}
_FEWEST_FOR_REST = 3
_FEWEST_FOR_TAPER = 7
_TAPER_DAYS = 3
_FEWEST_FOR_TWO_DRILLS = 14
_MOCKS_FROM = 2 / 3


class PlanWish(Frozen):
    """What a plan is for.

    Attributes:
        start: Its first day; `until` is the last one, before the interview.
        wanted: Ids of the questions that a job text asks for; empty means all alike.
    """

    level: Level
    start: date
    until: date
    minutes_a_day: float = Field(ge=5, le=480)
    wanted: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.start).days + 1


class PlanDay(Frozen):
    """What to practise on a day.

    Attributes:
        minutes: Sum of the time boxes of its questions, half of the day's time at most.
        activities: What else the day is for.
        reviews: Cards that fall due on it.
    """

    day: date
    question_ids: tuple[str, ...]
    minutes: float
    activities: tuple[Activity, ...] = ()
    reviews: int = 0


def plan_days(
    wish: PlanWish,
    scored: Sequence[Scored],
    questions: Mapping[str, PracticeQuestion],
    *,
    today: date,
    reviews: Mapping[date, int] | None = None,
) -> tuple[PlanDay, ...]:
    """Return what to practise on each day from today, or from the start, to the last day.

    Questions that the job asks for come before the others, weak and often asked ones before those, one of
    each chapter before the second of any. Days are empty once nothing is left to practise.

    Args:
        wish: What the plan is for.
        scored: The person's graded answers, oldest first.
        questions: All that can be practised, by id.
        today: The person's local day.
        reviews: Cards that fall due, by local day.
    """
    newest = _newest(scored)
    left = _ordered(wish, newest, questions)
    planned = []
    first = max((today - wish.start).days, 0)
    for place in range(first, wish.days):
        day, activities = wish.start + timedelta(days=place), activities_of(place, wish.days)
        chosen: list[PracticeQuestion] = []
        if not set(activities) & {"interview", "rest"}:
            is_tapering = wish.days >= _FEWEST_FOR_TAPER and place >= wish.days - _TAPER_DAYS
            pool = [one for one in left if one.id in newest] if is_tapering else left
            chosen = _fill(pool, wish.minutes_a_day)
            left = [one for one in left if one not in chosen]
        planned.append(
            PlanDay(
                day=day,
                question_ids=tuple(one.id for one in chosen),
                minutes=sum(one.minutes for one in chosen),
                activities=activities,
                reviews=(reviews or {}).get(day, 0),
            )
        )
    return tuple(planned)


def known(scored: Iterable[Scored]) -> set[str]:
    """Return the questions that need no day: those whose newest answer, the last of each, was good."""
    return {name for name, score in _newest(scored).items() if score >= KNOWN}


def _newest(scored: Iterable[Scored]) -> dict[str, float]:
    return {one.question_id: one.score for one in scored}


def activities_of(place: int, days: int) -> tuple[Activity, ...]:
    """Return what a day is for besides questions, by its place from 0.

    >>> [(place, *activities_of(place, 7)) for place in range(7) if activities_of(place, 7)]
    [(3, 'drill'), (4, 'stories'), (5, 'interview'), (6, 'rest')]
    >>> [place for place in range(30) if "interview" in activities_of(place, 30)]
    [20, 22, 24, 26, 28]
    """
    if days < _FEWEST_FOR_REST:
        return ()
    mocks = [one for one in range(days - 2, 0, -2) if one >= days * _MOCKS_FROM] or [days - 2]
    found: list[Activity] = []
    if place == days - 1:
        found.append("rest")
    if place in mocks:
        found.append("interview")
    if place == days // 2 or (days >= _FEWEST_FOR_TWO_DRILLS and place == days // 4):
        found.append("drill")
    if place == mocks[-1] - 1:
        found.append("stories")
    return tuple(found)


def _ordered(
    wish: PlanWish, newest: Mapping[str, float], questions: Mapping[str, PracticeQuestion]
) -> list[PracticeQuestion]:
    fitting = [
        one
        for one in questions.values()
        if one.is_gradable and one.is_for(wish.level) and newest.get(one.id, 0.0) < KNOWN
    ]
    wanted = set(wish.wanted)

    def key(one: PracticeQuestion) -> tuple[bool, int, float, str]:
        return one.id not in wanted, _RANK[one.frequency], newest.get(one.id, _UNPRACTISED), one.id

    turn: dict[str, int] = {}
    numbered = []
    for one in sorted(fitting, key=key):
        turn[one.document] = turn.get(one.document, 0) + 1
        numbered.append((one.id not in wanted, turn[one.document], one))
    return [one for *_, one in sorted(numbered, key=lambda row: row[:2])]


def _fill(pool: Sequence[PracticeQuestion], minutes: float) -> list[PracticeQuestion]:
    """Return the first questions that fit a day, at least one."""
    chosen: list[PracticeQuestion] = []
    for one in pool:
        if chosen and sum(each.minutes for each in chosen) + one.minutes > minutes * _SPEAKING:
            break
        chosen.append(one)
    return chosen
