"""The figures that Prometheus reads: what each counts, that none names a user's words, and their table."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import anyio
import pytest
from mcp import Client as McpClient
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from coach.api import asking
from coach.api.callers import Turn
from coach.api.metrics import Metrics
from coach.api.record import RequestRecord
from coach.api.tenant_labels import MOST_TENANTS, OTHERS
from coach.client import Client
from coach.coach import Coach
from coach.events import ClaimVerified
from coach.guard.principal import LOCAL
from coach.models.assemble import assemble
from coach.models.contract import Usage
from coach.models.fake import FakeModel, ScriptEndedError, fails, says
from coach.operate.board import Wanted
from coach.settings import Settings
from coach.types import ModelUse
from tests.coach.api.conftest import ASKED, COVERED, Live, services_for, serving
from tests.coach.test_writing import REPLY, STAMPEDE
from tests.support.operated import operated
from tests.support.program import Program

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
UNCOVERED = "Who won the world cup of 1954?"
CHAT = {"model": "coach", "messages": [{"role": "user", "content": ASKED}]}
USAGE = Usage(prompt_tokens=1000, cached_tokens=600, completion_tokens=50, cost_usd=0.25)


def exported(live: Live) -> str:
    """Return what Prometheus reads."""
    key = live.key("ops", "admin") if live.services.needs_key else {}
    with live.http() as http:
        return http.get("/metrics", headers=key).text


def figures(live: Live, **labels: str) -> dict[str, float]:
    """Return the figures that have these labels, by the name of the sample; of several the sum."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(exported(live)):
        for sample in family.samples:
            if labels.items() <= sample.labels.items():
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


def test_each_surface_has_its_times(coach: Coach, tmp_path: Path) -> None:
    """Every way to ask is told apart; an answer counts for its first claim, a refused request for nothing."""

    async def ask_as_tool() -> None:
        async with McpClient(f"{live.url}/mcp") as client:
            await client.call_tool("ask", {"question": ASKED})

    with services_for(coach, tmp_path) as services, serving(services) as live, live.http() as http:
        http.post("/v1/answers", json=COVERED)
        http.post("/v1/answers", json={"question": UNCOVERED})
        http.post("/v1/answers", json=COVERED, headers={"accept": "text/event-stream"})
        http.post("/v1/chat/completions", json=CHAT)
        http.post("/v1/chat/completions", json=CHAT | {"stream": True})
        http.post("/v1/search", json={"query": ASKED})
        http.post("/v1/replay", json=COVERED)
        assert http.post("/v1/search", json={"query": "x" * 5000}).status_code == 422
        anyio.run(ask_as_tool)
        seen = {
            surface: figures(live, surface=surface)
            for surface in ("json", "stream", "chat", "chat_stream", "mcp", "search", "replay")
        }
    counts = {surface: found["coach_surface_seconds_count"] for surface, found in seen.items()}
    assert counts == {"json": 2, "stream": 1, "chat": 1, "chat_stream": 1, "mcp": 1, "search": 1, "replay": 1}
    firsts = {surface: found.get("coach_first_claim_seconds_count", 0) for surface, found in seen.items()}
    assert firsts == {"json": 1, "stream": 1, "chat": 1, "chat_stream": 1, "mcp": 1, "search": 0, "replay": 0}
    for found in seen.values():
        assert found.get("coach_first_claim_seconds_sum", 0) <= found["coach_surface_seconds_sum"]


def test_answers_are_counted_with_claims_reasons_and_stages(coach: Coach, tmp_path: Path) -> None:
    """From these the rates of abstention, degradation and support follow; stages add up to the answer."""
    with services_for(coach, tmp_path) as services, serving(services) as live, live.http() as http:
        answers = [
            http.post("/v1/answers", json={"question": asked}).json()
            for asked in (ASKED, UNCOVERED, UNCOVERED)
        ]
        every = figures(live)
        refused = figures(live, reason=answers[1]["abstention"]["reason"])
        supported = figures(live, support="supported")
        waits = every["coach_queue_wait_seconds_count"]
    claims = [claim for field in answers[0]["outline"].values() for claim in field]
    assert every["coach_answers_total"] == every["coach_answer_seconds_count"] == waits == 3
    assert refused["coach_abstentions_total"] == every["coach_abstentions_total"] == 2
    assert supported["coach_claims_total"] == sum(one["support"] == "supported" for one in claims) > 0
    assert every["coach_claims_total"] == len(claims)
    spent_s = sum(one["timing_ms"]["total"] for one in answers) / 1000
    assert every["coach_answer_seconds_sum"] == pytest.approx(spent_s, abs=1e-5)
    assert 0 < every["coach_stage_seconds_sum"] <= spent_s
    assert every["coach_latency_budget_seconds"] == coach.settings.latency_budget_s


def test_tokens_and_dollars_are_counted_by_tenant(own_settings: Settings) -> None:
    """As the provider counted them, cached ones apart; the writer's stage is told like the others."""
    model = FakeModel(always=says(REPLY, usage=USAGE))
    with operated(own_settings, models=assemble([model], own_settings, model.clock), needs_key=True) as live:
        with live.http(headers=live.key("acme", "ask")) as http:
            for _ in range(2):  # the second comes from the cache
                http.post("/v1/answers", json={"question": STAMPEDE})
        tokens = {
            kind: figures(live, tenant="acme", kind=kind) for kind in ("prompt", "cached", "completion")
        }
        every = figures(live)
        generate = figures(live, stage="generate")
    assert {kind: found["coach_tokens_total"] for kind, found in tokens.items()} == {
        "prompt": 400,
        "cached": 600,
        "completion": 50,
    }
    assert (every["coach_cost_usd_total"], every["coach_unpriced_total"]) == (0.25, 0)
    assert (every["coach_answers_cached_total"], every["coach_answers_degraded_total"]) == (1, 0)
    assert generate["coach_stage_seconds_count"] == 1


def test_what_models_took_is_counted_however_an_answer_ends(own_settings: Settings) -> None:
    """A reader who leaves early, and an answer that fails, are charged what was read of models until then."""
    unproved = json.dumps({"direct_answer": [{"text": "It is so.", "passage": "p1", "quote": "It is so."}]})
    model = FakeModel(says(REPLY), says(unproved, usage=USAGE))
    with operated(own_settings, models=assemble([model], own_settings, model.clock)) as live:
        left, failed = (Turn(LOCAL, live.services, RequestRecord("/v1/answers")) for _ in range(2))
        events = asking.stream(left, STAMPEDE, "senior")
        assert any(isinstance(event, ClaimVerified) for event in events)
        events.close()
        with pytest.raises(ScriptEndedError):
            asking.ask(failed, STAMPEDE, "senior")
        every = figures(live)
    assert left.tokens > 0
    assert (failed.tokens, failed.usd) == (1050, 0.25)
    assert every["coach_tokens_total"] == left.tokens + failed.tokens
    assert every["coach_cost_usd_total"] == 0.25


def test_a_failing_provider_shows_in_breaker_and_answers(own_settings: Settings) -> None:
    """Its breaker is open, and what the answers lacked is counted by kind, without the names of models."""
    model = FakeModel(name="one/first-2026-01-01", always=fails())
    with operated(own_settings, models=assemble([model], own_settings, model.clock)) as live:
        with Client(live.url) as client:
            for _ in range(3):
                client.ask(STAMPEDE)
        states = {
            state: figures(live, provider="one", state=state) for state in ("closed", "open", "half_open")
        }
        lacked = {what: figures(live, what=what)["coach_degraded_total"] for what in ("model", "writer")}
        every, text = figures(live), exported(live)
    assert {state: found["coach_breaker_state"] for state, found in states.items()} == {
        "closed": 0,
        "open": 1,
        "half_open": 0,
    }
    assert lacked == {"model": 3, "writer": 3}
    assert every["coach_answers_degraded_total"] == 3
    assert "first-2026-01-01" not in text


def test_how_things_stand_is_exported(own_settings: Settings) -> None:
    """Switches, queue, dependencies, stack, and how old and how current the index is."""
    with operated(own_settings) as live, Client(live.url) as client:
        live.services.gauges.probe()
        before = figures(live)
        for tenant in ("acme", "initech"):
            client.operate.set_switch(Wanted(name="tenant", value="off", tenant=tenant, reason="drill"))
        client.operate.set_switch(Wanted(name="passages", value="2", reason="drill"))
        client.ask(ASKED)
        health = {name: figures(live, dependency=name) for name in ("index", "database", "reranker", "stack")}
        switches = {name: figures(live, switch=name) for name in ("tenant", "passages", "rerank")}
        after, manifest = figures(live), live.services.coach.manifest
        info = figures(live, stack=live.services.coach.stack.hash, build=manifest.build)
    assert {found["coach_dependency_health"] for found in health.values()} == {1}
    assert {name: found["coach_switches_in_force"] for name, found in switches.items()} == {
        "tenant": 2,
        "passages": 1,
        "rerank": 0,
    }
    assert (after["coach_index_is_current"], after["coach_index_chunks"]) == (1, manifest.chunks)
    assert after["coach_index_changed_documents"] == 0
    assert after["coach_index_built_timestamp_seconds"] <= after["coach_probed_timestamp_seconds"]
    assert info["coach_stack_info"] == after["coach_stack_info"] == 1
    assert after["coach_stack_since_timestamp_seconds"] > before["coach_stack_since_timestamp_seconds"]
    assert (after["coach_queue_waiting"], after["coach_queue_running"]) == (0, 0)
    assert after["coach_queue_slots"] == own_settings.api_threads
    assert after["coach_queue_waiting_limit"] == own_settings.api_waiting
    assert after["process_resident_memory_bytes"] > 0


def test_a_changed_page_makes_the_index_stale(own_settings: Settings, tmp_path: Path) -> None:
    """The look from time to time finds it without a question being asked."""
    pages = tmp_path / "pages"
    pages.mkdir()
    page = pages / "one.md"
    page.write_text("# One\n\n## What is a cache?\n\nA cache keeps what was fetched.\n", encoding="utf-8")
    home = tmp_path / "own"
    assert Program(home, tmp_path).run("ingest", str(pages)).code == 0
    with operated(own_settings.model_copy(update={"data_dir": home})) as live:
        live.services.gauges.probe()
        assert figures(live)["coach_index_changed_documents"] == 0
        page.write_text("# One\n", encoding="utf-8")
        live.services.gauges.probe()
        assert figures(live)["coach_index_changed_documents"] == 1


def test_the_server_looks_around_by_itself(coach: Coach, tmp_path: Path) -> None:
    """Soon after it starts, every dependency has a figure, though nobody asked."""
    with services_for(coach, tmp_path) as services, serving(services) as live:
        end_s = time.monotonic() + 60
        while figures(live, dependency="weights").get("coach_dependency_health") != 1:
            assert time.monotonic() < end_s, "nobody looked"
            time.sleep(0.05)


def test_tenants_beyond_the_first_hundred_share_a_label() -> None:
    """The number of rows is bounded, whatever keys are made; nothing is lost."""
    metrics = Metrics(latency_budget_s=5.0)
    use = ModelUse(calls=1, prompt_tokens=10, completion_tokens=1)
    for number in range(MOST_TENANTS + 50):
        metrics.count_use(f"tenant-{number}", use, None)
    metrics.count_use("tenant-0", use, 0.5)
    text = metrics.render().decode()
    assert len(set(re.findall(r'coach_cost_usd_total\{tenant="([^"]+)"', text))) == MOST_TENANTS + 1
    assert f'coach_tokens_total{{kind="prompt",tenant="{OTHERS}"}} 500.0' in text
    assert 'coach_tokens_total{kind="prompt",tenant="tenant-0"} 20.0' in text
    assert f"coach_unpriced_total {MOST_TENANTS + 50}.0" in text


def test_every_figure_is_in_the_table_of_the_documentation(live: Live) -> None:
    """docs/operations.md has each with its kind, labels and meaning, and no other."""
    kinds = {"counter": "_total", "histogram": "", "gauge": ""}
    known = {
        f"{one._name}{kinds[one._type]}": (one._type, ", ".join(one._labelnames), one._documentation)
        for one in live.services.metrics.registry._collector_to_names
        if isinstance(one, MetricWrapperBase)
    }
    rows = re.findall(
        r"^\| `(coach_\w+)` \| (\w+) \| ([\w, ]*?) ?\| (.+) \|$",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert {name: tuple(row) for name, *row in rows} == known
