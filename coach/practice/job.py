"""A job text as a plan takes it: whose level it asks for, and which questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from coach.errors import UsageError
from coach.practice.plan import MOST_DAYS, PlanWish
from coach.practice.plans import JobReading, PlanText
from coach.practice.schedule import find_zone
from coach.recruit.pool import Pool
from coach.recruit.read import Inferred, Reading
from coach.recruit.read_language import NOT_ENGLISH
from coach.store.base import utc_now
from ingest.contract import Frozen, Level


class PlanRequested(Frozen):
    """What plan somebody asks for; `until` replaces `days`, and `level` that of the job text."""

    days: int
    until: date | None
    level: Level | None
    minutes_a_day: float
    job_text: str
    time_zone: str


class Job(NamedTuple):
    """What a job text asks for.

    Attributes:
        level: None if it names none.
        wanted: Ids of questions, in the handbook's order; empty if it asks for nothing in particular.
        read: What that was read from.
        notes: What could not be taken as it was said, a sentence each.
        degraded: What is missing from a full reading; see `coach.recruit.read.Reading`.
    """

    level: Level | None = None
    wanted: tuple[str, ...] = ()
    read: tuple[JobReading, ...] = ()
    notes: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()


def job_of(reading: Reading, pool: Pool) -> Job:
    """Return what a job text asks for, by what was read out of it."""
    wishes = reading.wishes
    topics = {one.id for one in wishes.competencies}
    wanted = tuple(
        one.id
        for one in pool.questions
        if (topics or wishes.kinds)
        and (not topics or one.competency in topics)
        and (not wishes.kinds or one.kind in wishes.kinds)
        and one.competency not in wishes.avoid_competencies
        and one.kind not in wishes.avoid_kinds
    )
    taken = [one for one in reading.inferred if one.field != "level" or _names_level(reading, one)]
    read = tuple(JobReading(field=one.field, value=one.value, words=one.words) for one in taken)
    level = wishes.level if any(one.field == "level" for one in taken) else None
    return Job(level, wanted, read, reading.notes, reading.degraded)


def _names_level(reading: Reading, inferred: Inferred) -> bool:
    """Return whether a level may be taken: the words of another language that look like one mean none."""
    return inferred.by == "model" or NOT_ENGLISH not in reading.notes


def plan_of(asked: PlanRequested, read: Callable[[str], Reading], pool: Pool) -> PlanText:
    """Return a plan from today, with what the job text asks for read into it.

    Args:
        asked: What is wanted.
        read: Reads the job text.
        pool: The questions that it may ask for.

    Raises:
        UsageError: The last day is past or too far off, the text is too long, or the time zone is none.
    """
    start = utc_now().astimezone(find_zone(asked.time_zone)).date()
    until = asked.until or start + timedelta(days=asked.days - 1)
    if not 1 <= (until - start).days + 1 <= MOST_DAYS:
        raise UsageError(
            f"{until} is not within {MOST_DAYS} days from {start}", hint="Choose a nearer day to come."
        )
    job = job_of(read(asked.job_text), pool) if asked.job_text.strip() else Job()
    wish = PlanWish(
        level=asked.level or job.level or "senior",
        start=start,
        until=until,
        minutes_a_day=asked.minutes_a_day,
        wanted=job.wanted,
    )
    return PlanText(
        wish=wish,
        time_zone=asked.time_zone,
        job_text=asked.job_text,
        read=job.read,
        notes=job.notes,
        degraded=job.degraded,
    )
