"""Meters in Redis."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

import redis
from pydantic import ValidationError
from redis.exceptions import RedisError, WatchError

from coach.errors import DatabaseError, SettingsError
from coach.guard.meter import Meter
from coach.guard.quotas import Account

KEEP = timedelta(days=62)
"""How long an unused meter is kept: longer than any window counts."""


class RedisBackend:
    """Changes a meter only if nobody did since it was read (WATCH), else reads it again.

    Threads of one process take turns on a meter, so that only other processes are in the way.

    Source: https://redis.io/docs/latest/develop/using-commands/transactions/#optimistic-locking-using-check-and-set

    Raises:
        SettingsError: The URL is none that Redis has.
    """

    def __init__(self, url: str, *, timeout_s: float = 10.0) -> None:
        try:
            self._redis = redis.Redis.from_url(
                url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, decode_responses=True
            )
        except ValueError as error:
            raise SettingsError("COACH_REDIS_URL is no URL that Redis has") from error
        self._turns: defaultdict[Account, Lock] = defaultdict(Lock)

    def update(self, account: Account, change: Callable[[Meter], Meter]) -> Meter:
        """Replace a meter by `change` of it and return the new one. Raises DatabaseError."""
        name = _name(account)
        with _translated(), self._turns[account], self._redis.pipeline() as pipeline:
            while True:
                pipeline.watch(name)  # type: ignore[no-untyped-call]
                after = change(_meter(name, pipeline.get(name)))
                pipeline.multi()
                pipeline.set(name, after.model_dump_json(), ex=KEEP)
                try:
                    pipeline.execute()
                except WatchError:
                    continue  # another process was quicker
                return after

    def read(self, account: Account) -> Meter:
        """Return a meter. Raises DatabaseError."""
        with _translated():
            name = _name(account)
            return _meter(name, self._redis.get(name))

    def close(self) -> None:
        """Release all connections; idempotent."""
        self._redis.close()


def _name(account: Account) -> str:
    return "coach:quota:" + json.dumps(account)


def _meter(name: str, stored: object) -> Meter:
    """Return the meter that is stored. Raises DatabaseError if it is none: a limit is not passed over."""
    try:
        return Meter.model_validate_json(stored) if isinstance(stored, str) else Meter()
    except ValidationError as error:
        raise DatabaseError(
            f"Redis: {name!r} holds no meter", hint="Delete it; the key's limits begin anew."
        ) from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise DatabaseError(f"Redis: {error}", hint="Check COACH_REDIS_URL.") from error
