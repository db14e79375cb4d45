"""API keys: shown once, kept as a hash, checked at every request."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import JSON, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coach.errors import NotFoundError, UsageError
from coach.guard.principal import MOST, SCOPES, UNLIMITED, Limits, Principal, Scope
from coach.store.base import NAME_CHARS, Base, Id, PlainText, UtcTime, Word, storable, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from ingest.contract import Frozen
from ingest.tenants import NAME

SECRET = re.compile(r"ick_(?P<id>[0-9a-f]{12})_[0-9a-f]{64}", re.ASCII)
CACHE_S = 3.0
CACHE_KEYS = 1024


class KeyRow(Base):
    """A key; who holds the secret is its principal."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant: Mapped[str] = mapped_column(Word(NAME_CHARS), index=True)
    person: Mapped[str] = mapped_column(Word(NAME_CHARS))
    note: Mapped[str] = mapped_column(PlainText)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    limits: Mapped[dict[str, float | None]] = mapped_column(JSON)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Key(Frozen):
    """What may be known of a key once it was made; `principal` is whoever holds its secret."""

    principal: Principal
    note: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key with its secret, which nobody can read again."""

    key: Key
    secret: str


Also = Callable[[Session, Key], object]
"""Something that stands or falls with what is done to a key: its entry in the audit log."""


class KeyStore:
    """Makes, checks, lists and revokes keys.

    A check is remembered for `cache_s`, so a revoked key dies that much later at the latest.

    Args:
        database: Where the keys are kept.
        cache_s: How long a good key is believed without a look at the database, seconds.
        clock_s: Seconds since some fixed moment.
    """

    def __init__(
        self,
        database: Database,
        *,
        cache_s: float = CACHE_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._cache_s = cache_s
        self._clock_s = clock_s
        self._lock = Lock()
        self._known: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()

    def create(
        self,
        owner: Owner,
        scopes: Iterable[Scope],
        *,
        limits: Limits = UNLIMITED,
        note: str = "",
        also: Also | None = None,
    ) -> NewKey:
        """Return a new key with its secret; `also` is done with it in the same transaction.

        Raises:
            UsageError: The tenant's or person's name has other characters than letters, digits, `._@-`, or
                there is no scope.
        """
        if not NAME.fullmatch(owner.tenant) or not (owner.person == "" or NAME.fullmatch(owner.person)):
            raise UsageError(
                f"{owner.tenant!r}, {owner.person!r}: no name of a tenant and a person",
                hint="Names have 1 to 64 letters, digits and ._@- in them.",
            )
        granted = frozenset(scopes)
        if not granted:
            raise UsageError("a key without a scope opens nothing", hint=f"Scopes are {', '.join(SCOPES)}.")
        key_id, salt = secrets.token_hex(6), secrets.token_bytes(16)
        secret = f"ick_{key_id}_{secrets.token_hex(32)}"
        row = KeyRow(
            id=key_id,
            tenant=owner.tenant,
            person=owner.person,
            note=storable(note),
            scopes=sorted(granted),
            limits=limits.model_dump(exclude_none=True),
            salt=salt,
            digest=_digest(secret, salt),
            created_at=utc_now(),
        )
        made = _key(row)
        with self._database.session() as session:
            session.add(row)
            if also is not None:
                also(session, made)
        return NewKey(made, secret)

    def verify(self, secret: str) -> Principal | None:
        """Return who holds the secret, or None if it opens nothing (any more)."""
        shape = SECRET.fullmatch(secret)
        if shape is None:
            return None
        remembered = hashlib.sha256(secret.encode()).digest()  # no secret stays in memory
        now = self._clock_s()
        with self._lock:
            known = self._known.get(remembered)
            if known and known[0] > now:
                return known[1]
        principal = self._look_up(shape["id"], secret)
        if principal:
            self._remember(remembered, now + self._cache_s, principal)
        return principal

    def list(self, tenant: str | None = None) -> tuple[Key, ...]:
        """Return all keys, revoked ones too, oldest first; those of one tenant if one is named."""
        query = select(KeyRow).order_by(KeyRow.created_at, KeyRow.id)
        if tenant is not None:
            query = query.where(KeyRow.tenant == tenant)
        with self._database.reading() as session:
            return tuple(_key(row) for row in session.scalars(query))

    def revoke(self, key_id: str, *, also: Also | None = None) -> Key:
        """End a key and return it; ending it twice changes nothing. `also` is done in the same transaction.

        Raises:
            NotFoundError: There is no such key.
        """
        with self._database.session() as session:
            row = session.get(KeyRow, key_id, with_for_update=True)
            if row is None:
                raise NotFoundError(f"there is no key {key_id!r}", hint="'coach keys list' shows them.")
            if row.revoked_at is None:
                row.revoked_at = utc_now()
                if also is not None:
                    also(session, _key(row))
        with self._lock:
            self._known.clear()
        return _key(row)

    def _look_up(self, key_id: str, secret: str) -> Principal | None:
        with self._database.reading() as session:
            row = session.get(KeyRow, key_id)
        # An unknown id costs the same time as a wrong secret.
        salt, digest = (row.salt, row.digest) if row else (b"\0" * 16, b"\0" * 32)
        right = hmac.compare_digest(_digest(secret, salt), digest)
        return _key(row).principal if row and right and row.revoked_at is None else None

    def _remember(self, remembered: bytes, until: float, principal: Principal) -> None:
        with self._lock:
            self._known[remembered] = (until, principal)
            self._known.move_to_end(remembered)
            while len(self._known) > CACHE_KEYS:
                self._known.popitem(last=False)


def _digest(secret: str, salt: bytes) -> bytes:
    """Return the keyed hash of a secret.

    A slow hash guards passwords, which can be guessed; 256 random bits cannot, and each request checks one.
    """
    return hmac.digest(salt, secret.encode(), hashlib.sha256)


def _key(row: KeyRow) -> Key:
    scopes: frozenset[Scope] = frozenset(scope for scope in SCOPES if scope in row.scopes)
    principal = Principal(
        tenant=row.tenant,
        person=row.person,
        key_id=row.id,
        scopes=scopes,
        limits=Limits.model_validate({name: most for name, most in row.limits.items() if _is_a_limit(most)}),
    )
    return Key(principal=principal, note=row.note, created_at=row.created_at, revoked_at=row.revoked_at)


def _is_a_limit(most: float | None) -> bool:
    """Return whether a stored figure limits anything; earlier versions stored infinite ones."""
    return most is not None and most <= MOST
