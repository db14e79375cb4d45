"""Shutting down under load, and streams whose reader goes away."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from coach.coach import Coach
from coach.events import Degraded, Event
from coach.guard.principal import Limits
from tests.coach.api.conftest import ASKED, COVERED, Live, services_for, serving

EVENTS = {"accept": "text/event-stream"}
WAIT_S = 20


class SlowCoach(Coach):
    """The coach, whose streams stop before each claim until they are told to go on; it shares an index."""

    def __init__(self, coach: Coach) -> None:
        self.__dict__.update(coach.__dict__)
        self.go_on = threading.Semaphore(0)
        self.ended = threading.Event()
        self.steps = 0

    def stream(self, question: str, **options: Any) -> Generator[Event]:
        """Yield the coach's events, the first at once."""
        try:
            for event in super().stream(question, **options):
                self.steps += 1
                yield event
                self.go_on.acquire(timeout=WAIT_S)
        finally:
            self.ended.set()


@contextmanager
def slow_server(coach: Coach, folder: Path, **changes: object) -> Iterator[tuple[Live, SlowCoach]]:
    """Give a server whose streams are slow."""
    slow = SlowCoach(coach)
    with services_for(slow, folder, **changes) as services, serving(services) as live:
        try:
            yield live, slow
        finally:
            for _ in range(100):
                slow.go_on.release()


def stream_request(http: httpx.Client) -> httpx.Request:
    """Return the request for a stream."""
    return http.build_request("POST", "/v1/answers", json=COVERED, headers=EVENTS)


def open_stream(http: httpx.Client, **headers: str) -> Any:
    """Return a stream in the making."""
    return http.stream("POST", "/v1/answers", json=COVERED, headers={**EVENTS, **headers})


def test_what_runs_is_finished_and_nothing_new_is_taken(coach: Coach, tmp_path: Path) -> None:
    """A stream that was begun gets all its events; a new request is sent elsewhere; then the server ends."""
    with slow_server(coach, tmp_path) as (live, slow), live.http() as http:
        with open_stream(http) as response:
            parts = response.iter_text()
            received = next(parts)
            live.server.handle_exit(15, None)
            with live.http() as other:
                refused = other.post("/v1/answers", json=COVERED)
                assert (refused.status_code, refused.json()["type"]) == (503, "/errors/draining")
                assert refused.headers["connection"] == "close"
                assert int(refused.headers["retry-after"]) >= 1
                assert other.get("/healthz").status_code == 200
                assert (other.get("/readyz").status_code, other.get("/readyz").json()["ready"]) == (
                    503,
                    False,
                )
            for _ in range(100):
                slow.go_on.release()
            received += "".join(parts)
        assert received.count("event: finished") == 1
        wait_until_stopped(live)


def test_no_request_is_waited_for_beyond_the_limit(coach: Coach, tmp_path: Path) -> None:
    """A stream that does not end is cut off after `drain_s`."""
    with slow_server(coach, tmp_path, drain_s=0.2) as (live, _), live.http() as http:
        response = http.send(stream_request(http), stream=True)
        live.server.handle_exit(15, None)
        with pytest.raises(httpx.RemoteProtocolError):
            response.read()


def test_a_second_signal_ends_at_once(coach: Coach, tmp_path: Path) -> None:
    """Whoever presses Ctrl-C twice means it."""
    with slow_server(coach, tmp_path, drain_s=WAIT_S) as (live, _), live.http() as http:
        response = http.send(stream_request(http), stream=True)
        live.server.handle_exit(2, None)
        live.server.handle_exit(2, None)
        with pytest.raises(httpx.RemoteProtocolError):
            response.read()


def wait_until_stopped(live: Live) -> None:
    """Return once nobody listens any more."""
    with live.http() as http:
        for _ in range(WAIT_S * 10):
            try:
                http.get("/healthz")
            except httpx.TransportError:
                return
            threading.Event().wait(0.1)
    pytest.fail("the server still answers")


def test_a_reader_that_goes_away_stops_the_work(
    coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A generator that would never end is closed, and the answer that nobody read is not kept."""
    closed = threading.Event()

    def endless(_: Coach, question: str, **options: Any) -> Generator[Event]:
        try:
            yield next(Coach.stream(coach, question, **options))
            while not closed.wait(0.01):
                yield Degraded(what="end")
        finally:
            closed.set()

    monkeypatch.setattr(SlowCoach, "stream", endless)
    with slow_server(coach, tmp_path) as (live, _):
        with live.http() as http, open_stream(http) as response:
            answer_id = response.headers["x-request-id"]
            next(response.iter_text())
        assert closed.wait(WAIT_S)
        assert live.services.answers.get("local", answer_id) is None


def test_no_event_waits_for_the_next(coach: Coach, tmp_path: Path) -> None:
    """What is certain is sent at once, with an Idempotency-Key too."""
    for headers in ({}, {"idempotency-key": "at-once"}):
        with (
            slow_server(coach, tmp_path) as (live, slow),
            live.http() as http,
            open_stream(http, **headers) as response,
        ):
            parts = response.iter_text()
            assert next(parts).startswith("id: 0\nevent: acknowledged\n")
            slow.go_on.release()
            assert next(parts).startswith("id: 1\n")
            assert slow.steps == 2


def test_a_broken_stream_leaves_its_idempotency_key_free(coach: Coach, tmp_path: Path) -> None:
    """The next request with the key gets an answer of its own."""
    with slow_server(coach, tmp_path) as (live, slow):
        with live.http() as http, open_stream(http, **{"idempotency-key": "again"}) as response:
            next(response.iter_text())
        for _ in range(100):
            slow.go_on.release()
        assert slow.ended.wait(WAIT_S)
        with live.http() as http:
            for _ in range(WAIT_S * 10):
                again = http.post("/v1/answers", json=COVERED, headers={**EVENTS, "idempotency-key": "again"})
                if again.status_code != 409:
                    break
                threading.Event().wait(0.1)
        assert again.text.count("event: finished") == 1


def test_long_work_keeps_its_claims(coach: Coach, tmp_path: Path) -> None:
    """A stream that takes longer than a claim holds still counts as running, and nobody begins it anew."""
    with slow_server(coach, tmp_path) as (live, slow):
        live.services.quotas.lease_s = 0.3
        live.services.idempotency.lease = timedelta(seconds=0.3)
        key = live.key("acme", limits=Limits(concurrent_requests=1))
        other = live.key("acme")
        with (
            live.http(headers=key) as http,
            open_stream(http, **{"idempotency-key": "long"}) as response,
            live.http(headers=other) as second,
        ):
            next(response.iter_text())
            threading.Event().wait(1)
            assert http.post("/v1/search", json={"query": "x"}).status_code == 429
            again = second.post("/v1/answers", json=COVERED, headers={**EVENTS, "idempotency-key": "long"})
            assert (again.status_code, again.json()["type"]) == (409, "/errors/idempotency-key-busy")
            for _ in range(100):
                slow.go_on.release()


def test_a_silent_stream_is_kept_alive(coach: Coach, tmp_path: Path) -> None:
    """Comments fill the silence, which readers of events pass over."""
    with slow_server(coach, tmp_path, keepalive_s=0.05) as (live, slow):
        with live.http() as http, open_stream(http) as response:
            received = ""
            for part in response.iter_text():
                received += part
                if received.count(": keep-alive\n\n") == 2:
                    for _ in range(100):
                        slow.go_on.release()
        assert received.count("event: finished") == 1


def test_a_failure_in_the_middle_is_the_last_event(coach: Coach, tmp_path: Path, monkeypatch: Any) -> None:
    """The status was sent; the problem comes as an event, and as OpenAI's clients expect it on their path."""
    from coach.errors import ModelUnavailableError

    def broken(_: Coach, question: str, **options: Any) -> Generator[Event]:
        yield next(Coach.stream(coach, question, **options))
        raise ModelUnavailableError("no model answers")

    monkeypatch.setattr(SlowCoach, "stream", broken)
    with slow_server(coach, tmp_path) as (live, _), live.http() as http:
        reply = http.post("/v1/answers", json=COVERED, headers={**EVENTS, "idempotency-key": "x"})
        assert reply.status_code == 200
        assert reply.text.rstrip().split("\n\n")[-1].startswith("event: error\ndata: {")
        assert "/errors/model-unavailable" in reply.text
        body = {"model": "coach", "messages": [{"role": "user", "content": ASKED}], "stream": True}
        chat = http.post("/v1/chat/completions", json=body)
        assert '"error":' in chat.text.replace(" ", "").split("\n\n")[-2]
        assert "[DONE]" not in chat.text


def test_a_failure_before_the_first_event_has_its_own_status(
    coach: Coach, tmp_path: Path, monkeypatch: Any
) -> None:
    """Nothing was sent yet, so a stream fails like any request."""
    from coach.errors import IndexUnreachableError

    def broken(*_: object, **__: object) -> Generator[Event]:
        raise IndexUnreachableError("gone")
        yield

    monkeypatch.setattr(SlowCoach, "stream", broken)
    with slow_server(coach, tmp_path) as (live, _), live.http() as http:
        reply = http.post("/v1/answers", json=COVERED, headers=EVENTS)
        assert (reply.status_code, reply.json()["type"]) == (503, "/errors/index-unreachable")
        assert reply.headers["retry-after"] == "1"
