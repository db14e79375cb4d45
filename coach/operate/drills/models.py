"""Drills of the model provider: down, slow, lying, wasteful."""

from __future__ import annotations

import json
from collections.abc import Iterator

from coach.operate.drills.provider import LYING, SLOW, WASTEFUL, WELL, Provider
from coach.operate.drills.service import Service
from coach.operate.drills.stage import Stage
from coach.operate.drills.step import Step

QUESTIONS = (
    "How do you roll back a bad deploy?",
    "When is it safe to retry a request?",
    "How do you choose a rate limit?",
    "What does a circuit breaker do?",
)
"""Each is asked once, so that no answer comes from the cache."""
_MS_PER_S = 1000.0


def provider_down(stage: Stage) -> Iterator[Step]:
    """The provider dies; answers are switched to quotes until it is back."""
    provider, service = _served(stage, WELL)
    answer = service.ask(QUESTIONS[0])
    yield Step("before", "a model writes the answer", answer.model, answer.model == f"openai/{WELL}")
    provider.stop()
    yield Step("broken", "the provider hangs up", provider.url, held=True)
    answer = service.ask(QUESTIONS[1])
    yield Step("signal", "the answer lost its writer", _told(answer.degraded), "writer" in answer.degraded)
    yield _counted(service, "coach_degraded_total", what="writer")
    hops = len(service.logged("model_hop"))
    yield Step("signal", "log: model_hop", f"{hops} lines", hops > 0)
    stage.switch("quotes_only", "on")
    yield _followed(service, "quotes_only=on")
    answer = service.ask(QUESTIONS[2])
    tried = len(service.logged("model_hop")) - hops
    is_well = tried == 0 and "writer" not in answer.degraded and answer.status == "answered"
    yield Step(
        "mitigation",
        "no call fails any more",
        f"{tried} tried, {len(answer.outline.claims())} quotes",
        is_well,
    )
    provider.start()
    stage.clear("quotes_only")
    yield _followed(service)
    answer = service.ask(QUESTIONS[3])
    yield Step("after", "a model writes again", answer.model, answer.model == f"openai/{WELL}")


def slow_answers(stage: Stage) -> Iterator[Step]:
    """The first model stalls; it is passed over, and answers draw on less."""
    provider, service = _served(stage, SLOW, WELL)
    yield Step("broken", "the first model stalls", f"{provider.stall_s:g} s a reply", held=True)
    slow = service.ask(QUESTIONS[0])
    slow_s = slow.timing_ms["total"] / _MS_PER_S
    share = slow.timing_ms["write"] / slow.timing_ms["total"]
    yield Step("signal", "timing_ms: it is the model", f"{slow_s:.1f} s, {share:.0%} in write", share > 0.5)  # noqa: PLR2004 - most of it
    spent_s = service.metric("coach_request_seconds_sum", route="/v1/answers")
    yield Step("signal", "coach_request_seconds", f"{spent_s:.1f} s", spent_s >= provider.stall_s)
    stage.switch("fallback", "1")
    yield _followed(service, "fallback=1")
    answer = service.ask(QUESTIONS[1])
    quick_s = answer.timing_ms["total"] / _MS_PER_S
    is_quick = answer.model == f"openai/{WELL}" and quick_s < provider.stall_s
    yield Step("mitigation", "the next model writes, sooner", f"{answer.model}, {quick_s:.1f} s", is_quick)
    stage.switch("passages", "1")
    stage.switch("rerank", "off")
    yield _followed(service, "fallback=1", "passages=1", "rerank=off")
    answer = service.ask(QUESTIONS[2])
    pages = {one.document for claim in answer.outline.claims() for one in claim.citations}
    told = "reranker" in answer.degraded
    yield Step("mitigation", "one page, not reordered", ", ".join(sorted(pages)), told and len(pages) == 1)
    for name in ("fallback", "passages", "rerank"):
        stage.clear(name)
    yield _followed(service)


def support_drop(stage: Stage) -> Iterator[Step]:
    """The first model quotes what stands nowhere; the next one is asked first."""
    _, service = _served(stage, LYING, WELL)
    answer = service.ask(QUESTIONS[0])
    yield Step("broken", "a model makes up quotes", f"openai/{LYING}", held=True)
    yield Step("signal", "claims fail verification", f"{answer.dropped} dropped", answer.dropped > 0)
    yield _counted(service, "coach_claims_dropped_total")
    claims = answer.outline.claims()
    shown = sum(claim.support == "supported" for claim in claims)
    yield Step(
        "signal", "nothing unproved is shown", f"{shown} of {len(claims)} supported", shown == len(claims)
    )
    stage.switch("model", f"openai/{WELL}")
    yield _followed(service, f"model=openai/{WELL}")
    answer = service.ask(QUESTIONS[1])
    is_well = answer.model == f"openai/{WELL}" and not answer.dropped
    yield Step("mitigation", "claims hold", f"{answer.model}, {answer.dropped} dropped", is_well)
    stage.clear("model")
    yield _followed(service)


def budget_exhausted(stage: Stage) -> Iterator[Step]:
    """A model writes without end; first no model is asked, then the next one."""
    _, service = _served(stage, WASTEFUL, WELL)
    yield Step("broken", "a model writes without end", f"openai/{WASTEFUL}", held=True)
    answer = service.ask(QUESTIONS[0])
    told = _told(answer.degraded)
    yield Step("signal", "the answer says so", told, "budget: tokens" in answer.degraded)
    yield _counted(service, "coach_degraded_total", what="budget: tokens")
    stage.switch("quotes_only", "on")
    yield _followed(service, "quotes_only=on")
    answer = service.ask(QUESTIONS[1])
    is_free = answer.usage is None and answer.cost_usd == 0
    yield Step("mitigation", "nothing is paid", f"{len(answer.outline.claims())} quotes, no tokens", is_free)
    stage.clear("quotes_only")
    stage.switch("fallback", "1")
    yield _followed(service, "fallback=1")
    answer = service.ask(QUESTIONS[2])
    tokens = answer.usage.completion_tokens if answer.usage else 0
    is_well = answer.model == f"openai/{WELL}" and "budget: tokens" not in answer.degraded
    yield Step("after", "the next model keeps to it", f"{answer.model}, {tokens} tokens written", is_well)


def _served(stage: Stage, *models: str) -> tuple[Provider, Service]:
    """Return a provider and a service that asks these models of it in order."""
    stage.ingest()
    provider = stage.provider()
    first, *others = (f"openai/{name}" for name in models)
    service = stage.serve(
        model=first,
        fallback_models=json.dumps(others),
        model_api_base=provider.url,
        model_attempts=1,
    )
    return provider, service


def _followed(service: Service, *words: str) -> Step:
    """Wait until the service obeys these switches and no others."""
    what = f"the service follows {words[-1]}" if words else "the switches are taken back"
    return Step("mitigation" if words else "after", what, _told(words), service.switched(*words))


def _counted(service: Service, name: str, **labels: str) -> Step:
    """Look whether a counter has counted."""
    value = service.metric(name, **labels)
    shown = name + "".join(f"{{{label}={text}}}" for label, text in labels.items())
    return Step("signal", shown, f"{value:g}", value > 0)


def _told(words: tuple[str, ...]) -> str:
    return "; ".join(words) or "nothing"
