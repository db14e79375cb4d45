"""What Prometheus reads: requests, answers and what they took, each API process for itself.

docs/operations.md has the table of all figures; a test compares it with what is exported.
"""

from __future__ import annotations

from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from coach.api.tenant_labels import TenantLabels
from coach.errors import BudgetLimit
from coach.models.contract import Usage
from coach.telemetry.names import of_stage
from coach.types import AbstentionReason, Answer, ModelUse, Status, Support

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
Surface = Literal["json", "stream", "chat", "chat_stream", "mcp", "search", "replay", "grade", "question_set"]
"""A way in which people and programs get something from the coach."""
_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120)
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
_NO_STAGES = frozenset({"total", "first_claim"})
_BUDGET = "budget: "
_KINDS = ("judge", "model", "repair", "reranker", "rewrite", "switch", "writer")
"""Of what an answer may lack, beside budgets."""


class Metrics:
    """The figures of one process; label values come from routes, settings and fixed words, never from users.

    Args:
        latency_budget_s: Time in which an answer should be whole.
    """

    def __init__(self, latency_budget_s: float) -> None:
        self.registry = CollectorRegistry()
        self._tenants = TenantLabels()
        ProcessCollector(registry=self.registry)
        self._requests = self._counter(
            "requests", "Requests by route and status.", "method", "route", "status"
        )
        self._seconds = self._histogram(
            "request_seconds", "Time to the end of the response.", "method", "route"
        )
        self._running = Gauge("coach_requests_running", "Requests being served.", registry=self.registry)
        self._surface = self._histogram(
            "surface_seconds", "Time to the end of a response that succeeded, by surface.", "surface"
        )
        self._first_claim = self._histogram(
            "first_claim_seconds", "Time from a request to its first verified claim, by surface.", "surface"
        )
        self._answers = self._counter("answers", "Answers by outcome.", "status")
        self._abstentions = self._counter("abstentions", "Abstentions by reason.", "reason")
        self._cached = self._counter("answers_cached", "Answers that were given before.")
        self._lacking = self._counter("answers_degraded", "Answers that lacked anything.")
        self._degraded = self._counter("degraded", "Things that answers lacked, by kind.", "what")
        self._claims = self._counter("claims", "Claims shown, by support.", "support")
        self._dropped = self._counter("claims_dropped", "Claims that verification removed.")
        self._repaired = self._counter("claims_repaired", "Claims that failed verification and were mended.")
        self._answer = self._histogram(
            "answer_seconds", "Time to make an answer, by who wrote it: model or quotes.", "writer"
        )
        self._stages = self._histogram("stage_seconds", "Time of an answer by stage.", "stage")
        self._tokens = self._counter("tokens", "Tokens of models by tenant and kind.", "tenant", "kind")
        self._usd = self._counter("cost_usd", "Dollars for models by tenant, at known prices.", "tenant")
        self._unpriced = self._counter("unpriced", "Uses of models whose price is unknown.")
        self._waits = self._histogram("queue_wait_seconds", "Time that questions waited for their turn.")
        budget = Gauge(
            "coach_latency_budget_seconds", "Time in which an answer should be whole.", registry=self.registry
        )
        budget.set(latency_budget_s)
        self._begin_at_zero()

    def begin(self) -> None:
        """Count a request that begins."""
        self._running.inc()

    def end(self, method: str, route: str, status: int, seconds: float, surface: Surface | None) -> None:
        """Count a request that ended."""
        self._running.dec()
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
        if surface is not None and status < 400:  # noqa: PLR2004 - a failure is fast and says nothing
            self._surface.labels(surface).observe(seconds)

    def count_first_claim(self, surface: Surface, seconds: float) -> None:
        """Count how long the first claim of an answer took, from the request on."""
        self._first_claim.labels(surface).observe(seconds)

    def count_wait(self, seconds: float) -> None:
        """Count how long a question waited for its turn."""
        self._waits.observe(seconds)

    def count_answer(self, answer: Answer) -> None:
        """Count an answer with its claims and stages."""
        self._answers.labels(answer.status).inc()
        if answer.abstention:
            self._abstentions.labels(answer.abstention.reason).inc()
        self._cached.inc(answer.cached)
        self._lacking.inc(bool(answer.degraded))
        for what in answer.degraded:
            self._degraded.labels(_kind(what)).inc()
        for claim in answer.outline.claims():
            self._claims.labels(claim.support).inc()
        self._dropped.inc(answer.dropped)
        self._repaired.inc(answer.repaired)
        self._answer.labels("model" if answer.model else "quotes").observe(answer.timing_ms["total"] / 1000)
        for stage, spent_ms in answer.timing_ms.items():
            if stage not in _NO_STAGES:
                self._stages.labels(of_stage(stage)).observe(spent_ms / 1000)

    def count_use(self, tenant: str, usage: Usage | ModelUse | None, cost_usd: float | None) -> None:
        """Count what models took for a tenant; an unknown price is counted as such."""
        if usage is None:
            return
        label = self._tenants.label(tenant)
        fresh = usage.prompt_tokens - usage.cached_tokens
        for kind, tokens in (
            ("prompt", fresh),
            ("cached", usage.cached_tokens),
            ("completion", usage.completion_tokens),
        ):
            self._tokens.labels(label, kind).inc(tokens)
        self._usd.labels(label).inc(cost_usd or 0.0)
        self._unpriced.inc(cost_usd is None)

    def render(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)

    def _begin_at_zero(self) -> None:
        """Export what can be counted before it is, so that the first of a kind shows as a rise."""
        for counter, words in (
            (self._answers, get_args(Status)),
            (self._abstentions, get_args(AbstentionReason)),
            (self._claims, get_args(Support)),
            (self._degraded, (*_KINDS, *(_BUDGET + limit for limit in get_args(BudgetLimit)))),
        ):
            for word in words:
                counter.labels(word)

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"coach_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, *labels: str) -> Histogram:
        return Histogram(f"coach_{name}", told, labels, buckets=_BUCKETS_S, registry=self.registry)


def _kind(what: str) -> str:
    """Return the fixed words at the beginning of what an answer lacks; what follows may name models.

    >>> _kind("model:openai/a→local/b: timeout"), _kind("switch: passages=3"), _kind("budget: tokens")
    ('model', 'switch', 'budget: tokens')
    """
    return what if what.startswith(_BUDGET) else what.partition(":")[0]
