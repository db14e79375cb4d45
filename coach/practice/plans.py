"""Plans as they are kept: what they are for, and how the job text was read. Their days are never stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from coach.practice.cards import CardStore
from coach.practice.grades import GradeStore
from coach.practice.interview import PracticeQuestion
from coach.practice.plan import PlanDay, PlanWish, plan_days
from coach.practice.schedule import find_zone
from coach.practice.tables import PlanRow
from coach.store.base import new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page
from coach.store.private import find, of_person
from ingest.contract import Frozen


class JobReading(Frozen):
    """Something that was read out of a job text, with its words."""

    field: str
    value: str
    words: str


class PlanText(Frozen):
    """What a plan is made of.

    Attributes:
        time_zone: Where the person's days end.
        job_text: As it was given; empty if none was.
        read: What was read out of it.
        notes: What could not be taken as it was said, a sentence each.
        degraded: What is missing from a full reading; see `coach.recruit.read.Reading`.
    """

    wish: PlanWish
    time_zone: str
    job_text: str = ""
    read: tuple[JobReading, ...] = ()
    notes: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()


class StoredPlan(PlanText):
    """A plan as it is kept."""

    id: str
    created_at: datetime


class PlanStore:
    """Keeps plans; each is visible to its person alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, owner: Owner, text: PlanText) -> StoredPlan:
        """Store a plan and return it as stored."""
        plan = StoredPlan(**dict(text), id=new_id(), created_at=utc_now())
        with self._database.session() as session:
            session.add(
                PlanRow(
                    tenant=owner.tenant,
                    person=owner.person,
                    id=plan.id,
                    created_at=plan.created_at,
                    body=text.model_dump_json(),
                )
            )
        return plan

    def get(self, owner: Owner, plan_id: str) -> StoredPlan:
        """Return a plan of the person. Raises NotFoundError."""
        with self._database.reading() as session:
            return _plan(find(session, PlanRow, owner, plan_id))

    def delete(self, owner: Owner, plan_id: str) -> None:
        """Remove a plan. Raises NotFoundError."""
        with self._database.session() as session:
            session.delete(find(session, PlanRow, owner, plan_id))

    def list(self, owner: Owner, *, limit: int = PAGE_ITEMS, cursor: str | None = None) -> Page[StoredPlan]:
        """Return the person's plans, newest first.

        Raises:
            UsageError: The limit is out of range.
            NotFoundError: The cursor comes from no list.
        """
        query = of_person(PlanRow, owner)
        with self._database.reading() as session:
            return read_page(session, query, PlanRow, cursor=cursor, limit=limit).map(_plan)


def days_of(
    database: Database,
    owner: Owner,
    wish: PlanWish,
    time_zone: str,
    questions: Mapping[str, PracticeQuestion],
) -> tuple[PlanDay, ...]:
    """Return the days that are left of a plan, as the person's grades and cards are now.

    Raises:
        UsageError: There is no such time zone.
    """
    now, zone = utc_now(), find_zone(time_zone)
    today = now.astimezone(zone).date()
    ahead = max((wish.until - today).days + 1, 0)
    due = CardStore(database).forecast(owner, now, zone, known=questions, days=ahead)
    scored = GradeStore(database).scored(owner)
    return plan_days(wish, scored, questions, today=today, reviews={one.day: one.due for one in due})


def _plan(row: PlanRow) -> StoredPlan:
    return StoredPlan(**dict(PlanText.model_validate_json(row.body)), id=row.id, created_at=row.created_at)
