"""All that is kept of somebody: to be handed over, and to be erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue
from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from coach.store import schema
from coach.store.base import Base, Owned
from coach.store.database import Database
from coach.store.owner import Owner

UNOWNED = {
    "api_keys": "an administrator's: who may use the service; 'coach keys revoke' ends a key",
    "switches": "an operator's: what the service is limited to for now",
    "quota_meters": "figures of a key, without words",
    "audit_log": "ids, hashes and figures, kept as evidence",
    "audit_heads": "a hash of the audit log",
}
"""Tables whose rows are nobody's own, and why; every other table is `Owned`."""

Rows = list[dict[str, JsonValue]]


class Holding(Protocol):
    """Something outside the SQL database that keeps what is somebody's: a cache, vectors, traces."""

    @property
    def name(self) -> str:
        """What it is called in an export."""

    def export(self, owner: Owner) -> Rows:
        """Return everything that is kept of the owner."""

    def erase(self, owner: Owner) -> int:
        """Erase everything that is kept of the owner, and return how many items that were."""


class Holdings:
    """Exports and erases over all tables that are `Owned`, then over what lies elsewhere."""

    def __init__(self, database: Database, elsewhere: Sequence[Holding] = ()) -> None:
        schema.tables()
        self._database = database
        self._elsewhere = tuple(elsewhere)

    def export(self, owner: Owner) -> dict[str, Rows]:
        """Return all that is kept of the owner, by table or holding, as plain JSON."""
        with self._database.reading() as session:
            found = {table.__tablename__: _rows(session, table, owner) for table in owned_tables()}
        return found | {holding.name: holding.export(owner) for holding in self._elsewhere}

    def erase(self, owner: Owner) -> dict[str, int]:
        """Erase all that is kept of the owner; return how many rows there were, by table or holding.

        The tables are cleared in one transaction. What lies elsewhere goes first: if that fails, the whole
        can be repeated.
        """
        gone = {holding.name: holding.erase(owner) for holding in self._elsewhere}
        with self._database.session() as session:
            for table in owned_tables():
                statement = delete(table).where(table.tenant == owner.tenant, table.person == owner.person)
                gone[table.__tablename__] = len(session.scalars(statement.returning(table.tenant)).all())
        return gone


def owned_tables() -> Iterator[type[Owned]]:
    """Yield the tables whose rows are somebody's, those that refer to others before those."""
    mapped = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    for table in reversed(Base.metadata.sorted_tables):
        row = mapped[table]
        if issubclass(row, Owned):
            yield row


def _rows(session: Session, table: type[Owned], owner: Owner) -> Rows:
    columns = [column for column in table.__table__.columns if column.info.get("export", True)]
    query = select(*columns).where(table.tenant == owner.tenant, table.person == owner.person)
    ordered = query.order_by(*inspect(table).primary_key)
    return [{key: _plain(value) for key, value in row.items()} for row in session.execute(ordered).mappings()]


def _plain(value: object) -> JsonValue:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", errors="backslashreplace")
        case _:
            raise TypeError(f"{value!r} has no plain form")
