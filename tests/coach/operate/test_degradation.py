"""The table of docs/operations.md, made so: each dependency slow, down and wrong, and what a user gets."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from coach.client import Client
from coach.guard.principal import Limits
from coach.models.assemble import Models, assemble
from coach.models.fake import FakeModel, Line, fails, says, stalls
from coach.operate.board import Wanted
from coach.settings import Settings
from coach.types import Answer
from tests.coach.api.conftest import Live
from tests.coach.test_writing import REPLY, SENTENCE, STAMPEDE
from tests.conftest import Ingested
from tests.support.flaky import Flaky, Mood, flaky
from tests.support.operated import operated
from tests.support.postgres import make_database
from tests.support.program import Program
from tests.support.qdrant_server import qdrant_server
from tests.support.services import needed

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
QUESTION = {"question": STAMPEDE}
LIE = json.dumps(
    {"direct_answer": [{"text": "Caches need no limit.", "passage": "p1", "quote": "No limit."}]}
)
FIRST, SECOND = "one/first-2026-01-01", "two/second-2026-01-01"


def ask(live: Live) -> Answer:
    with Client(live.url) as client:
        return client.ask(STAMPEDE)


def chain(settings: Settings, first: Line, second: Line | None = None) -> tuple[Models, list[FakeModel]]:
    """Return one model or two of different providers, each playing its line at every call."""
    models = [FakeModel(name=FIRST, always=first)]
    if second is not None:
        models.append(FakeModel(name=SECOND, always=second, clock=models[0].clock))
    return assemble(models, settings, models[0].clock), models


# --- model provider -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [(stalls(3600.0), "timeout"), (fails(), "unavailable"), (says("I am not JSON"), "nothing usable")],
    ids=["slow", "down", "wrong"],
)
def test_a_provider_that_is_not_well_leaves_quotes(own_settings: Settings, line: Line, reason: str) -> None:
    """The answer is composed of checked quotes, says what happened, and is not given again from the cache."""
    models, _ = chain(own_settings, line)
    with operated(own_settings, models=models) as live:
        answers = [ask(live) for _ in range(2)]
    for answer in answers:
        assert answer.status == "answered"
        assert (answer.model, answer.cached, answer.support_rate) == ("", False, 1.0)
        assert answer.degraded[-1] == "writer"
    assert answers[0].degraded[0].startswith(f"model:{FIRST}→outline: {reason}")


def test_a_provider_that_lies_is_not_believed(own_settings: Settings) -> None:
    """A claim whose quote stands nowhere is dropped; quotes take its place."""
    models, _ = chain(own_settings, says(LIE))
    with operated(own_settings, models=models) as live:
        answer = ask(live)
    assert "no limit" not in answer.model_dump_json().casefold()
    assert answer.dropped
    assert "writer" in answer.degraded


def test_the_next_model_takes_over_and_is_named(own_settings: Settings) -> None:
    """A provider that is down costs no answer while another one is up; the step is told."""
    models, _ = chain(own_settings, fails(), says(REPLY))
    with operated(own_settings, models=models) as live:
        answer = ask(live)
    assert answer.model == SECOND
    assert answer.degraded[0].startswith(f"model:{FIRST}→{SECOND}")


@pytest.mark.parametrize(
    ("name", "value", "asked", "writer"),
    [
        ("quotes_only", "on", (0, 0), ""),
        ("fallback", "off", (1, 0), FIRST),
        ("fallback", "1", (0, 1), SECOND),
        ("fallback", "2", (0, 0), ""),
        ("model", SECOND, (0, 1), SECOND),
        ("passages", "1", (1, 0), FIRST),
    ],
)
def test_a_switch_decides_who_is_asked_and_leaves_the_cache_alone(
    own_settings: Settings, name: str, value: str, asked: tuple[int, int], writer: str
) -> None:
    """An answer under a switch says so, is never cached, and never comes from the cache of normal ones."""
    models, chained = chain(own_settings, says(REPLY), says(REPLY))
    wanted = Wanted.model_validate({"name": name, "value": value, "reason": "drill"})
    with operated(own_settings, models=models) as live, Client(live.url) as client:
        normal, again = client.ask(STAMPEDE), client.ask(STAMPEDE)
        assert (normal.degraded, again.cached) == ((), True)
        client.operate.set_switch(wanted)
        before = [len(model.requests) for model in chained]
        for _ in range(2):
            answer = client.ask(STAMPEDE)
            assert answer.degraded == (f"switch: {name}={value}",)
            assert (answer.model, answer.cached) == (writer, False)
            assert answer.stack.hash != normal.stack.hash
        taken = [len(model.requests) - many for model, many in zip(chained, before, strict=True)]
        assert taken == [2 * calls for calls in asked]
        client.operate.clear_switch(wanted.name, "over")
        after = client.ask(STAMPEDE)
    assert (after.cached, after.degraded, after.stack) == (True, (), normal.stack)
    assert after.outline.direct_answer[0].text == SENTENCE


def test_a_breaker_that_is_open_is_on_the_list_of_dependencies(own_settings: Settings) -> None:
    """Operators see which provider is left alone."""
    models, _ = chain(own_settings, fails())
    with operated(own_settings, models=models) as live, Client(live.url) as client:
        for _ in range(3):
            client.ask(STAMPEDE)
        found = {one.name: one for one in client.operate.dependencies().dependencies}
    assert (found["model provider one"].state, found["model provider one"].detail) == (
        "degraded",
        "circuit breaker open",
    )


# --- what is reached over a network ----------------------------------------------------------------------


@dataclass(frozen=True)
class Stand:
    """A server that obeys switches, with a dependency behind a flaky proxy."""

    live: Live
    proxy: Flaky

    def post(self, headers: dict[str, str] | None = None) -> httpx.Response:
        """Return the reply to one question."""
        with self.live.http() as http:
            return http.post("/v1/answers", json=QUESTION, headers=headers)

    def refused(self, mood: Mood, slug: str, headers: dict[str, str] | None = None) -> None:
        """In this mood a question gets this problem, soon and with a time to come again; then all is well."""
        self.proxy.become(mood)
        reply = self.post(headers)
        assert (reply.status_code, reply.json()["type"]) == (503, f"/errors/{slug}"), reply.text
        assert reply.json()["retryable"]
        assert int(reply.headers["retry-after"]) >= 1
        self.proxy.become("well")
        assert self.post(headers).status_code == 200

    def readiness(self) -> dict[str, str]:
        """Return what the server says of its checks."""
        with self.live.http() as http:
            checks: dict[str, str] = http.get("/readyz").json()["checks"]
            return checks


@contextmanager
def behind(url: str) -> Iterator[tuple[Flaky, str]]:
    """Give a proxy in front of a server, and the server's URL through it."""
    parts = urlsplit(url)
    with flaky(parts.hostname or "", parts.port or 0) as proxy:
        credentials, at, _ = parts.netloc.rpartition("@")
        yield proxy, parts._replace(netloc=f"{credentials}{at}127.0.0.1:{proxy.port}").geturl()


@pytest.fixture(scope="module")
def with_qdrant(ingested: Ingested, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A coach whose index is on a Qdrant server."""
    home = tmp_path_factory.mktemp("with-qdrant")
    with (
        needed("Qdrant server"),
        qdrant_server(tmp_path_factory.mktemp("qdrant")) as url,
        behind(url) as (proxy, through),
    ):
        done = Program(home, home).run("ingest", str(ingested.pages), qdrant_url=url)
        assert done.code == 0, done.err
        settings = Settings(_env_file=None, data_dir=home, qdrant_url=through, qdrant_timeout_s=1)
        with operated(settings) as live:
            yield Stand(live, proxy)


@pytest.mark.server
@pytest.mark.parametrize("mood", ["stalled", "down", "wrong"])
def test_a_qdrant_that_is_not_well_is_one_clear_problem(with_qdrant: Stand, mood: Mood) -> None:
    """Nothing is made up without the index: 503 within the timeout, not ready, and well again by itself."""
    assert with_qdrant.post().status_code == 200
    with_qdrant.proxy.become(mood)
    assert with_qdrant.readiness()["index"] == "IndexUnreachableError"
    with_qdrant.refused(mood, "index-unreachable")
    assert with_qdrant.readiness()["index"] == "ok"


@pytest.fixture
def with_postgres(postgres: str, own_settings: Settings, request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A coach whose database is a PostgreSQL."""
    with behind(make_database(postgres, f"degraded_{request.node.callspec.params['mood']}")) as (
        proxy,
        through,
    ):
        settings = own_settings.model_copy(
            update={"database_url": _secret(through), "database_timeout_s": 1.0}
        )
        with operated(settings) as live:
            yield Stand(live, proxy)


@pytest.mark.parametrize("mood", ["stalled", "down", "wrong"])
def test_a_database_that_is_not_well_is_one_clear_problem(with_postgres: Stand, mood: Mood) -> None:
    """What could not be kept is not acknowledged: 503 within the timeout, not ready, then well again."""
    assert with_postgres.post().status_code == 200
    with_postgres.proxy.become(mood)
    assert with_postgres.readiness()["database"] == "DatabaseError"
    with_postgres.refused(mood, "database-unavailable")
    assert with_postgres.readiness()["database"] == "ok"


@pytest.fixture
def with_redis(redis_url: str, own_settings: Settings) -> Iterator[Stand]:
    """A coach that counts quotas in Redis."""
    with behind(redis_url) as (proxy, through):
        changes = {"redis_url": _secret(through), "database_timeout_s": 1.0}
        with operated(own_settings.model_copy(update=changes), needs_key=True) as live:
            yield Stand(live, proxy)


@pytest.mark.parametrize("mood", ["stalled", "down", "wrong"])
def test_a_redis_that_is_not_well_refuses_keys_with_limits_alone(with_redis: Stand, mood: Mood) -> None:
    """A limit that cannot be counted is not passed over; keys without limits do not notice."""
    limited = with_redis.live.key("acme", limits=Limits(requests_per_minute=100))
    free = with_redis.live.key("acme")
    assert with_redis.post(limited).status_code == 200
    with_redis.proxy.become(mood)
    assert with_redis.post(free).status_code == 200
    with_redis.refused(mood, "database-unavailable", limited)


def test_a_meter_that_cannot_be_read_refuses_its_key(own_settings: Settings, redis_url: str) -> None:
    """Somebody wrote over the meter: the key is refused with the mend, and nothing crashes."""
    import redis

    settings = own_settings.model_copy(update={"redis_url": _secret(redis_url)})
    with (
        operated(settings, needs_key=True) as live,
        redis.Redis.from_url(redis_url) as store,
        live.http() as http,
    ):
        key = live.key("wrong", limits=Limits(requests_per_minute=100))
        assert http.post("/v1/answers", json=QUESTION, headers=key).status_code == 200
        for name in store.scan_iter("coach:quota:*wrong*"):
            store.set(name, "no meter")
        reply = http.post("/v1/answers", json=QUESTION, headers=key)
        assert (reply.status_code, reply.json()["type"]) == (503, "/errors/database-unavailable")
        assert "coach:quota:" in reply.json()["detail"]


def _secret(url: str) -> object:
    from pydantic import SecretStr

    return SecretStr(url)


# --- weights, index and reranker -------------------------------------------------------------------------


def test_a_service_without_weights_says_so_before_it_serves(ingested: Ingested, tmp_path: Path) -> None:
    """It ends with one line and its own code; nothing is answered without them."""
    done = ingested.program.run("serve", "--port", "0", weights_dir=tmp_path / "nowhere")
    assert (done.code, done.err.count("\n")) == (8, 1)
    assert "weights" in done.err


def test_weights_that_vanish_stop_no_running_service(own_settings: Settings, tmp_path: Path) -> None:
    """They were read and verified once and are in memory."""
    kept = tmp_path / "weights"
    shutil.copytree(own_settings.weights_dir, kept, copy_function=os.symlink)
    with operated(own_settings.model_copy(update={"weights_dir": kept})) as live:
        before = ask(live)
        shutil.rmtree(kept)
        after = ask(live)
    assert (after.outline, after.degraded) == (before.outline, ())


def test_an_index_of_other_weights_is_refused_and_the_old_one_answers(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not fit is not opened; operators see why, and users go on with what they had."""
    with operated(own_settings) as live, Client(live.url) as client:
        before = client.ask(STAMPEDE).stack
        monkeypatch.setattr("coach.engine.SPARSE_VERSION", "another")
        client.operate.reopen_index()
        assert client.ask(STAMPEDE).stack == before
        (stack,) = [one for one in client.operate.dependencies().dependencies if one.name == "stack"]
        assert "keyword weights" in stack.detail


def test_without_the_reranker_every_quote_is_still_checked(operated_server: Live, ingested: Ingested) -> None:
    """The order is another one, the answer says so, and each quote stands where it says."""
    with Client(operated_server.url) as client:
        client.operate.set_switch(Wanted(name="rerank", value="off", reason="slow"))
        answer = client.ask(STAMPEDE)
    assert answer.degraded == ("reranker", "switch: rerank=off")
    for cited in (one for claim in answer.outline.claims() for one in claim.citations):
        assert ingested.text(cited.document)[cited.start : cited.end] == cited.quote


# --- the page ---------------------------------------------------------------------------------------------


def test_every_row_of_the_table_names_tests_that_exist() -> None:
    """docs/operations.md has a row for each dependency and state; each test that a row names is there."""
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (slow|down|wrong) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    named = {"model provider", "Qdrant", "database", "Redis", "weights", "reranker"}
    assert {(name, state) for name, state, _, _ in rows} == {
        (name, state) for name in named for state in ("slow", "down", "wrong")
    }
    for name, state, _, tests in rows:
        found = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests)
        assert found, (name, state)
        for file, test in found:
            assert f"def {test}(" in (PAGE.parents[1] / file).read_text(encoding="utf-8"), test
