"""Fair queueing: tenants share the slots of one process by what their requests weigh, not by their number.

Each tenant has a virtual time, which a request moves on by its weight divided by the tenant's share. A free
slot goes to the waiting tenant that is furthest behind; whoever comes back after a pause starts at the
present virtual time, without credit for the pause. So a tenant that sends much waits for itself, and a
tenant that sends little waits for at most one request of each other tenant.

Source: start-time fair queueing, Goyal, Vin, Cheng 1996, https://doi.org/10.1145/248156.248171
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock

from coach.errors import OverloadedError


@dataclass(eq=False, slots=True)
class _Waiter:
    order: int
    weight: float
    share: float
    admitted: Event = field(default_factory=Event)


@dataclass(slots=True)
class _Tenant:
    """A tenant that waits or has not yet paid for what it got; `start` is its virtual time."""

    start: float
    waiting: deque[_Waiter] = field(default_factory=deque)


class FairQueue:
    """So many slots, shared fairly between tenants; safe to share between threads.

    Args:
        slots: Requests that run at the same moment.
        max_waiting: Requests that may wait; one more is refused at once.
    """

    def __init__(self, slots: int, *, max_waiting: int = 1000) -> None:
        if slots < 1:
            raise ValueError(f"{slots} slots")
        self._free = slots
        self._slots = slots
        self._max_waiting = max_waiting
        self._lock = Lock()
        self._tenants: dict[str, _Tenant] = {}
        self._virtual_time = 0.0
        self._arrivals = 0

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        with self._lock:
            return sum(len(tenant.waiting) for tenant in self._tenants.values())

    @property
    def running(self) -> int:
        """How many slots are taken."""
        with self._lock:
            return self._slots - self._free

    @contextmanager
    def slot(
        self, tenant: str, weight: float = 1.0, *, share: float = 1.0, timeout_s: float | None = None
    ) -> Iterator[None]:
        """Hold a slot for the block, after waiting for one.

        Args:
            tenant: Who it is for.
            weight: What the request costs, in tokens or any other unit that all requests use; above 0.
            share: What the tenant is due in comparison with others that wait; above 0.
            timeout_s: Longest wait, seconds; None waits as long as it takes.

        Raises:
            OverloadedError: It would wait behind too many, or waited too long.
        """
        if not (weight > 0 and share > 0):
            raise ValueError(f"weight {weight}, share {share}")
        waiter = self._enter(tenant, weight, share)
        try:
            if not waiter.admitted.wait(timeout_s):
                raise OverloadedError(f"no slot became free within {timeout_s:g} s")
            yield
        finally:
            self._leave(tenant, waiter)

    def _enter(self, tenant: str, weight: float, share: float) -> _Waiter:
        with self._lock:
            waiting = sum(len(other.waiting) for other in self._tenants.values())
            if not self._free and waiting >= self._max_waiting:
                raise OverloadedError(f"{waiting} requests are waiting")
            self._arrivals += 1
            waiter = _Waiter(self._arrivals, weight, share)
            known = self._tenants.setdefault(tenant, _Tenant(self._virtual_time))
            if not known.waiting:
                known.start = max(known.start, self._virtual_time)
            known.waiting.append(waiter)
            self._dispatch()
        return waiter

    def _leave(self, tenant: str, waiter: _Waiter) -> None:
        """Give the slot back, or the place in the queue if no slot was given."""
        with self._lock:
            if waiter.admitted.is_set():
                self._free += 1
            else:
                self._tenants[tenant].waiting.remove(waiter)
            self._dispatch()

    def _dispatch(self) -> None:
        """Give free slots to those that wait, the tenant that is furthest behind first."""
        while self._free and (behind := [one for one in self._tenants.values() if one.waiting]):
            tenant = min(behind, key=lambda one: (one.start, one.waiting[0].order))
            waiter = tenant.waiting.popleft()
            self._virtual_time = max(self._virtual_time, tenant.start)
            tenant.start += waiter.weight / waiter.share
            self._free -= 1
            waiter.admitted.set()
        if self._free == self._slots:  # nobody is left to be fair to
            self._tenants.clear()
            self._virtual_time = 0.0
        self._tenants = {
            name: one for name, one in self._tenants.items() if one.waiting or one.start > self._virtual_time
        }
