"""Taking along and erasing what is kept of somebody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import anyio
import pytest
import structlog

from coach.answer.cache import AnswerCache, CachedAnswer, CacheKey
from coach.api.services import Services
from coach.api.upkeep import purge
from coach.coach import Coach
from coach.errors import DatabaseError
from coach.store.idempotency import Fresh, IdempotencyStore
from coach.store.owner import Owner
from tests.coach.api.conftest import ASKED, COVERED, Live, services_for

ANN, BOB = "ann", "bob"


def fill(live: Live, tenant: str, person: str) -> dict[str, str]:
    """Leave something of everything, and return the headers of that person's key."""
    key = live.key(tenant, person=person)
    with live.http(headers=key) as http:
        conversation = http.post("/v1/conversations", json={"title": f"of {person}"}).json()["id"]
        body = {**COVERED, "conversation": conversation}
        answer = http.post("/v1/answers", json=body, headers={"idempotency-key": "fill"}).json()
        feedback = {"answer_id": answer["id"], "verdict": "up", "comment": f"said {person}"}
        assert http.post("/v1/feedback", json=feedback).status_code == 201
    return key


def test_an_export_holds_all_of_ones_own_and_nothing_of_others(guarded: Live) -> None:
    """Conversations, answers, feedback and stored replies, as plain JSON."""
    ann = fill(guarded, "export", ANN)
    fill(guarded, "export", BOB)
    with guarded.http(headers=ann) as http:
        exported = http.get("/v1/me/export").json()
    assert (exported["tenant"], exported["person"]) == ("export", ANN)
    filled = {name for name, rows in exported["holdings"].items() if rows}
    assert {"answers", "conversations", "conversation_turns", "feedback", "idempotency"} <= filled
    assert len(exported["holdings"]["answers"]) == 1
    assert f"said {ANN}" in str(exported)
    assert BOB not in str(exported)


def test_erasing_takes_all_of_ones_own_and_nothing_of_others(guarded: Live) -> None:
    """Permalinks, history and stored replies are gone; a colleague's stay; the log says who did it."""
    ann, bob = fill(guarded, "erase", ANN), fill(guarded, "erase", BOB)
    with guarded.http(headers=bob) as http:
        before = http.get("/v1/me/export").json()
    with guarded.http(headers=ann) as http:
        answer_id = http.get("/v1/me/export").json()["holdings"]["answers"][0]["id"]
        erased = http.delete("/v1/me").json()
        assert erased["erased"]["answers"] == 1
        assert erased["erased"]["conversation_turns"] == 2
        assert not any(http.get("/v1/me/export").json()["holdings"].values())
        assert http.get(f"/v1/answers/{answer_id}").status_code == 404
        assert http.get("/v1/conversations").json()["conversations"] == []
        assert not any(http.delete("/v1/me").json()["erased"].values())
    with guarded.http(headers=bob) as http:
        assert http.get("/v1/me/export").json() == before
    first, second = guarded.services.audit.about("erase", ANN)
    assert (first.action, first.details) == ("person.erased", erased["erased"])
    assert not any(second.details.values())


def test_any_scope_is_enough_for_ones_own(guarded: Live) -> None:
    """Whoever may only practise has rights too."""
    with guarded.http(headers=guarded.key("scopes", "practice", person=ANN)) as http:
        assert http.get("/v1/me/export").status_code == 200
        assert http.delete("/v1/me").status_code == 200


def test_what_is_the_tenants_is_erased_by_an_administrator_alone(guarded: Live) -> None:
    """A key that names no person shares its rows with all such keys."""
    with guarded.http() as http:
        asker, administrator = guarded.key("shared"), guarded.key("shared", "admin")
        http.post("/v1/answers", json=COVERED, headers=asker)
        refused = http.delete("/v1/me", headers=asker)
        assert (refused.status_code, refused.json()["type"]) == (403, "/errors/forbidden")
        assert http.delete("/v1/me", headers=administrator).json()["erased"]["answers"] == 1


def test_erasing_empties_the_memory_of_the_tenant(
    guarded: Live, coach: Coach, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers that would be given again are forgotten; those of other tenants are not."""
    cache = AnswerCache()
    monkeypatch.setattr(coach, "_answers", lambda: cache)
    keys = [CacheKey.of(tenant, "s", "senior", ASKED) for tenant in ("memory", "other")]
    for key in keys:
        cache.put(key, CachedAnswer(coach.ask(ASKED), ()))
    with guarded.http(headers=guarded.key("memory", person=ANN)) as http:
        assert http.delete("/v1/me").json()["erased"]["cached_answers"] == 1
    assert [cache.get(key) is None for key in keys] == [True, False]


def run_purge(services: Services) -> None:
    """Let the purge go round a few times."""

    async def work() -> None:
        with anyio.move_on_after(0.2):
            await purge(services, every_s=0.01)

    anyio.run(work)


def test_stored_replies_that_have_run_out_are_purged(coach: Coach, tmp_path: Path) -> None:
    """What may still be asked for again stays."""
    with services_for(coach, tmp_path) as services:
        owner = Owner("acme", ANN)
        for key, hours in (("old", -1), ("new", 1)):
            store = IdempotencyStore(
                services.database, keep=timedelta(hours=hours), lease=timedelta(hours=hours)
            )
            begun = store.begin(owner, "r", key, "b")
            assert isinstance(begun, Fresh)
            store.finish(begun, 200, {}, b"reply")
        run_purge(services)
        kept = services.holdings.export(owner)["idempotency"]
    assert [row["key"] for row in kept] == ["new"]


def test_the_purge_outlives_a_database_that_is_gone_for_a_while(
    coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure is logged and the next round is tried."""
    with services_for(coach, tmp_path) as services:
        rounds: list[int] = []

        def failing_at_first() -> int:
            rounds.append(1)
            if len(rounds) == 1:
                raise DatabaseError("locked")
            return 0

        monkeypatch.setattr(services.idempotency, "purge", failing_at_first)
        with structlog.testing.capture_logs() as logged:
            run_purge(services)
    assert len(rounds) > 1
    assert [line["event"] for line in logged] == ["purge failed"]
