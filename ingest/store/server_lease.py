"""One writer at a time on a server, which has no locks: a point that only its holder may change."""

from __future__ import annotations

import os
import socket
import time
import uuid
from typing import Any

from qdrant_client import models

from ingest.contract import stable_id
from ingest.errors import IndexBusyError
from ingest.store.server_connection import Connection

LEASE_S = 300.0
"""A holder that was not heard of for so long is taken for dead; hosts' clocks must agree better than this."""

HOLDER_POINT = stable_id("writer")


class Lease:
    """The right to write to a collection until it is closed, or not renewed for `lease_s`.

    The server applies the condition and the change of an upsert in one step, so of two that try at the
    same time one wins. A holder on this host whose process has ended is dead at once.
    """

    def __init__(
        self, connection: Connection, name: str, collection: str, *, lease_s: float = LEASE_S
    ) -> None:
        self._connection = connection
        self._name = name
        self._collection = collection
        self._lease_s = lease_s
        self._token = uuid.uuid4().hex
        self._renewed_at = 0.0

    def acquire(self) -> None:
        """Take the lease; the collection that holds it is made where it is missing.

        Raises:
            IndexBusyError: A live writer holds it.
        """
        if self._name not in self._connection.names():
            with self._connection.errors() as to:
                to.create(self._name, shards=1, vectors_config={})
        holder = self._claim()
        if holder["token"] != self._token and _has_ended(holder):
            holder = self._claim(instead_of=holder["token"])
        self._check(holder)

    def renew(self) -> None:
        """Keep the lease; asks the server only once a quarter of it has passed.

        Raises:
            IndexBusyError: It ran out and another writer took it.
        """
        if time.monotonic() - self._renewed_at > self._lease_s / 4:
            self.confirm()

    def confirm(self) -> None:
        """Keep the lease, asking the server. Raises IndexBusyError if another writer took it."""
        self._check(self._claim())

    def close(self) -> None:
        """Let the next writer in; idempotent."""
        mine = models.Filter(must=[_holder_is(self._token)])
        with self._connection.errors() as to:
            to.client.delete(self._name, models.FilterSelector(filter=mine), wait=True)

    def _claim(self, *, instead_of: str = "") -> dict[str, Any]:
        """Write this holder down if the lease is free, ours or `instead_of`'s; return who holds it then."""
        now = time.time()
        free = models.FieldCondition(key="expires", range=models.Range(lt=now))
        condition = models.Filter(should=[_holder_is(self._token), _holder_is(instead_of), free])
        me = {"host": socket.gethostname(), "pid": os.getpid()}
        payload = {"token": self._token, "expires": now + self._lease_s, **me}
        point = models.PointStruct(id=HOLDER_POINT, vector={}, payload=payload)
        strong, majority = models.WriteOrdering.STRONG, models.ReadConsistencyType.MAJORITY
        with self._connection.errors() as to:
            to.client.upsert(self._name, [point], wait=True, ordering=strong, update_filter=condition)
            held = to.client.retrieve(self._name, [HOLDER_POINT], consistency=majority)
        return held[0].payload or {}

    def _check(self, holder: dict[str, Any]) -> None:
        if holder["token"] != self._token:
            raise IndexBusyError(
                f"process {holder['pid']} on {holder['host']!r} writes to collection {self._collection!r}"
            )
        self._renewed_at = time.monotonic()


def _holder_is(token: str) -> models.FieldCondition:
    return models.FieldCondition(key="token", match=models.MatchValue(value=token))


def _has_ended(holder: dict[str, Any]) -> bool:
    if holder["host"] != socket.gethostname():
        return False
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
