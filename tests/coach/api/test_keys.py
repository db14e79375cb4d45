"""Who may ask: keys, scopes, limits, and walls between tenants."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coach.guard.principal import Limits
from tests.coach.api.conftest import ASKED, COVERED, Live

OPEN = ("/healthz", "/readyz", "/errors/not-found", "/v1/openapi.json")
CLOSED = (
    ("GET", "/v1/answers/x"),
    ("GET", "/v1/conversations"),
    ("GET", "/v1/conversations/x"),
    ("DELETE", "/v1/conversations/x"),
    ("GET", "/v1/me/export"),
    ("DELETE", "/v1/me"),
    ("GET", "/v1/documents"),
    ("GET", "/v1/documents/releases.md"),
    ("GET", "/v1/questions"),
    ("GET", "/v1/questions/x"),
    ("GET", "/v1/stack"),
    ("GET", "/v1/evals"),
    ("GET", "/v1/models"),
    ("GET", "/metrics"),
    ("POST", "/v1/answers"),
    ("POST", "/v1/conversations"),
    ("POST", "/v1/search"),
    ("POST", "/v1/replay"),
    ("POST", "/v1/feedback"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/mcp"),
)


def body_of(path: str) -> dict[str, Any]:
    """Return a body that the path takes."""
    return {
        "/v1/search": {"query": "x"},
        "/v1/conversations": {},
        "/v1/feedback": {"answer_id": "x", "verdict": "up"},
        "/v1/chat/completions": {"model": "coach", "messages": [{"role": "user", "content": "x"}]},
        "/mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
    }.get(path, COVERED)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer nope", "Basic YTpi", f"Bearer ick_{'0' * 12}_{'0' * 64}"]
)
def test_nothing_but_the_open_paths_is_served_without_a_valid_key(guarded: Live, header: str) -> None:
    """No key, no such key and another scheme are one and the same 401."""
    headers = {"authorization": header} if header else {}
    with guarded.http(headers=headers) as http:
        for method, path in CLOSED:
            reply = http.request(method, path, json=body_of(path) if method == "POST" else None)
            assert (reply.status_code, reply.json()["type"]) == (401, "/errors/unauthenticated"), path
            assert reply.headers["www-authenticate"].startswith("Bearer"), path
        assert {http.get(path).status_code for path in OPEN} == {200}


def test_a_key_opens_what_its_scope_says(guarded: Live) -> None:
    """A key to ask asks, and reads no figures; an administrator's does both; one to practise neither."""
    with guarded.http() as http:
        for scope, asked, figures in (("ask", 200, 403), ("admin", 200, 200), ("practice", 403, 403)):
            headers = guarded.key("acme", scope)  # type: ignore[arg-type]
            assert http.post("/v1/search", json={"query": "x"}, headers=headers).status_code == asked
            assert http.get("/metrics", headers=headers).status_code == figures


def test_a_server_that_needs_no_key_still_knows_them(live: Live) -> None:
    """Another service's key is passed over; one of ours has to be valid, and is then who asks."""
    with live.http() as http:
        assert http.get("/v1/stack", headers={"authorization": "Bearer sk-other"}).status_code == 200
        forged = {"authorization": f"Bearer ick_{'0' * 12}_{'0' * 64}"}
        assert http.get("/v1/stack", headers=forged).status_code == 401
        answer = http.post("/v1/answers", json=COVERED, headers=live.key("acme")).json()
        assert http.get(f"/v1/answers/{answer['id']}").status_code == 404


def attempts(victim: dict[str, str], answer_id: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return what another tenant may try to get at an answer: method, path, options."""
    feedback = {"answer_id": answer_id, "verdict": "up"}
    tenant = {"x-tenant": "victim", "x-forwarded-user": "victim", "cookie": "tenant=victim"}
    return {
        "guessed permalink": ("GET", f"/v1/answers/{answer_id}", {}),
        "forged tenant headers": ("GET", f"/v1/answers/{answer_id}", {"headers": tenant}),
        "tenant in the query": ("GET", f"/v1/answers/{answer_id}?tenant=victim", {}),
        "two Authorization headers": (
            "GET",
            f"/v1/answers/{answer_id}",
            {"headers": {"x-authorization": victim["Authorization"]}},
        ),
        "path that climbs": ("GET", f"/v1/answers/..%2Fanswers%2F{answer_id}", {}),
        "wildcard": ("GET", "/v1/answers/%25", {}),
        "SQL": ("GET", "/v1/answers/x'%20OR%20'1'='1", {}),
        "feedback": ("POST", "/v1/feedback", {"json": feedback}),
        "feedback on a claim": ("POST", "/v1/feedback", {"json": {**feedback, "claim": 0}}),
        "conversation by id": ("GET", f"/v1/conversations/{answer_id}", {}),
        "document by id": ("GET", f"/v1/documents/{answer_id}", {}),
        "question by id": ("GET", f"/v1/questions/{answer_id}", {}),
        "eval run by id": ("GET", f"/v1/evals/{answer_id}", {}),
        "file by climbing": ("GET", "/v1/evals/..%2F..%2Fcoach.sqlite", {}),
    }


def test_no_tenant_sees_what_is_anothers(guarded: Live) -> None:
    """Whatever is tried, the reply is that of an id that does not exist, and holds nothing of the answer."""
    victim, thief = guarded.key("victim"), guarded.key("thief")
    with guarded.http() as http:
        answer_id = http.post("/v1/answers", json=COVERED, headers=victim).json()["id"]
        assert http.get(f"/v1/answers/{answer_id}", headers=victim).status_code == 200
        for name, (method, path, options) in attempts(victim, answer_id).items():
            headers = {**thief, **options.pop("headers", {})}
            reply = http.request(method, path, headers=headers, **options)
            assert reply.status_code == 404, name
            assert ASKED not in reply.text, name
        theirs = http.get(f"/v1/answers/{answer_id}", headers=thief).json()
        nobodys = http.get("/v1/answers/0000000000000000", headers=thief).json()
        for problem in (theirs, nobodys):
            problem.pop("request_id")
            problem["detail"] = re.sub("'.*'", "", problem["detail"])
        assert theirs == nobodys


def test_idempotency_keys_are_each_tenants_own(guarded: Live) -> None:
    """The same word of two tenants, or of two people of one, is two keys."""
    owners = (guarded.key("one"), guarded.key("two"), guarded.key("two", person="ann"))
    with guarded.http() as http:
        headers = {"idempotency-key": "same"}
        replies = [http.post("/v1/answers", json=COVERED, headers={**headers, **key}) for key in owners]
        assert len({reply.json()["id"] for reply in replies}) == 3


def test_colleagues_share_a_tenants_answers(guarded: Live) -> None:
    """A permalink is good within the tenant."""
    ann, bob = guarded.key("acme", person="ann"), guarded.key("acme", person="bob")
    with guarded.http() as http:
        answer_id = http.post("/v1/answers", json=COVERED, headers=ann).json()["id"]
        assert http.get(f"/v1/answers/{answer_id}", headers=bob).status_code == 200


def test_dollars_are_told_in_millionths(guarded: Live) -> None:
    """The headers take whole numbers alone, and a client stops at 0."""
    key = guarded.key("acme", limits=Limits(usd_per_minute=0.05, usd_per_month=1.5))
    with guarded.http() as http:
        headers = http.get("/v1/stack", headers=key).headers
    assert headers["ratelimit-policy"] == (
        '"microusd-per-minute";q=50000;w=60, "microusd-per-month";q=1500000;w=2592000'
    )
    assert re.match(
        r'"microusd-per-minute";r=50000;t=\d+, "microusd-per-month";r=1500000;t=\d+$', headers["ratelimit"]
    )


def test_limits_are_told_and_kept(guarded: Live) -> None:
    """Each reply says how the limits stand; beyond them is 429 with the time to wait; other keys go on."""
    key = guarded.key("acme", limits=Limits(requests_per_minute=2, requests_per_month=100))
    with guarded.http() as http:
        first, second, third = (http.get("/v1/stack", headers=key) for _ in range(3))
        assert (
            first.headers["ratelimit-policy"]
            == '"requests-per-minute";q=2;w=60, "requests-per-month";q=100;w=2592000'
        )
        assert re.match(
            r'"requests-per-minute";r=1;t=\d+, "requests-per-month";r=99;t=\d+$', first.headers["ratelimit"]
        )
        assert second.status_code == 200
        assert (third.status_code, third.json()["type"]) == (429, "/errors/quota-exceeded")
        assert third.json()["quota"] == {"name": "requests_per_minute", "limit": 2.0}
        assert 1 <= int(third.headers["retry-after"]) <= 60
        assert http.get("/v1/stack", headers=guarded.key("acme")).status_code == 200


def test_a_request_that_ends_gives_its_place_back(guarded: Live) -> None:
    """A key that may run one request at once may run one after the other, streams and failures included."""
    key = guarded.key("acme", limits=Limits(concurrent_requests=1))
    with guarded.http(headers=key) as http:
        for _ in range(3):
            assert http.post("/v1/answers", json=COVERED).status_code == 200
            events = http.post("/v1/answers", json=COVERED, headers={"accept": "text/event-stream"})
            assert events.text.count("event: finished") == 1
            assert http.get("/v1/answers/nope").status_code == 404
            assert http.post("/v1/answers", json={}).status_code == 422


def test_the_document_of_a_guarded_server_asks_for_a_key(guarded: Live, live: Live) -> None:
    """Clients are told; the open paths and a server without keys ask for none."""
    with guarded.http() as http, live.http() as other:
        described = http.get("/v1/openapi.json").json()
        assert described["components"]["securitySchemes"] == {"key": {"type": "http", "scheme": "bearer"}}
        assert "security" not in described["paths"]["/healthz"]["get"]
        assert described["paths"]["/v1/answers"]["post"]["security"] == [{"key": []}]
        assert "securitySchemes" not in other.get("/v1/openapi.json").json()["components"]
