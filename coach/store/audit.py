"""The audit log: who did what, in a chain of hashes that shows whether an entry was changed or removed.

Each tenant has its own chain. The database refuses to update or delete an entry (triggers); whoever goes
round that breaks the chain. Only somebody who rewrites all that follows as well stays unseen: note the head
of a chain elsewhere from time to time, and `verify` proves that the log still leads up to it.

Entries hold ids, hashes and figures, never a user's words: they stay when a person's rows are erased. The one
exception are the reasons that operators give for what they switch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from coach.store.base import NAME_CHARS, Base, PlainText, UtcTime, Word, utc_now
from coach.store.database import Database, insert_if_absent
from ingest.contract import Frozen

START = "0" * 64
BATCH = 1000
SERVICE = "*"
"""The chain of what is done to the service as a whole; no tenant can be called so."""


class AuditRow(Base):
    """One entry; `sequence` counts from 1 without gaps within its tenant."""

    __tablename__ = "audit_log"

    tenant: Mapped[str] = mapped_column(Word(NAME_CHARS), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(Word(NAME_CHARS))
    action: Mapped[str] = mapped_column(Word(NAME_CHARS))
    subject: Mapped[str] = mapped_column(Word(128), index=True)
    details: Mapped[str] = mapped_column(PlainText)
    hash: Mapped[str] = mapped_column(Word(64))


class AuditHeadRow(Base):
    """Where a tenant's chain ends; the row that those who append wait for."""

    __tablename__ = "audit_heads"

    tenant: Mapped[str] = mapped_column(Word(NAME_CHARS), primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(Word(64))


# Made once, and run without the mapper: they are part of storing every answer.
_MINE = AuditHeadRow.tenant == bindparam("of_tenant")
_LOCK = select(AuditHeadRow.sequence, AuditHeadRow.hash).where(_MINE).with_for_update()
_MOVE = update(AuditHeadRow).where(_MINE).values(sequence=bindparam("at_sequence"), hash=bindparam("at_hash"))
_INSERT = insert(AuditRow.metadata.tables[AuditRow.__tablename__])


class _Fields(NamedTuple):
    """What an entry's hash is made of, with that of the entry before."""

    tenant: str
    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: str


class Head(Frozen):
    """The end of a chain at some moment: how many entries it had, and the hash of the last."""

    sequence: int
    hash: str


EMPTY = Head(sequence=0, hash=START)


class Entry(Frozen):
    """One thing that was done.

    Attributes:
        actor: The key id of whoever did it.
        action: What was done, in one dotted word ("answer.given", "flag.set").
        subject: Id of what it was done to.
    """

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, JsonValue]
    hash: str


class Verification(Frozen):
    """Whether a chain holds.

    Attributes:
        entries: How many were checked.
        broken_at: Sequence of the first entry that is missing or not what its hash says; None if none is.
    """

    entries: int
    broken_at: int | None

    @property
    def holds(self) -> bool:
        """Whether every entry is there and as it was written."""
        return self.broken_at is None


class AuditLog:
    """Appends to the log and checks it."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def append(
        self,
        tenant: str,
        *,
        actor: str,
        action: str,
        subject: str,
        details: Mapping[str, JsonValue] | None = None,
    ) -> Entry:
        """Write an entry at the end of the tenant's chain and return it."""
        with self._database.transaction() as connection:
            return self.add(connection, tenant, actor=actor, action=action, subject=subject, details=details)

    def add(
        self,
        connection: Connection,
        tenant: str,
        *,
        actor: str,
        action: str,
        subject: str,
        details: Mapping[str, JsonValue] | None = None,
    ) -> Entry:
        """Write an entry in a transaction that is open, so that what was done and its entry stand or fall."""
        head = connection.execute(_LOCK, {"of_tenant": tenant}).first()
        if head is None:
            insert_if_absent(connection, AuditHeadRow, {"tenant": tenant, **EMPTY.model_dump()})
            head = connection.execute(_LOCK, {"of_tenant": tenant}).one()
        written = json.dumps(dict(details or {}), sort_keys=True, separators=(",", ":"))
        fields = _Fields(tenant, head.sequence + 1, self._clock(), actor, action, subject, written)
        hash_ = _hash(head.hash, fields)
        connection.execute(_INSERT, {**fields._asdict(), "hash": hash_})
        moved = {"of_tenant": tenant, "at_sequence": fields.sequence, "at_hash": hash_}
        connection.execute(_MOVE, moved)
        return _entry(fields, hash_)

    def head(self, tenant: str) -> Head:
        """Return where the tenant's chain ends, to be noted where the database cannot be rewritten."""
        with self._database.reading() as session:
            row = session.get(AuditHeadRow, tenant)
            return Head(sequence=row.sequence, hash=row.hash) if row else EMPTY

    def about(self, tenant: str, subject: str) -> tuple[Entry, ...]:
        """Return the tenant's entries about one thing, oldest first."""
        query = select(AuditRow).where(AuditRow.tenant == tenant, AuditRow.subject == subject)
        with self._database.reading() as session:
            return tuple(_entry(row, row.hash) for row in session.scalars(query.order_by(AuditRow.sequence)))

    def latest(
        self, tenant: str, *, limit: int, before: int | None = None, action: str = "", holding: str = ""
    ) -> tuple[Entry, ...]:
        """Return the tenant's last entries, newest first.

        Args:
            tenant: Whose chain, or `SERVICE`.
            limit: How many at most.
            before: Only those with a smaller sequence.
            action: Only those of this action.
            holding: Only those with this text as a key or value in their details.
        """
        query = select(AuditRow).where(AuditRow.tenant == tenant)
        if before is not None:
            query = query.where(AuditRow.sequence < before)
        if action:
            query = query.where(AuditRow.action == action)
        if holding:  # the text as it was written, quotes and escapes included
            query = query.where(AuditRow.details.contains(json.dumps(holding), autoescape=True))
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(AuditRow.sequence.desc()).limit(limit))
            return tuple(_entry(row, row.hash) for row in rows)

    def tenants(self) -> tuple[str, ...]:
        """Return whose chains there are, sorted."""
        with self._database.reading() as session:
            heads = set(session.scalars(select(AuditHeadRow.tenant)))
            return tuple(sorted(heads | set(session.scalars(select(AuditRow.tenant).distinct()))))

    def verify(self, tenant: str, *, noted: Head = EMPTY) -> Verification:
        """Walk the tenant's chain; it must be whole, end at its head and lead through the noted one."""
        previous, sequence = START, 0
        query = select(AuditRow).where(AuditRow.tenant == tenant).order_by(AuditRow.sequence)
        with self._database.reading() as session:
            head = session.get(AuditHeadRow, tenant)
            last = Head(sequence=head.sequence, hash=head.hash) if head else EMPTY
            with closing(session.scalars(query.execution_options(yield_per=BATCH))) as rows:
                for row in rows:
                    expected = _hash(previous, row)
                    known = noted.hash if row.sequence == noted.sequence else expected
                    if row.sequence != sequence + 1 or not row.hash == expected == known:
                        return Verification(entries=sequence, broken_at=sequence + 1)
                    previous, sequence = row.hash, row.sequence
        whole = Head(sequence=sequence, hash=previous) == last and sequence >= noted.sequence
        return Verification(entries=sequence, broken_at=None if whole else sequence + 1)


def _hash(previous: str, fields: _Fields | AuditRow) -> str:
    parts = [
        previous,
        fields.tenant,
        fields.sequence,
        fields.at.isoformat(timespec="microseconds"),
        fields.actor,
        fields.action,
        fields.subject,
        fields.details,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _entry(fields: _Fields | AuditRow, hash_: str) -> Entry:
    return Entry(
        sequence=fields.sequence,
        at=fields.at,
        actor=fields.actor,
        action=fields.action,
        subject=fields.subject,
        details=json.loads(fields.details),
        hash=hash_,
    )
