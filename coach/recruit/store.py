"""Question sets as they are kept: every version of each, shared within a tenant.

This module knows the table alone; what a set is, its callers know.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from coach.errors import ConflictError, NotFoundError
from coach.recruit.sets import QuestionSet
from coach.store.base import Id, Owned, PlainText, UtcTime, new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, cut, newest_first
from ingest.contract import Frozen


class QuestionSetRow(Owned):
    """One version of a set; `version` counts from 1 without gaps, `person` made this version."""

    __tablename__ = "question_sets"
    __table_args__ = (Index(None, "tenant", "created_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    title: Mapped[str] = mapped_column(PlainText)
    body: Mapped[str] = mapped_column(PlainText)


class StoredSet(Frozen):
    """A version of a set with its id."""

    id: str
    version: int
    created_at: datetime
    made: QuestionSet


class SetSummary(Frozen):
    """The newest version of a set, as a list shows it."""

    id: str
    version: int
    created_at: datetime
    title: str


class SetStore:
    """Keeps question sets; everybody of a tenant sees the tenant's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, owner: Owner, made: QuestionSet) -> StoredSet:
        """Store the first version of a set and return it as stored."""
        stored = StoredSet(id=new_id(), version=1, created_at=utc_now(), made=made)
        with self._database.session() as session:
            session.add(_row(owner, stored))
        return stored

    def add_version(self, owner: Owner, set_id: str, made: QuestionSet, *, after: int) -> StoredSet:
        """Store the next version of a set and return it as stored.

        Raises:
            NotFoundError: The tenant has no such set.
            ConflictError: Its newest version is not `after`.
        """
        with self._database.session() as session:
            newest = _find(session, owner.tenant, set_id, None, lock=True)
            if newest.version != after:
                raise ConflictError(f"set {set_id!r} is at version {newest.version}, not {after}")
            stored = StoredSet(id=set_id, version=after + 1, created_at=utc_now(), made=made)
            session.add(_row(owner, stored))
            try:
                session.flush()
            except IntegrityError as error:  # somebody else's version came between the two statements
                raise ConflictError(f"set {set_id!r} has a version {after + 1} already") from error
        return stored

    def get(self, tenant: str, set_id: str, version: int | None = None) -> StoredSet:
        """Return a version of a set, the newest if none is named. Raises NotFoundError."""
        with self._database.reading() as session:
            row = _find(session, tenant, set_id, version)
            return StoredSet(
                id=row.id,
                version=row.version,
                created_at=row.created_at,
                made=QuestionSet.model_validate_json(row.body),
            )

    def list(self, tenant: str, *, limit: int = PAGE_ITEMS, cursor: str | None = None) -> Page[SetSummary]:
        """Return the tenant's sets, latest change first.

        Raises:
            NotFoundError: The cursor comes from no list.
            UsageError: The limit is out of range.
        """
        columns = (QuestionSetRow.id, QuestionSetRow.version, QuestionSetRow.created_at, QuestionSetRow.title)
        newer = aliased(QuestionSetRow)
        is_older = exists().where(
            newer.tenant == QuestionSetRow.tenant,
            newer.id == QuestionSetRow.id,
            newer.version > QuestionSetRow.version,
        )
        query = select(*columns).where(QuestionSetRow.tenant == tenant, ~is_older)
        with self._database.reading() as session:
            rows = session.execute(newest_first(query, QuestionSetRow, cursor=cursor, limit=limit)).all()
        return cut(rows, (SetSummary.model_validate(row._mapping) for row in rows), limit)  # noqa: SLF001

    def delete(self, tenant: str, set_id: str) -> None:
        """Remove a set with all its versions. Raises NotFoundError."""
        with self._database.session() as session:
            query = select(QuestionSetRow).where(QuestionSetRow.tenant == tenant, QuestionSetRow.id == set_id)
            rows = [*session.scalars(query)]
            if not rows:
                raise NotFoundError(f"there is no question set {set_id!r}")
            for row in rows:
                session.delete(row)


def _row(owner: Owner, stored: StoredSet) -> QuestionSetRow:
    return QuestionSetRow(
        tenant=owner.tenant,
        person=owner.person,
        id=stored.id,
        version=stored.version,
        created_at=stored.created_at,
        title=stored.made.title,
        body=stored.made.model_dump_json(),
    )


def _find(
    session: Session, tenant: str, set_id: str, version: int | None, *, lock: bool = False
) -> QuestionSetRow:
    query = select(QuestionSetRow).where(QuestionSetRow.tenant == tenant, QuestionSetRow.id == set_id)
    if version is not None:
        query = query.where(QuestionSetRow.version == version)
    query = query.order_by(QuestionSetRow.version.desc()).limit(1)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        which = "" if version is None else f" of version {version}"
        raise NotFoundError(f"there is no question set {set_id!r}{which}")
    return row
