"""How things stand now, for Prometheus: what is at hand at each look, the rest from time to time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, get_args

import structlog
from prometheus_client import CollectorRegistry, Gauge

from coach.errors import CoachError
from coach.models.breaker import BreakerState
from coach.operate.dependencies import State, examine
from coach.operate.freshness import freshness
from coach.operate.mitigation import SWITCH_NAMES

if TYPE_CHECKING:
    from coach.api.services import Services

PROBE_EVERY_S = 15.0
"""Seconds between two looks at what has to be asked: dependencies and the files of the handbook."""
_HEALTH: dict[State, float] = {"ok": 1.0, "degraded": 0.5, "down": 0.0}
_PROVIDER = "model provider"


class Gauges:
    """The state of one process.

    Prometheus never waits for a dependency that hangs: `read` takes what this process knows, `probe` asks.

    Args:
        registry: Where the figures are exported.
        services: What is looked at.
        clock: The time of day, seconds since 1970.
    """

    def __init__(
        self, registry: CollectorRegistry, services: Services, clock: Callable[[], float] = time.time
    ) -> None:
        self._services = services
        self._clock = clock
        self._stack = ""

        def gauge(name: str, told: str, *labels: str) -> Gauge:
            return Gauge(f"coach_{name}", told, labels, registry=registry)

        self._waiting = gauge("queue_waiting", "Questions that wait for their turn.")
        self._running = gauge("queue_running", "Questions that are worked on.")
        settings = services.settings
        gauge("queue_slots", "Questions that can be worked on at once.").set(settings.api_threads)
        gauge("queue_waiting_limit", "Questions that may wait; more are refused.").set(settings.api_waiting)
        self._breakers = gauge(
            "breaker_state", "1 for the state of a provider's breaker.", "provider", "state"
        )
        self._switches = gauge("switches_in_force", "Switches that operators have set, by name.", "switch")
        self._stack_info = gauge("stack_info", "1 for the stack and the build that answer.", "stack", "build")
        self._since = gauge("stack_since_timestamp_seconds", "When that stack began to answer here.")
        self._built = gauge("index_built_timestamp_seconds", "When the build that answers was made.")
        self._chunks = gauge("index_chunks", "Chunks of the build that answers.")
        self._current = gauge("index_is_current", "Whether the live build is the one that answers.")
        self._changed = gauge("index_changed_documents", "Documents whose file was changed since indexing.")
        self._health = gauge(
            "dependency_health", "1 if a dependency is well, 0.5 if degraded, 0 if down.", "dependency"
        )
        self._probed = gauge("probed_timestamp_seconds", "When the dependencies were looked at last.")

    def read(self) -> None:
        """Take what this process knows. Called on the event loop."""
        services, switch = self._services, self._services.coach.switch
        self._waiting.set(services.queue.waiting)
        self._running.set(services.queue.running)
        for provider, state in switch.breakers.items():
            for one in get_args(BreakerState):
                self._breakers.labels(provider, one).set(one == state)
        known = [one.name for one in services.switchboard.known]
        for name in SWITCH_NAMES:
            self._switches.labels(name).set(known.count(name))
        engine = switch.current
        made = engine.published
        self._built.set(datetime.fromisoformat(made.created_at).timestamp())
        self._chunks.set(made.chunks)
        if engine.stack.hash != self._stack:
            self._stack = engine.stack.hash
            self._stack_info.clear()
            self._stack_info.labels(self._stack, made.build).set(1)
            self._since.set(self._clock())

    def probe(self) -> None:
        """Ask what has to be asked. Runs in a thread; what does not answer is down and no error."""
        services = self._services
        if services.switchboard.is_stale:
            services.switchboard.refresh()
        found = examine(services.coach, services.database, services.quotas)
        health = {one.name: _HEALTH[one.state] for one in found if not one.name.startswith(_PROVIDER)}
        for name, value in ({"stack": 1.0} | health).items():
            self._health.labels(name).set(value)
        try:
            state = freshness(services.coach)
        except CoachError as error:  # that the index is down is told above
            structlog.get_logger().warning("index_not_looked_at", error=str(error), hint=error.hint)
        else:
            self._current.set(state.is_current)
            self._changed.set(len(state.changed))
        self._probed.set(self._clock())
