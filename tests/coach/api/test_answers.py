"""Asking over HTTP."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import structlog
from httpx_sse import connect_sse

from coach.api.calls import EVENT
from coach.coach import Coach
from coach.events import Acknowledged, ClaimVerified, Event, Finished
from coach.types import Answer, Replay
from tests.coach.api.conftest import ASKED, COVERED, Live
from tests.support.pages import CLEAR_QUESTIONS

EVENTS = {"accept": "text/event-stream"}


def told(answer: Answer) -> dict[str, Any]:
    """Return what an answer says, without what differs each time."""
    return answer.model_dump(exclude={"id", "timing_ms"})


def stream(http: httpx.Client, body: dict[str, object], **headers: str) -> list[Event]:
    """Return the events of a streamed answer."""
    with connect_sse(http, "POST", "/v1/answers", json=body, headers=headers) as source:
        return [EVENT.validate_json(sent.data) for sent in source.iter_sse()]


def test_an_answer_is_that_of_the_coach(http: httpx.Client, coach: Coach) -> None:
    """The API adds nothing and leaves nothing out."""
    reply = http.post("/v1/answers", json={**COVERED, "level": "staff"})
    assert reply.status_code == 200
    answer = Answer.model_validate_json(reply.content)
    assert told(answer) == told(coach.ask(ASKED, level="staff"))
    assert answer.outline.claims()
    assert reply.headers["x-request-id"] == answer.id


def test_a_question_that_is_not_covered_is_no_failure(http: httpx.Client) -> None:
    """An abstention is an answer; so is that to no question at all."""
    for question in ("Which wine goes with grilled salmon?", "", "\x00"):
        reply = http.post("/v1/answers", json={"question": question})
        assert reply.status_code == 200
        assert reply.json()["status"] == "abstained"


def test_the_stream_is_the_coachs_own_events(http: httpx.Client, coach: Coach) -> None:
    """Kinds, order and content are those of Coach.stream; ids count from 0; the last event is the answer."""
    with connect_sse(http, "POST", "/v1/answers", json=COVERED, headers=EVENTS) as source:
        sent = list(source.iter_sse())
        request_id = source.response.headers["x-request-id"]
    events = [EVENT.validate_json(one.data) for one in sent]
    expected = list(coach.stream(ASKED))
    assert [one.id for one in sent] == [str(number) for number in range(len(sent))]
    assert [one.event for one in sent] == [event.kind for event in expected]
    assert [event for event in events if isinstance(event, ClaimVerified)] == [
        event for event in expected if isinstance(event, ClaimVerified)
    ]
    first, last = events[0], events[-1]
    assert isinstance(first, Acknowledged)
    assert isinstance(last, Finished)
    assert first.answer_id == last.answer.id == request_id


def test_accept_decides_between_json_and_events(http: httpx.Client) -> None:
    """A browser's default is JSON; whoever prefers events gets them."""
    for accept, form in (
        ("*/*", "application/json"),
        ("text/event-stream;q=0.1, application/json", "application/json"),
        ("text/event-stream, */*;q=0.1", "text/event-stream; charset=utf-8"),
        ("text/*", "text/event-stream; charset=utf-8"),
        ("application/json;q=0, text/event-stream;q=0.5", "text/event-stream; charset=utf-8"),
    ):
        assert (
            http.post("/v1/answers", json=COVERED, headers={"accept": accept}).headers["content-type"] == form
        )


def test_a_permalink_gives_the_answer_as_it_was(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the answer and the version of the handbook, and says if that is no longer the one served."""
    with live.http() as http:
        given = http.post("/v1/answers", json=COVERED).json()
        streamed = stream(http, COVERED, **EVENTS)[-1]
        assert isinstance(streamed, Finished)
        pinned = http.get(f"/v1/answers/{given['id']}").json()
        assert pinned["answer"] == given
        assert pinned["corpus_hash"] == live.services.coach.manifest.corpus_hash
        assert pinned["corpus_changed"] is False
        assert http.get(f"/v1/answers/{streamed.answer.id}").json()["answer"]["question"] == ASKED
        monkeypatch.setattr(type(live.services.shelf("").catalogue), "corpus_hash", "another")
        assert http.get(f"/v1/answers/{given['id']}").json()["corpus_changed"] is True


def test_a_replay_shows_every_stage_and_keeps_nothing(http: httpx.Client) -> None:
    """The answer in a replay has no permalink."""
    replay = Replay.model_validate_json(http.post("/v1/replay", json=COVERED).content)
    assert replay.fused
    assert http.get(f"/v1/answers/{replay.answer.id}").status_code == 404


def test_a_replay_shows_what_other_settings_would_change(http: httpx.Client) -> None:
    """Fewer sections and no reranker answer as such a stack would, and leave the one in force alone."""
    usual = Replay.model_validate_json(http.post("/v1/replay", json=COVERED).content)
    asked = COVERED | {"passages": 1, "rerank": False}
    other = Replay.model_validate_json(http.post("/v1/replay", json=asked).content)
    assert len(other.passages) == 1
    assert (usual.answer.degraded, other.answer.degraded) == ((), ("reranker",))
    assert other.reranked == ()
    assert other.answer.stack.hash != usual.answer.stack.hash
    again = Replay.model_validate_json(http.post("/v1/replay", json=COVERED).content)
    assert again.answer.stack == usual.answer.stack
    for wrong in ({"passages": 0}, {"passages": 21}, {"rerank": "no"}, {"passages": True}):
        assert http.post("/v1/replay", json=COVERED | wrong).status_code == 422


def test_the_same_key_and_body_give_the_stored_reply(http: httpx.Client) -> None:
    """A repetition is byte for byte the first reply and says so; another body is refused."""
    for headers in ({"idempotency-key": "json"}, {"idempotency-key": "events", **EVENTS}):
        first = http.post("/v1/answers", json=COVERED, headers=headers)
        again = http.post("/v1/answers", json=COVERED, headers=headers)
        assert again.content == first.content
        assert again.headers["content-type"] == first.headers["content-type"]
        assert again.headers["x-request-id"] == first.headers["x-request-id"]
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        other = http.post("/v1/answers", json={"question": "another"}, headers=headers)
        assert (other.status_code, other.json()["type"]) == (422, "/errors/idempotency-key-reused")


def test_the_key_belongs_to_the_form_of_the_reply(http: httpx.Client) -> None:
    """Who got JSON cannot be given it again as events."""
    http.post("/v1/answers", json=COVERED, headers={"idempotency-key": "form"})
    reply = http.post("/v1/answers", json=COVERED, headers={"idempotency-key": "form", **EVENTS})
    assert reply.status_code == 422


def test_requests_with_one_key_at_the_same_time_have_one_effect(http: httpx.Client) -> None:
    """One is answered, the others are told to wait or get its reply."""

    def send(_: int) -> httpx.Response:
        return http.post("/v1/answers", json=COVERED, headers={"idempotency-key": "race"})

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(send, range(8)))
    assert {reply.status_code for reply in replies} <= {200, 409}
    assert len({reply.json()["id"] for reply in replies if reply.status_code == 200}) == 1
    for reply in replies:
        if reply.status_code == 409:
            assert reply.json()["type"] == "/errors/idempotency-key-busy"
            assert int(reply.headers["retry-after"]) >= 1


def test_many_at_once_get_the_answers_that_one_gets(http: httpx.Client, coach: Coach) -> None:
    """One coach serves all threads, and nothing of one question is seen in another's answer."""
    questions = [*CLEAR_QUESTIONS, "什么是分布式锁？怎么实现？", "Which wine goes with salmon?"] * 8
    expected = {question: told(coach.ask(question)) for question in set(questions)}

    def send(question: str) -> tuple[str, dict[str, Any]]:
        reply = http.post("/v1/answers", json={"question": question})
        return question, told(Answer.model_validate_json(reply.content))

    with ThreadPoolExecutor(8) as pool:
        assert all(got == expected[question] for question, got in pool.map(send, questions))


def test_feedback_is_kept_for_answers_that_exist(http: httpx.Client, live: Live) -> None:
    """A verdict may name a claim of the answer; one on nothing is refused."""
    given = http.post("/v1/answers", json=COVERED).json()
    body = {"answer_id": given["id"], "verdict": "down", "claim": 0, "reason": "wrong", "comment": "No."}
    reply = http.post("/v1/feedback", json=body)
    assert reply.status_code == 201
    kept = live.services.feedback.list("local", answer_id=given["id"]).items
    assert [one.id for one in kept] == [reply.json()["id"]]
    assert kept[0].opinion.comment == "No."
    assert http.post("/v1/feedback", json={**body, "claim": 10_000}).status_code == 404
    assert http.post("/v1/feedback", json={**body, "answer_id": "nope"}).status_code == 404


def test_feedback_sent_twice_with_a_key_is_kept_once(http: httpx.Client, live: Live) -> None:
    """The second reply is the first, with its status."""
    given = http.post("/v1/answers", json=COVERED).json()
    body = {"answer_id": given["id"], "verdict": "up"}
    first, again = (http.post("/v1/feedback", json=body, headers={"idempotency-key": "up"}) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert len(live.services.feedback.list("local", answer_id=given["id"]).items) == 1


def test_one_line_is_logged_a_request_without_the_users_words(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    """The coach's own line is part of the request's."""
    from coach.api.record import merge_answer_line
    from coach.log import configure

    configure("info", first=(merge_answer_line,))
    try:
        with live.http() as http:
            answer = http.post("/v1/answers", json=COVERED).json()
            http.get("/v1/answers/secret-in-the-address")
            logged = ""
            while logged.count("\n") < 2:  # the line is written once the response has gone
                logged += capsys.readouterr().err
        lines = [json.loads(line) for line in logged.splitlines()]
    finally:
        structlog.reset_defaults()
    assert [line["event"] for line in lines] == ["request", "request"]
    asked, missed = lines
    assert asked["request_id"] == answer["id"]
    assert asked["answer_claims"] == len([c for part in answer["outline"].values() for c in part])
    assert missed["route"] == "/v1/answers/{answer_id}"
    assert missed["problem"] == "not-found"
    assert not any(word in json.dumps(lines) for word in ("roll back", "secret-in-the-address"))
