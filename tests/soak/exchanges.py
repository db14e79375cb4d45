"""What went over the wire: every reply is searched for other tenants' words, every request is timed."""

from __future__ import annotations

import itertools
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

import httpx

MARKER = re.compile(rb"marker[0-9a-f]{16}")
"""Each tenant puts one of its own into everything that it sends; a reply may hold no other."""
MARKER_BYTES = 22
_CRASHED = 500


@dataclass
class Exchanges:
    """All requests of a run; shared by all threads.

    Attributes:
        statuses: Replies by status; 0 where none came.
        foreign: What a tenant got that held another one's marker.
        crashed: Requests that the service answered with an unforeseen failure.
        slowest: Seconds and path of the one that took longest.
        took_s: How long each request took that has ended.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    took_s: list[float] = field(default_factory=list)
    _running: dict[int, tuple[float, str]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, what: str) -> int:
        """Return the number of a request that is sent now."""
        with self._lock:
            number = next(self._numbers)
            self._running[number] = (time.monotonic(), what)
            return number

    def end(self, number: int, status: int) -> None:
        """Note that a request has its whole reply, or will get none (status 0). Idempotent."""
        with self._lock:
            began_at, what = self._running.pop(number, (0.0, ""))
            if not what:
                return
            spent_s = time.monotonic() - began_at
            self.statuses[status] += 1
            self.took_s.append(spent_s)
            self.slowest = max(self.slowest, (spent_s, what))
            if status == _CRASHED:
                self.crashed.append(what)

    def longer_than(self, budget_s: float) -> list[str]:
        """Return the requests that run for longer than that by now."""
        now = time.monotonic()
        with self._lock:
            return [what for began_at, what in self._running.values() if now - began_at > budget_s]

    @property
    def running(self) -> int:
        """How many requests have no whole reply yet."""
        return len(self._running)


class ListeningTransport(httpx.BaseTransport):
    """Sends the requests of one tenant and reads along."""

    def __init__(self, exchanges: Exchanges, own_marker: str) -> None:
        self._inner = httpx.HTTPTransport()
        self._exchanges = exchanges
        self._own_marker = own_marker.encode()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response, whose body is searched as it is read."""
        what = f"{request.method} {request.url.copy_with(query=None)}"
        number = self._exchanges.begin(what)
        try:
            response = self._inner.handle_request(request)
        except BaseException:
            self._exchanges.end(number, 0)
            raise
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Searched(response, number, what, self._exchanges, self._own_marker)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class _Searched(httpx.SyncByteStream):
    """A response's body on its way to the client."""

    def __init__(
        self, response: httpx.Response, number: int, what: str, exchanges: Exchanges, own_marker: bytes
    ) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        self._parts = response.stream
        self._status = response.status_code
        self._number = number
        self._what = what
        self._exchanges = exchanges
        self._own_marker = own_marker

    def __iter__(self) -> Iterator[bytes]:
        before = b""
        for part in self._parts:
            seen = before + part  # a marker may be cut in two
            found = {one for one in MARKER.findall(seen) if one != self._own_marker}
            self._exchanges.foreign += [f"{self._what}: {one.decode()}" for one in sorted(found)]
            before = seen[-MARKER_BYTES + 1 :]
            yield part

    def close(self) -> None:
        """Note the end, whole or not."""
        self._parts.close()
        self._exchanges.end(self._number, self._status)
