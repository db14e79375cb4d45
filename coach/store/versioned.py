"""Things that are kept in versions and shared within a tenant: every version of each stays.

This module knows the columns that all such tables have; what a thing is, its own store knows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Index, Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, aliased, declared_attr, mapped_column

from coach.errors import ConflictError, NotFoundError
from coach.store.base import Id, Owned, PlainText, UtcTime, new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page

Row = TypeVar("Row", bound="VersionedRow")
Body = TypeVar("Body")
Stored = TypeVar("Stored")
Summary = TypeVar("Summary")


class VersionedRow(Owned):
    """One version of a thing; `version` counts from 1 without gaps, `person` made this version."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    title: Mapped[str] = mapped_column(PlainText)
    body: Mapped[str] = mapped_column(PlainText)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Return the index by which lists are read."""
        return (Index(None, "tenant", "created_at", "id"),)


class Place(NamedTuple):
    """What names a version, and when it was made."""

    id: str
    version: int
    created_at: datetime


class VersionedStore(ABC, Generic[Row, Body, Stored, Summary]):
    """Keeps things of one kind; everybody of a tenant sees the tenant's.

    Attributes:
        table: Where they are kept.
        what: What one is called in a message.
    """

    table: type[Row]
    what: str

    def __init__(self, database: Database) -> None:
        self._database = database

    @abstractmethod
    def _columns(self, body: Body) -> dict[str, Any]:
        """Return the columns that depend on the thing: title, body, and those of its own table."""

    @abstractmethod
    def _stored(self, place: Place, body: Body) -> Stored:
        """Return a version as its callers see it."""

    @abstractmethod
    def _read(self, body: str) -> Body:
        """Return what a row's body holds."""

    @abstractmethod
    def _summary(self, row: Row) -> Summary:
        """Return a version as a list shows it."""

    def add(self, owner: Owner, body: Body) -> Stored:
        """Store the first version of a new thing and return it as stored."""
        place = Place(new_id(), 1, utc_now())
        with self._database.session() as session:
            session.add(self._row(owner, place, body))
        return self._stored(place, body)

    def add_version(self, owner: Owner, item_id: str, body: Body, *, after: int) -> Stored:
        """Store the next version and return it as stored.

        Raises:
            NotFoundError: The tenant has nothing of this id.
            ConflictError: The newest version is not `after`.
        """
        with self._database.session() as session:
            newest = self._find(session, owner.tenant, item_id, None, lock=True)
            if newest.version != after:
                raise ConflictError(f"{self.what} {item_id!r} is at version {newest.version}, not {after}")
            place = Place(item_id, after + 1, utc_now())
            session.add(self._row(owner, place, body))
            try:
                session.flush()
            except IntegrityError as error:  # somebody else's version came between the two statements
                raise ConflictError(f"{self.what} {item_id!r} has a version {after + 1} already") from error
        return self._stored(place, body)

    def get(self, tenant: str, item_id: str, version: int | None = None) -> Stored:
        """Return a version, the newest if none is named. Raises NotFoundError."""
        with self._database.reading() as session:
            row = self._find(session, tenant, item_id, version)
            return self._stored(Place(row.id, row.version, row.created_at), self._read(row.body))

    def versions(self, tenant: str, item_id: str) -> tuple[Summary, ...]:
        """Return all versions of one thing, newest first. Raises NotFoundError if there is none."""
        query = self._of(tenant, item_id).order_by(self.table.version.desc())
        with self._database.reading() as session:
            found = tuple(self._summary(row) for row in session.scalars(query))
        if not found:
            raise self._missing(item_id)
        return found

    def list(self, tenant: str, *, limit: int = PAGE_ITEMS, cursor: str | None = None) -> Page[Summary]:
        """Return the newest version of each of the tenant's things, latest change first.

        Raises:
            NotFoundError: The cursor comes from no list.
            UsageError: The limit is out of range.
        """
        return self._page(tenant, (), limit=limit, cursor=cursor)

    def delete(self, tenant: str, item_id: str) -> None:
        """Remove a thing with all its versions. Raises NotFoundError."""
        with self._database.session() as session:
            rows = [*session.scalars(self._of(tenant, item_id))]
            if not rows:
                raise self._missing(item_id)
            for row in rows:
                session.delete(row)

    def _page(
        self, tenant: str, only: tuple[ColumnElement[bool], ...], *, limit: int, cursor: str | None
    ) -> Page[Summary]:
        table, newer = self.table, aliased(self.table)
        is_older = exists().where(
            newer.tenant == table.tenant, newer.id == table.id, newer.version > table.version
        )
        query = select(table).where(table.tenant == tenant, ~is_older, *only)
        with self._database.reading() as session:
            return read_page(session, query, table, cursor=cursor, limit=limit).map(self._summary)

    def _row(self, owner: Owner, place: Place, body: Body) -> Row:
        return self.table(tenant=owner.tenant, person=owner.person, **place._asdict(), **self._columns(body))

    def _of(self, tenant: str, item_id: str) -> Select[Row]:
        return select(self.table).where(self.table.tenant == tenant, self.table.id == item_id)

    def _find(
        self, session: Session, tenant: str, item_id: str, version: int | None, *, lock: bool = False
    ) -> Row:
        query = self._of(tenant, item_id)
        if version is not None:
            query = query.where(self.table.version == version)
        query = query.order_by(self.table.version.desc()).limit(1)
        row = session.scalars(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise self._missing(item_id, version)
        return row

    def _missing(self, item_id: str, version: int | None = None) -> NotFoundError:
        which = "" if version is None else f" of version {version}"
        return NotFoundError(f"there is no {self.what} {item_id!r}{which}")
