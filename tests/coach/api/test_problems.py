"""Every failure has its problem, every problem its page."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
import structlog

from coach.api.problems import HTTP_PROBLEMS, PROBLEMS, all_types, describe, retry_after_s
from coach.api.revive import revive
from coach.errors import (
    ApiError,
    CoachError,
    IndexBusyError,
    ModelRateLimitedError,
    NotFoundError,
    QuotaExceededError,
    UsageError,
)
from coach.log import configure
from tests.coach.api.conftest import COVERED, Live

PAGES = Path(__file__).parents[3] / "docs" / "errors"


def leaves(cls: type[CoachError]) -> list[type[CoachError]]:
    return [leaf for sub in cls.__subclasses__() for leaf in (leaves(sub) or [sub])]


def test_every_leaf_of_the_error_tree_has_a_problem() -> None:
    """The table maps each leaf to a status, and nothing that is no leaf."""
    assert set(leaves(CoachError)) == PROBLEMS.keys()
    assert all(status == kind.status for status, kind in HTTP_PROBLEMS.items())


def test_a_slug_names_one_type() -> None:
    """No two types share an address."""
    slugs = [kind.slug for kind in all_types()]
    assert len(slugs) == len(set(slugs))


def test_every_type_has_a_page_and_every_page_a_type() -> None:
    """docs/errors/ is complete and has nothing else, and each page names its address and status."""
    pages = {page.stem: page.read_text(encoding="utf-8") for page in PAGES.glob("[!R]*.md")}
    assert pages.keys() == {kind.slug for kind in all_types()}
    assert all(f"`/errors/{kind.slug}`, status {kind.status}\n" in pages[kind.slug] for kind in all_types())


def test_the_api_serves_the_page_at_the_address_of_the_type(http: httpx.Client) -> None:
    """What `type` says can be opened."""
    problem = http.get("/v1/answers/nope").json()
    page = http.get(problem["type"])
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/markdown; charset=utf-8"
    assert page.text.startswith("# Not found\n")
    assert http.get("/errors/..%2Fapi").status_code == 404


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("there is no answer 'x'"),
        UsageError("no", hint="Mend it."),
        IndexBusyError("busy"),
        QuotaExceededError("tokens_per_minute", limit=10, retry_after_s=7),
        ModelRateLimitedError("slow down", retry_after_s=3),
        ApiError("no answer", slug="upstream", status=502, retryable=False, hint="Look."),
    ],
)
def test_an_error_survives_the_wire(error: CoachError) -> None:
    """The SDK raises the class that the server raised, with message, hint and whether to try again."""
    problem = describe(error)
    again = revive(problem.model_dump_json().encode(), problem.status, retry_after_s(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert (again.hint, again.retryable) == (error.hint, error.retryable)


def test_what_is_no_problem_is_an_api_error() -> None:
    """A proxy's page in between is named by its status alone."""
    error = revive(b"<html>bad gateway</html>", 502, None)
    assert isinstance(error, ApiError)
    assert (error.slug, error.status, error.retryable) == ("http", 502, True)


def refusals(live: Live) -> dict[str, tuple[httpx.Request, int, str]]:
    """Return requests that are refused, each with status and slug."""
    http = live.http()
    json = {"content-type": "application/json"}

    def post(content: bytes, **headers: str) -> httpx.Request:
        return http.build_request("POST", "/v1/answers", content=content, headers={**json, **headers})

    big = b" " * (live.services.settings.max_body_kb * 1024 + 1)
    return {
        "unknown address": (http.build_request("GET", "/v2"), 404, "not-found"),
        "slash too many": (http.build_request("GET", "/v1/stack/"), 404, "not-found"),
        "other method": (http.build_request("DELETE", "/v1/answers"), 405, "method-not-allowed"),
        "unheard-of method": (http.build_request("BREW", "/v1/stack"), 405, "method-not-allowed"),
        "no such answer": (http.build_request("GET", "/v1/answers/x"), 404, "not-found"),
        "not JSON": (post(b'{"question": '), 400, "bad-request"),
        "not UTF-8": (post(b'{"question": "\xff"}'), 400, "bad-request"),
        "deep JSON": (post(b"[" * 100_000), 400, "bad-request"),
        "no body": (post(b""), 422, "invalid-request"),
        "a list": (post(b"[]"), 422, "invalid-request"),
        "a form": (post(b"question=x", **{"content-type": "text/plain"}), 415, "unsupported-media-type"),
        "long body": (post(big), 413, "body-too-large"),
        "strange Accept": (post(b'{"question":"x"}', accept="image/png"), 406, "not-acceptable"),
        "forged Host": (post(b'{"question":"x"}', host="evil.example"), 421, "misdirected-request"),
        "empty key": (post(b'{"question":"x"}', **{"idempotency-key": ""}), 422, "invalid-request"),
        "bad cursor": (http.build_request("GET", "/v1/questions?cursor=x"), 404, "not-found"),
        "bad level": (http.build_request("GET", "/v1/questions?level=x"), 422, "invalid-request"),
    }


def test_every_refusal_is_a_problem(live: Live) -> None:
    """Whatever is refused, by us or by what stands around us, gets problem details and a request id."""
    with live.http() as http:
        for name, (request, status, slug) in refusals(live).items():
            reply = http.send(request)
            problem = reply.json()
            assert (reply.status_code, problem["status"], problem["type"]) == (
                status,
                status,
                f"/errors/{slug}",
            ), name
            assert reply.headers["content-type"] == "application/problem+json", name
            assert problem["detail"], name
            assert problem["request_id"] == reply.headers["x-request-id"], name


def test_a_refused_method_is_told_which_are_taken(http: httpx.Client) -> None:
    """All of an address, though each method has a route of its own."""
    for path, methods in (
        ("/v1/conversations", "GET, POST"),
        ("/v1/conversations/x", "DELETE, GET"),
        ("/v1/answers", "POST"),
        ("/mcp", "POST"),
    ):
        reply = http.request("BREW", path)
        assert (reply.status_code, reply.headers["allow"]) == (405, methods)


def test_a_body_without_length_is_measured_too(live: Live) -> None:
    """Chunks are counted as they come."""

    def chunks() -> object:
        yield from [b" " * 65536] * 8

    with live.http() as http:
        reply = http.post("/v1/answers", content=chunks(), headers={"content-type": "application/json"})  # type: ignore[arg-type]
    assert (reply.status_code, reply.json()["type"]) == (413, "/errors/body-too-large")


def test_validation_names_each_field_by_a_pointer(http: httpx.Client) -> None:
    """A client can mark the fields that are wrong."""
    body = {"query": "x", "limit": 0, "filters": {"level": ["king"], "a/b~c": 1}}
    errors = http.post("/v1/search", json=body).json()["errors"]
    assert {(one["part"], one["pointer"]) for one in errors} == {
        ("body", "#/limit"),
        ("body", "#/filters/level/0"),
        ("body", "#/filters/a~1b~0c"),
    }


def test_a_question_that_is_too_long_is_named(live: Live) -> None:
    """The limit is the setting's, and the field is the question's."""
    longest = live.services.settings.max_question_chars
    with live.http() as http:
        reply = http.post("/v1/answers", json={"question": "x" * (longest + 1)})
    assert reply.status_code == 422
    assert reply.json()["errors"] == [
        {
            "part": "body",
            "pointer": "#/question",
            "detail": f"String should have at most {longest} characters",
        }
    ]


def test_a_failure_that_nobody_foresaw_tells_nothing(
    live: Live, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The client gets a problem with an id; the log has the cause under it, the reply does not."""

    def broken() -> object:
        raise ZeroDivisionError("the secret cause")

    monkeypatch.setattr(live.services.shelf("").catalogue, "documents", broken)
    configure("error")
    try:
        with live.http() as http:
            reply = http.get("/v1/documents")
        logged = capsys.readouterr().err
    finally:
        structlog.reset_defaults()
    assert (reply.status_code, reply.json()["type"]) == (500, "/errors/internal")
    assert "secret" not in reply.text
    assert reply.headers["x-request-id"] in reply.json()["hint"]
    (line,) = map(json.loads, logged.splitlines())
    assert line["request_id"] == reply.headers["x-request-id"]
    assert line["exception"].endswith("ZeroDivisionError: the secret cause")


def test_an_error_on_the_openai_paths_speaks_openai_too(http: httpx.Client) -> None:
    """The same problem has the member that OpenAI's clients read."""
    reply = http.post("/v1/chat/completions", json={"model": "coach", "messages": [], "n": 2})
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["error"]["type"] == "invalid_request_error"
    assert reply.json()["error"]["param"] == "messages"
    assert "error" not in http.post("/v1/answers", json={**COVERED, "x": 1}).json()
