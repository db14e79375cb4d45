"""Operators over HTTP: keys, stacks, switches, audit; nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from coach.api.operate import KeyRequest
from coach.client import Client
from coach.errors import NotFoundError, UnauthenticatedError
from coach.guard.principal import Limits
from coach.operate.board import Wanted
from coach.settings import Settings
from coach.store.audit import SERVICE
from tests.coach.api.conftest import ASKED, COVERED, Live
from tests.conftest import Ingested
from tests.support.operated import operated
from tests.support.program import Program

ROUTES = (
    ("GET", "/v1/operate/keys"),
    ("POST", "/v1/operate/keys"),
    ("DELETE", "/v1/operate/keys/x"),
    ("GET", "/v1/operate/stacks"),
    ("POST", "/v1/operate/stacks"),
    ("POST", "/v1/operate/stacks/use"),
    ("POST", "/v1/operate/stacks/rollback"),
    ("GET", "/v1/operate/index"),
    ("POST", "/v1/operate/index/reopen"),
    ("POST", "/v1/operate/index/promote"),
    ("GET", "/v1/operate/dependencies"),
    ("GET", "/v1/operate/switches"),
    ("POST", "/v1/operate/switches"),
    ("DELETE", "/v1/operate/switches/rerank"),
    ("GET", "/v1/operate/audit/answers/x"),
    ("GET", "/v1/operate/audit/chunks/x"),
    ("GET", "/v1/operate/audit/entries"),
    ("GET", "/v1/operate/audit/verify"),
)


@pytest.fixture
def client(operated_server: Live) -> Iterator[Client]:
    """An operator's client of a server that follows its switches at once."""
    with Client(operated_server.url) as client:
        yield client


def test_only_the_scope_admin_opens_what_operators_do(guarded: Live) -> None:
    """Any other key gets 403 from each route, and none gets 401; nothing of the body is looked at before."""
    other = guarded.key("acme", "ask", "practice", "recruit")
    with guarded.http() as http:
        for method, path in ROUTES:
            body: dict[str, Any] = {"json": {}} if method == "POST" else {}
            assert http.request(method, path, headers=other, **body).status_code == 403, path
            assert http.request(method, path, **body).status_code == 401, path


def test_a_key_lives_from_its_making_to_its_end(guarded: Live) -> None:
    """The secret is shown once and opens what was asked for; use is told; after the end it is refused."""
    admin = guarded.key("ops", "admin")["Authorization"].removeprefix("Bearer ")
    wanted = KeyRequest(tenant="fresh", limits=Limits(requests_per_month=10), note="trial")
    with Client(guarded.url, api_key=admin) as operator:
        made = operator.operate.create_key(wanted)
        with Client(guarded.url, api_key=made.secret, attempts=1) as user:
            assert user.ask(ASKED).status == "answered"
            (listed,) = operator.operate.keys(tenant="fresh").keys
            assert [(one.name, one.remaining) for one in listed.use] == [("requests_per_month", 9)]
            assert made.secret not in operator.operate.keys().model_dump_json()
            assert operator.operate.revoke_key(made.key.id).revoked_at
            assert operator.operate.revoke_key(made.key.id).revoked_at  # twice changes nothing
            with pytest.raises(UnauthenticatedError):
                user.ask(ASKED)
        with pytest.raises(NotFoundError):
            operator.operate.revoke_key("nope")
        done = [(one.action, one.subject) for one in operator.operate.audit_entries(limit=2).entries]
    assert done == [("key.revoked", made.key.id), ("key.created", made.key.id)]


def test_a_limit_without_end_makes_no_key(http: httpx.Client) -> None:
    """A figure that JSON writes and no machine holds is refused as any other that is no limit."""
    body = b'{"tenant": "acme", "limits": {"usd_per_month": 1e999}}'
    reply = http.post("/v1/operate/keys", content=body, headers={"content-type": "application/json"})
    assert reply.status_code == 422
    assert http.get("/v1/operate/keys").json()["keys"] == []


def test_the_reply_with_a_secret_is_kept_nowhere(http: httpx.Client) -> None:
    """No cache on the way may keep it, and no stored reply does."""
    headers = {"idempotency-key": "secret"}
    replies = [http.post("/v1/operate/keys", json={"tenant": "acme"}, headers=headers) for _ in range(2)]
    assert {reply.headers["cache-control"] for reply in replies} == {"no-store"}
    assert len({reply.json()["secret"] for reply in replies}) == 2


def test_a_stack_is_switched_under_load_without_a_restart(client: Client, operated_server: Live) -> None:
    """Every answer is whole and by one stack; after the switch all are by the new one, then by the old."""
    coach = operated_server.services.coach
    before = client.ask(ASKED).stack.hash
    saved = client.operate.save_stack()
    assert (saved.chosen, saved.before, saved.serving.hash) == ("settings", None, before)
    recipe_path = coach.switch.settings.data_dir / "stacks" / coach.switch.settings.collection
    (name,) = [one.stack.hash for one in saved.saved]
    file = recipe_path / f"{name}.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"passages": 5', '"passages": 1'))

    def ask(_: int) -> str:
        return client.ask(ASKED).stack.hash

    with ThreadPoolExecutor(4) as pool:
        early = pool.map(ask, range(8))
        chosen = client.operate.use_stack(name[:8])
        late = set(pool.map(ask, range(8)))
    assert set(early) <= {before, chosen.serving.hash}
    assert late == {chosen.serving.hash} != {before}
    assert (chosen.chosen, chosen.before, [one.in_force for one in chosen.saved]) == (
        name,
        "settings",
        [True],
    )
    assert client.operate.roll_back_stack(name).serving.hash == before
    assert client.ask(ASKED).stack.hash == before


def test_a_rollback_that_comes_twice_goes_back_once(client: Client, operated_server: Live) -> None:
    """Whoever does not see what is in force is told so."""
    name = client.operate.save_stack().saved[0].stack.hash
    client.operate.use_stack(name)
    with operated_server.http() as other:
        replies = [other.post("/v1/operate/stacks/rollback", json={"chosen": name}) for _ in range(2)]
        assert [reply.status_code for reply in replies] == [200, 409]
        nothing = other.post("/v1/operate/stacks/rollback", json={"chosen": "settings"})
        assert nothing.status_code == 404
        assert other.post("/v1/operate/stacks/use", json={"name": "zz"}).status_code == 404


def test_the_index_says_how_fresh_it_is(client: Client, operated_server: Live) -> None:
    """The build that answers is the one that was published, and no file has changed; it can be reopened."""
    state = client.operate.index()
    assert state.is_current
    assert (state.changed, state.unseen) == ((), 0)
    assert state.served.chunks == operated_server.services.coach.manifest.chunks
    engine = operated_server.services.coach.switch.current
    assert client.operate.reopen_index() == state
    assert operated_server.services.coach.switch.current is not engine
    assert [(one.build, one.status) for one in state.builds] == [(state.live.build, "live")]
    with pytest.raises(NotFoundError):
        client.operate.promote_index("nope")


def test_an_index_goes_back_to_the_build_before(ingested: Ingested, tmp_path: Path) -> None:
    """A new build answers once it is reopened, if not before; the old one once it is promoted: no restart."""
    shutil.copytree(ingested.program.data_dir / "index", tmp_path / "index")
    settings = Settings(_env_file=None, data_dir=tmp_path)
    page = tmp_path / "more.md"
    page.write_text("# More\n\n## What is a blue-green deployment?\n\nTwo stacks, one of which is live.\n")
    with operated(settings) as live, Client(live.url) as client:
        before = client.stack()
        done = Program(tmp_path, tmp_path).run("ingest", str(page))
        assert done.code == 0, done.err
        state = client.operate.index()
        assert client.operate.reopen_index().is_current
        assert client.stack().parts["index"] == state.live.build != before.parts["index"]
        back = client.operate.promote_index(before.parts["index"])
        assert (back.is_current, back.live.build) == (True, before.parts["index"])
        assert client.stack() == before
        done_last = client.operate.audit_entries(limit=1).entries[0]
        assert (done_last.action, done_last.details["from"]) == ("index.promoted", state.live.build)


def test_all_is_well_with_the_dependencies(client: Client) -> None:
    """Each is named with its state; none of them costs a secret."""
    found = client.operate.dependencies()
    assert found.state == "ok"
    assert [one.name for one in found.dependencies] == ["database", "quotas", "index", "weights", "reranker"]


def test_an_answer_under_a_switch_says_so_and_is_another_stacks(client: Client) -> None:
    """It is limited, names the switch, and has a hash of its own; when cleared all is as before."""
    before = client.ask(ASKED)
    client.operate.set_switch(Wanted(name="passages", value="1", reason="slow"))
    client.operate.set_switch(Wanted(name="rerank", value="off", reason="slow"))
    limited = client.ask(ASKED)
    assert limited.degraded == ("reranker", "switch: passages=1", "switch: rerank=off")
    assert {one.document + one.heading for claim in limited.outline.claims() for one in claim.citations}
    assert '"passages":1' in limited.stack.parts["retriever"]
    assert limited.stack.hash != before.stack.hash
    assert client.stack() == limited.stack
    assert {one.name for one in client.operate.switches().switches} == {"passages", "rerank"}
    for name in ("passages", "rerank"):
        client.operate.clear_switch(name, "fast again")
    after = client.ask(ASKED)
    assert (after.stack, after.degraded) == (before.stack, ())
    with pytest.raises(NotFoundError):
        client.operate.clear_switch("rerank", "again")


def test_a_tenant_is_switched_off_and_on(own_settings: Settings) -> None:
    """Its users get one clear problem; its administrator and other tenants go on."""
    with operated(own_settings, needs_key=True) as live, live.http() as http:
        user, admin, other = live.key("acme"), live.key("acme", "admin"), live.key("other")
        off = {"name": "tenant", "value": "off", "tenant": "acme", "reason": "scraping"}
        assert http.post("/v1/operate/switches", json=off, headers=admin).status_code == 200
        refused = http.post("/v1/answers", json=COVERED, headers=user)
        assert (refused.status_code, refused.json()["type"]) == (403, "/errors/tenant-disabled")
        assert http.get("/v1/me/export", headers=user).status_code == 403
        assert http.post("/v1/answers", json=COVERED, headers=other).status_code == 200
        path = "/v1/operate/switches/tenant?tenant=acme&reason=sorted"
        assert http.delete(path, headers=admin).status_code == 200
        assert http.post("/v1/answers", json=COVERED, headers=user).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"name": "passages", "value": "0", "reason": "x"},
        {"name": "passages", "value": "3", "reason": " "},
        {"name": "passages", "value": "3"},
        {"name": "passages", "value": "3", "reason": "x", "minutes": 0},
        {"name": "passages", "value": "3", "reason": "x", "tenant": "acme"},
        {"name": "tenant", "value": "off", "reason": "x"},
        {"name": "nothing", "value": "on", "reason": "x"},
        {"name": "rerank", "value": "off", "reason": "a\0b"},
    ],
)
def test_a_switch_that_cannot_work_is_refused(http: httpx.Client, body: dict[str, object]) -> None:
    """Each gets 422, and nothing is set."""
    assert http.post("/v1/operate/switches", json=body).status_code == 422
    assert http.get("/v1/operate/switches").json()["switches"] == []


def test_an_answer_is_traced_and_the_log_holds(client: Client, operated_server: Live) -> None:
    """From an answer to its chunks, from a chunk to the answer, and the chains hold to the noted end."""
    answer = client.ask(ASKED)
    traced = client.operate.lineage(answer.id)
    chunks = operated_server.services.coach.switch.current.build.chunks([*traced.account.chunks])
    for cited in (one for claim in answer.outline.claims() for one in claim.citations):
        assert any(one.document == cited.document for one in chunks.values())
        assert cited.chunk_id is None or cited.chunk_id in chunks
    assert {one.document for one in chunks.values()} == set(traced.account.chunks.values())
    assert traced.account.stack_hash == answer.stack.hash
    assert traced.account.corpus_hash == answer.stack.parts["corpus"]
    assert (traced.kept, traced.actor) == ("as_given", "local")
    again = client.ask(ASKED)
    uses = client.operate.chunk_uses(min(traced.account.chunks))
    assert [one.answer_id for one in uses.answers] == [again.id, answer.id]
    chains = {one.tenant: one for one in client.operate.verify_audit_log().chains}
    assert chains.keys() == {SERVICE, "local"}
    noted = chains["local"].head
    client.ask(ASKED)
    for tenant, one in chains.items():
        assert client.operate.verify_audit_log(tenant=tenant, noted=one.head).holds
    forged = noted.model_copy(update={"hash": "0" * 64})
    assert not client.operate.verify_audit_log(tenant="local", noted=forged).holds
    with pytest.raises(NotFoundError):
        client.operate.lineage("nope")
    with pytest.raises(NotFoundError):
        client.operate.verify_audit_log(tenant="nope")


@pytest.mark.parametrize("noted", ["x", "0:" + "a" * 64, "1:" + "g" * 64, "1:", "1:" + "a" * 65])
def test_a_noted_end_has_a_sequence_and_a_hash(http: httpx.Client, noted: str) -> None:
    """Anything else proves nothing and is refused."""
    assert http.get("/v1/operate/audit/verify", params={"noted": noted}).status_code == 422


@pytest.mark.parametrize("answer_id", ["nope", "x" * 200, "%00"])
def test_an_id_that_no_answer_can_have_is_not_found(http: httpx.Client, answer_id: str) -> None:
    """It looks like one that is missing."""
    assert http.get(f"/v1/operate/audit/answers/{answer_id}").status_code == 404
    assert http.get(f"/v1/operate/audit/chunks/{answer_id}").json()["answers"] == []
