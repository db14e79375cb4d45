"""Circuit breakers: a provider that keeps failing is left alone for a while, then tried once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import structlog

from coach.errors import (
    BreakerOpenError,
    ModelError,
    ModelRateLimitedError,
    ModelTimeoutError,
    ModelUnavailableError,
    StreamBrokenError,
)
from coach.models.contract import Clock
from ingest.contract import Frozen

BreakerState = Literal["closed", "open", "half_open"]

# What says that the provider is ill. A wrong key, a refusal or an unreadable reply says nothing of the kind.
_ILL = (ModelUnavailableError, ModelTimeoutError, ModelRateLimitedError, StreamBrokenError)


class BreakerRules(Frozen):
    """When a breaker opens, and for how long."""

    failures: int = 5
    window_s: float = 30.0
    open_s: float = 60.0


@dataclass(slots=True)
class _Circuit:
    failed_at_s: deque[float] = field(default_factory=deque)
    opened_at_s: float | None = None
    probing: bool = False


class Breakers:
    """One breaker for each provider, shared by all requests and threads of a process.

    A breaker opens after so many failures within the window, whatever succeeded between them. Half open, it
    lets one call through: if that succeeds it closes, if that fails it stays open as long again.
    """

    def __init__(self, clock: Clock, rules: BreakerRules | None = None) -> None:
        self._clock = clock
        self._rules = rules or BreakerRules()
        self._circuits: dict[str, _Circuit] = {}
        self._lock = threading.Lock()

    def state(self, provider: str) -> BreakerState:
        """Return the state of a provider's breaker; closed if it was never asked."""
        with self._lock:
            return self._state(self._circuits.get(provider, _Circuit()))

    def states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker by provider."""
        with self._lock:
            return {provider: self._state(circuit) for provider, circuit in self._circuits.items()}

    @contextmanager
    def guard(self, provider: str) -> Iterator[None]:
        """Run one call to a provider and learn from how it ends.

        Raises:
            BreakerOpenError: The call must not be made.
        """
        probing = self._enter(provider)
        try:
            yield
        except _ILL:
            self._fail(provider, probing=probing)
            raise
        except ModelError:
            self._succeed(provider, probing=probing)
            raise
        except BaseException:
            self._leave(provider, probing=probing)  # closed by the caller: nothing was learnt
            raise
        self._succeed(provider, probing=probing)

    def _state(self, circuit: _Circuit) -> BreakerState:
        if circuit.opened_at_s is None:
            return "closed"
        waited_s = self._clock.now_s() - circuit.opened_at_s
        return "half_open" if waited_s >= self._rules.open_s else "open"

    def _enter(self, provider: str) -> bool:
        """Return whether the call is the probe of a half-open breaker."""
        with self._lock:
            circuit = self._circuits.setdefault(provider, _Circuit())
            state = self._state(circuit)
            if state == "open" or (state == "half_open" and circuit.probing):
                raise BreakerOpenError(f"{provider!r} failed too often and is left alone for now")
            circuit.probing = state == "half_open"
            return circuit.probing

    def _leave(self, provider: str, *, probing: bool) -> None:
        with self._lock:
            if probing:
                self._circuits[provider].probing = False

    def _succeed(self, provider: str, *, probing: bool) -> None:
        if not probing:
            return
        with self._lock:
            self._circuits[provider] = _Circuit()
        structlog.get_logger().warning("breaker_closed", provider=provider)

    def _fail(self, provider: str, *, probing: bool) -> None:
        now_s = self._clock.now_s()
        with self._lock:
            circuit = self._circuits[provider]
            circuit.failed_at_s.append(now_s)
            while now_s - circuit.failed_at_s[0] > self._rules.window_s:
                circuit.failed_at_s.popleft()
            closed = circuit.opened_at_s is None
            opens = probing or (closed and len(circuit.failed_at_s) >= self._rules.failures)
            if opens:
                self._circuits[provider] = _Circuit(opened_at_s=now_s)
        if opens:
            structlog.get_logger().warning("breaker_opened", provider=provider)
