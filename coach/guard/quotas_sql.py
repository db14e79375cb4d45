"""Meters in the SQL database."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from coach.guard.meter import Meter
from coach.guard.quotas import Account
from coach.store.base import NAME_CHARS, Base, PlainText, Word
from coach.store.database import Database, insert_if_absent


class MeterRow(Base):
    """The meter of one key, as JSON."""

    __tablename__ = "quota_meters"

    tenant: Mapped[str] = mapped_column(Word(NAME_CHARS), primary_key=True)
    key_id: Mapped[str] = mapped_column(Word(NAME_CHARS), primary_key=True)
    state: Mapped[str] = mapped_column(PlainText)


# Made once, and run without the mapper: two of them precede every request, two follow it.
_MINE = (MeterRow.tenant == bindparam("of_tenant"), MeterRow.key_id == bindparam("of_key"))
_LOCK = select(MeterRow.state).where(*_MINE).with_for_update()
_REPLACE = update(MeterRow).where(*_MINE).values(state=bindparam("after"))


class SqlBackend:
    """Changes a meter under the lock of its row (on SQLite: of the file)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def update(self, account: Account, change: Callable[[Meter], Meter]) -> Meter:
        """Replace a meter by `change` of it and return the new one. Raises DatabaseError."""
        mine = {"of_tenant": account.tenant, "of_key": account.key_id}
        with self._database.transaction(durable=False) as connection:
            if (state := connection.scalar(_LOCK, mine)) is None:
                empty = {**account._asdict(), "state": Meter().model_dump_json()}
                insert_if_absent(connection, MeterRow, empty)  # somebody else may just have done so
                state = connection.execute(_LOCK, mine).scalar_one()
            after = change(Meter.model_validate_json(state))
            connection.execute(_REPLACE, {**mine, "after": after.model_dump_json()})
        return after

    def read(self, account: Account) -> Meter:
        """Return a meter. Raises DatabaseError."""
        with self._database.reading() as session:
            row = session.get(MeterRow, account)
            return Meter.model_validate_json(row.state) if row else Meter()

    def close(self) -> None:
        """Do nothing: the database belongs to whoever opened it."""
