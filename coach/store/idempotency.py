"""Idempotency: a request that is sent again gets the stored reply instead of a second effect.

A request begins by claiming its key. Whoever holds the claim does the work and finishes with the reply, or
abandons the claim if nothing was done. A claim whose holder has died runs out, and the next request with
the key takes it over; the work must therefore bear being done again after a crash.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Delete, LargeBinary, Update, and_, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from coach.errors import UsageError
from coach.store.base import NAME_CHARS, Owned, PlainText, UtcTime, Word, new_id, utc_now
from coach.store.database import Database, insert_if_absent
from coach.store.owner import Owner

Change = TypeVar("Change", Delete, Update)
KEY_CHARS = 255
ROUTE_CHARS = 128
KEEP = timedelta(hours=24)
LEASE = timedelta(minutes=2)


class IdempotencyRow(Owned):
    """A claimed key; `status` is null until its request is finished."""

    __tablename__ = "idempotency"

    person: Mapped[str] = mapped_column(Word(NAME_CHARS), primary_key=True, sort_order=-1)
    route: Mapped[str] = mapped_column(Word(ROUTE_CHARS), primary_key=True)
    key: Mapped[str] = mapped_column(Word(KEY_CHARS), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(Word(64))
    claim: Mapped[str] = mapped_column(Word(NAME_CHARS), info={"export": False})
    claimed_until: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    status: Mapped[int | None]
    headers: Mapped[str] = mapped_column(PlainText)
    body: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Fresh:
    """The caller holds the claim and does the work.

    Attributes:
        claim: Proves that it is this caller who finishes.
        taken_over: Whether another process began the work and did not end it.
    """

    owner: Owner
    route: str
    key: str
    claim: str
    taken_over: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """The request was done before; this is its reply."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Conflict:
    """The key was used for another body."""


@dataclass(frozen=True, slots=True)
class InProgress:
    """Somebody is doing the work; the claim runs out in so many seconds if it is not renewed."""

    retry_after_s: float


class IdempotencyStore:
    """Keeps claims and replies of one person's requests by route and key.

    Args:
        database: Where they are kept.
        keep: How long a reply is given again.
        lease: How long a claim holds without being renewed.
        clock: Gives the present moment.
    """

    def __init__(
        self,
        database: Database,
        *,
        keep: timedelta = KEEP,
        lease: timedelta = LEASE,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._keep = keep
        self.lease = lease
        self._clock = clock

    def begin(
        self, owner: Owner, route: str, key: str, body_sha256: str
    ) -> Fresh | Stored | Conflict | InProgress:
        """Claim the key, or say what became of the request that claimed it.

        Raises:
            UsageError: The key is empty or too long.
        """
        if not key:
            raise UsageError("an idempotency key is empty")
        now = self._clock()
        fresh = Fresh(owner, route, key, new_id())
        row = {
            **_where(fresh),
            "body_sha256": body_sha256,
            "claim": fresh.claim,
            "claimed_until": now + self.lease,
            "expires_at": now + self._keep,
            "status": None,
            "headers": "{}",
            "body": b"",
        }
        with self._database.session(durable=False) as session:  # nothing is acknowledged yet
            session.execute(delete(IdempotencyRow).filter_by(**_where(fresh)).where(_expired(now)))
            if insert_if_absent(session.connection(), IdempotencyRow, row):
                return fresh
            return self._judge(session, fresh, body_sha256, now)

    def _judge(
        self, session: Session, fresh: Fresh, body_sha256: str, now: datetime
    ) -> Fresh | Stored | Conflict | InProgress:
        found = session.scalar(select(IdempotencyRow).filter_by(**_where(fresh)).with_for_update())
        if found is None:  # it was abandoned between the two statements
            return InProgress(retry_after_s=0.0)
        if found.body_sha256 != body_sha256:
            return Conflict()
        if found.status is not None:
            return Stored(found.status, json.loads(found.headers), found.body)
        if found.claimed_until > now:
            return InProgress((found.claimed_until - now).total_seconds())
        found.claim, found.claimed_until = fresh.claim, now + self.lease
        return Fresh(fresh.owner, fresh.route, fresh.key, fresh.claim, taken_over=True)

    def renew(self, fresh: Fresh) -> bool:
        """Prolong a claim for long work; return whether it still was the caller's."""
        return self._change(fresh, {"claimed_until": self._clock() + self.lease})

    def finish(self, fresh: Fresh, status: int, headers: Mapping[str, str], body: bytes) -> bool:
        """Store the reply, before it is sent; return False if another process had taken the claim over.

        Then `begin` gives the reply that is kept.
        """
        reply = {"status": status, "headers": json.dumps(dict(headers)), "body": body}
        return self._change(fresh, {**reply, "expires_at": self._clock() + self._keep})

    def abandon(self, fresh: Fresh) -> None:
        """Give the claim up: nothing was done, and the next request with the key begins anew."""
        with self._database.session() as session:
            session.execute(_held(delete(IdempotencyRow), fresh))

    def purge(self) -> int:
        """Delete what is no longer kept, of all tenants; return how many rows that were."""
        with self._database.session() as session:
            gone = delete(IdempotencyRow).where(_expired(self._clock())).returning(IdempotencyRow.key)
            return len(session.scalars(gone).all())

    def _change(self, fresh: Fresh, values: Mapping[str, object]) -> bool:
        with self._database.session() as session:
            change = _held(update(IdempotencyRow), fresh).values(**values)
            return session.scalar(change.returning(IdempotencyRow.key)) is not None


def _where(fresh: Fresh) -> dict[str, str]:
    return {
        "tenant": fresh.owner.tenant,
        "person": fresh.owner.person,
        "route": fresh.route,
        "key": fresh.key,
    }


def _held(statement: Change, fresh: Fresh) -> Change:
    """Return the statement, on the row that this caller claims and nobody has finished."""
    return statement.filter_by(**_where(fresh), claim=fresh.claim, status=None)


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(IdempotencyRow.expires_at <= now, IdempotencyRow.claimed_until <= now)
