"""Rows that one person alone sees: whose they are is asked for here, so that no store can forget it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, TypeVar

from sqlalchemy import Index, Select, select
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from coach.errors import NotFoundError
from coach.store.base import Id, Owned, UtcTime
from coach.store.owner import Owner

AnyOwned = TypeVar("AnyOwned", bound=Owned)
AnyPrivate = TypeVar("AnyPrivate", bound="PrivateRow")


class PrivateRow(Owned):
    """A row that is found by its id, and listed newest first.

    Attributes:
        what: What one is called in a message.
    """

    __abstract__ = True
    what: ClassVar[str]

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Return the index by which lists are read."""
        return (Index(None, "tenant", "person", "created_at", "id"),)


def of_person(table: type[AnyOwned], owner: Owner) -> Select[AnyOwned]:
    """Return the query for all of a person's rows."""
    return select(table).where(table.tenant == owner.tenant, table.person == owner.person)


def find(
    session: Session, table: type[AnyPrivate], owner: Owner, row_id: str, *, lock: bool = False
) -> AnyPrivate:
    """Return the person's row of this id, locked if it is to be changed. Raises NotFoundError."""
    query = of_person(table, owner).where(table.id == row_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFoundError(f"there is no {table.what} {row_id!r}")
    return row
