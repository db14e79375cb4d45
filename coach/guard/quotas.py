"""Quotas: a request is admitted or told when to come again; what it took is settled at its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from coach.guard import meter as metering
from coach.guard.meter import Meter, Spend, Window
from coach.guard.principal import UNLIMITED, Principal
from coach.store.base import new_id

if TYPE_CHECKING:
    from coach.settings import Settings
    from coach.store.database import Database

Result = TypeVar("Result")
LEASE_S = 120.0
NOTHING = Spend()


class Account(NamedTuple):
    """Whose meter it is."""

    tenant: str
    key_id: str


class Backend(Protocol):
    """Keeps meters, for all processes that share it."""

    def update(self, account: Account, change: Callable[[Meter], Meter]) -> Meter:
        """Replace a meter by `change` of it, as if nobody else did at the same time; return the new one.

        `change` may be called more than once. What it raises leaves the meter as it was.

        Raises:
            DatabaseError: The backend does not answer.
        """

    def read(self, account: Account) -> Meter:
        """Return a meter; an empty one if nothing was taken yet."""

    def close(self) -> None:
        """Release what is held; idempotent."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A request that runs; to be settled or released once."""

    principal: Principal
    id: str
    reserved: Spend


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to run, and how the limits stand after it; `windows` is empty for a key without limits."""

    lease: Lease
    windows: tuple[Window, ...]

    @property
    def tightest(self) -> Window | None:
        """The limit of which the smallest share is left, as rate-limit headers show it."""
        return min(self.windows, key=lambda one: (one.remaining / one.limit, one.name), default=None)


class Quotas:
    """Admits requests within the limits of their keys; processes that share a backend agree.

    Args:
        backend: Where meters are kept.
        clock_s: Seconds since 1970.
        lease_s: How long a request counts as running without being renewed, so that those of a process that
            died stop counting.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        clock_s: Callable[[], float] = time.time,
        lease_s: float = LEASE_S,
    ) -> None:
        self._backend = backend
        self._clock_s = clock_s
        self.lease_s = lease_s

    @classmethod
    def from_settings(cls, settings: Settings, database: Database) -> Quotas:
        """Return quotas that are counted in Redis if the settings name one, else in the SQL database."""
        if url := settings.redis_url.get_secret_value():
            from coach.guard.quotas_redis import RedisBackend

            return cls(RedisBackend(url, timeout_s=settings.database_timeout_s))
        from coach.guard.quotas_sql import SqlBackend

        return cls(SqlBackend(database))

    def admit(self, principal: Principal, *, expected: Spend = NOTHING) -> Admission:
        """Count one more request as running.

        Args:
            principal: Who asks.
            expected: Tokens and dollars to set aside until it is settled; nothing set aside lets a key
                overdraw by what its running requests take.

        Raises:
            QuotaExceededError: A limit has no room; nothing was counted.
            DatabaseError: The backend does not answer.
        """
        lease = Lease(principal, new_id(), expected)
        if principal.limits == UNLIMITED:
            return Admission(lease, ())
        now_s = self._clock_s()

        def change(found: Meter) -> Meter:
            return metering.admit(
                self._advanced(found, principal, now_s),
                principal.limits,
                now_s,
                lease=lease.id,
                until_s=now_s + self.lease_s,
                expected=expected,
            )

        after = self._backend.update(_account(principal), change)
        return Admission(lease, metering.windows(after, principal.limits, now_s))

    def settle(self, lease: Lease, tokens: int, usd: float) -> None:
        """End a request that took so many tokens and dollars; it counts even if its lease ran out.

        Raises:
            DatabaseError: The backend does not answer.
        """
        self._end(lease, Spend(tokens=tokens, usd=usd))

    def release(self, lease: Lease) -> None:
        """End a request that took no tokens and no dollars; what was set aside for it is given back.

        Raises:
            DatabaseError: The backend does not answer.
        """
        self._end(lease, NOTHING)

    def renew(self, lease: Lease) -> None:
        """Let a request that takes long count as running for another `lease_s`.

        Raises:
            DatabaseError: The backend does not answer.
        """
        if lease.principal.limits == UNLIMITED:
            return
        now_s = self._clock_s()

        def change(found: Meter) -> Meter:
            advanced = self._advanced(found, lease.principal, now_s)
            until_s = now_s + self.lease_s
            return metering.renew(advanced, lease=lease.id, until_s=until_s, reserved=lease.reserved)

        self._backend.update(_account(lease.principal), change)

    def standing(self, principal: Principal) -> tuple[Window, ...]:
        """Return how the limits of a principal stand.

        Raises:
            DatabaseError: The backend does not answer.
        """
        now_s = self._clock_s()
        found = self._advanced(self._backend.read(_account(principal)), principal, now_s)
        return metering.windows(found, principal.limits, now_s)

    def close(self) -> None:
        """Release the backend; idempotent."""
        self._backend.close()

    def _end(self, lease: Lease, actual: Spend) -> None:
        limits = lease.principal.limits
        if limits == UNLIMITED:
            return
        now_s = self._clock_s()

        def change(found: Meter) -> Meter:
            advanced = self._advanced(found, lease.principal, now_s)
            return metering.end(advanced, limits, lease=lease.id, actual=actual, reserved=lease.reserved)

        self._backend.update(_account(lease.principal), change)

    def _advanced(self, found: Meter, principal: Principal, now_s: float) -> Meter:
        return metering.advance(found, principal.limits, now_s, lease_s=self.lease_s)


def _account(principal: Principal) -> Account:
    return Account(principal.tenant, principal.key_id)
