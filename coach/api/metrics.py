"""What Prometheus reads: requests, answers and what runs, each API process for itself."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from coach.types import Answer

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})


class Metrics:
    """The figures of one process; label values come from routes and fixed words, never from users."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "coach_requests",
            "Requests by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "coach_request_seconds",
            "Time to the end of the response.",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self._running = Gauge("coach_requests_running", "Requests being served.", registry=self.registry)
        self._answers = Counter("coach_answers", "Answers by outcome.", ("status",), registry=self.registry)
        self._claims = Counter(
            "coach_claims", "Claims shown, by support.", ("support",), registry=self.registry
        )
        self._dropped = Counter(
            "coach_claims_dropped", "Claims verification removed.", registry=self.registry
        )
        self._degraded = Counter(
            "coach_degraded", "Answers that lacked something.", ("what",), registry=self.registry
        )

    def begin(self) -> None:
        """Count a request that begins."""
        self._running.inc()

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that ended."""
        self._running.dec()
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def count_answer(self, answer: Answer) -> None:
        """Count an answer with its claims."""
        self._answers.labels(answer.status).inc()
        for claim in answer.outline.claims():
            self._claims.labels(claim.support).inc()
        self._dropped.inc(answer.dropped)
        for what in answer.degraded:
            self._degraded.labels(what).inc()

    def render(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)
