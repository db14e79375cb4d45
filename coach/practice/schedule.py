"""When a question comes back: FSRS, as its own package reckons it, and what a local day is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coach.errors import UsageError
from ingest.contract import Frozen

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

# Score from which on an answer counts as remembered hardly, well, or easily; below, it was forgotten.
_HARD, _GOOD, _EASY = 4.0, 6.0, 8.5


class CardState(Frozen):
    """A question's place in the schedule.

    Attributes:
        stability: Days after which it is remembered nine times of ten; None before the first review.
        difficulty: 1 to 10.
        successes: Reviews so far that counted as remembered; chooses the wording of the next one.
    """

    state: int = 1
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    last_review: datetime | None = None
    due: datetime
    successes: int = 0


class Reviewed(Frozen):
    """A card after a review, and how that was rated: 1 forgotten, 2 hard, 3 good, 4 easy."""

    card: CardState
    rating: int


def rating_of(score: float) -> int:
    """Return how well something was remembered, by the score of the answer.

    >>> [rating_of(score) for score in (0, 3.9, 4, 6, 8.4, 8.5, 10)]
    [1, 1, 2, 3, 3, 4, 4]
    """
    return 1 + sum(score >= border for border in (_HARD, _GOOD, _EASY))


def review(card: CardState | None, score: float, at: datetime) -> Reviewed:
    """Return a card after an answer of this score; None stands for a question that was never asked.

    Source: https://github.com/open-spaced-repetition/py-fsrs, without steps of minutes: a question of an
    interview is not asked twice in ten minutes.
    """
    return rate(card, rating_of(score), at)


def rate(card: CardState | None, rating: int, at: datetime) -> Reviewed:
    """Return a card after it was remembered so well: 1 forgotten, 2 hard, 3 good, 4 easy."""
    from fsrs import Rating

    after, _ = _scheduler().review_card(_to_fsrs(card, at), Rating(rating), at)
    successes = (card.successes if card else 0) + (rating > 1)
    return Reviewed(card=_from_fsrs(after, successes), rating=rating)


def end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which the local day ends, whatever clock change lies in it.

    >>> end_of_day(datetime(2026, 3, 28, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-28T23:00:00+00:00'
    >>> end_of_day(datetime(2026, 3, 29, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T22:00:00+00:00'
    """
    return day_starts(now.astimezone(zone).date() + timedelta(days=1), zone)


def day_starts(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which a local day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def find_zone(name: str) -> ZoneInfo:
    """Return a time zone by its name in the tz database. Raises UsageError if there is none of it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"{name!r} is no time zone", hint="Write one like 'Europe/Berlin'.") from error


@cache
def _scheduler() -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def _to_fsrs(card: CardState | None, at: datetime) -> Card:
    from fsrs import Card, State

    if card is None:
        return Card(card_id=1, due=at)
    return Card(
        card_id=1,
        state=State(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last_review,
    )


def _from_fsrs(card: Card, successes: int) -> CardState:
    return CardState(
        state=card.state.value,
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        last_review=card.last_review,
        due=card.due,
        successes=successes,
    )
