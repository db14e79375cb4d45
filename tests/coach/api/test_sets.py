"""Question sets over HTTP: read, built, kept in versions, exported, seen by the team alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.coach.api.conftest import Live

WISHES = {"count": 2, "level": "senior"}


def build(http: httpx.Client, **body: object) -> dict[str, Any]:
    """Return a new set."""
    reply = http.post("/v1/question-sets", json={"wishes": WISHES, **body})
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    return made


def test_a_note_is_read_and_nothing_is_kept(http: httpx.Client) -> None:
    """The wishes come back with the words they are read from, and what the text should not say."""
    before = http.get("/v1/question-sets").json()["sets"]
    reply = http.post("/v1/question-sets/read", json={"text": "Senior rock star, caching, 30 minutes"})
    read = reply.json()
    assert (read["wishes"]["level"], read["wishes"]["minutes"]) == ("senior", 30)
    assert {one["field"] for one in read["inferred"]} >= {"level", "minutes"}
    assert read["findings"][0]["rule"] == "biased_wording"
    assert http.get("/v1/question-sets").json()["sets"] == before


def test_a_set_is_built_kept_and_found_again(http: httpx.Client) -> None:
    """What was built is what is kept; the list shows it first."""
    made = build(http, title="Caches")
    assert [len(one["packs"]) for one in made["made"]["interviews"]] == [2]
    assert http.get(f"/v1/question-sets/{made['id']}").json() == made
    first = http.get("/v1/question-sets").json()["sets"][0]
    assert (first["id"], first["version"], first["title"]) == (made["id"], 1, "Caches")


def test_a_set_is_built_from_a_text(http: httpx.Client) -> None:
    """A text alone is read and built in one request, and is kept with the set."""
    made = build(http, wishes=None, text="one senior question")
    assert made["made"]["request"] == "one senior question"
    assert made["made"]["wishes"]["count"] == 1


def test_what_cannot_be_met_is_an_answer_and_no_error(http: httpx.Client) -> None:
    """The nearest set comes with the reason why it is not what was asked for."""
    made = build(http, wishes={"count": 40, "minutes": 10})["made"]
    assert "40 questions" in made["conflict"]["because"]
    assert made["interviews"]


def test_versions_follow_each_other_and_are_compared(http: httpx.Client) -> None:
    """The next version replaces none; a stale one is refused; the difference names what changed."""
    path = f"/v1/question-sets/{build(http)['id']}"
    next_one = {"wishes": {**WISHES, "count": 3}, "after": 1}
    assert http.post(f"{path}/versions", json=next_one).json()["version"] == 2
    assert http.post(f"{path}/versions", json=next_one).status_code == 409
    assert http.get(path).json()["version"] == 2
    assert http.get(path, params={"version": 1}).json()["made"]["wishes"]["count"] == 2
    change = http.get(f"{path}/changes", params={"before": 1}).json()
    assert change["wishes"] == {"count": ["2", "3"]}
    assert len(change["interviews"][0]["added"]) - len(change["interviews"][0]["removed"]) == 1


@pytest.mark.parametrize(
    ("body", "size"),
    [({"wishes": {"count": 1}}, (1, None)), ({"text": "make it 20 minutes"}, (2, 20.0))],
)
def test_what_a_version_does_not_speak_of_stays(
    http: httpx.Client, body: dict[str, object], size: tuple[int, float | None]
) -> None:
    """Wishes that are left out, and those that a text does not mention, are those of the version before."""
    made = build(http, wishes={**WISHES, "avoid_topics": ["blockchain"]})
    path = f"/v1/question-sets/{made['id']}/versions"
    wishes = http.post(path, json={**body, "after": 1}).json()["made"]["wishes"]
    assert (wishes["count"], wishes["minutes"]) == size
    assert (wishes["level"], wishes["avoid_topics"]) == ("senior", ["blockchain"])


@pytest.mark.parametrize(
    ("form", "begins"), [("pdf", b"%PDF"), ("docx", b"PK"), ("md", b"#"), ("csv", b"set,"), ("json", b"{")]
)
def test_a_set_is_exported(http: httpx.Client, form: str, begins: bytes) -> None:
    """Every format comes as a file of its own media type."""
    reply = http.get(f"/v1/question-sets/{build(http)['id']}/export", params={"format": form})
    assert reply.status_code == 200
    assert reply.content.startswith(begins)
    assert f".{form}" in reply.headers["content-disposition"]


def test_a_set_that_could_not_be_made_gives_no_scorecard(http: httpx.Client) -> None:
    """The problem names the reason; the guide, which tells it too, comes all the same."""
    known = http.get("/v1/question-sets/competencies").json()["competencies"]
    made = build(http, wishes={"avoid_competencies": [one["id"] for one in known]})
    path = f"/v1/question-sets/{made['id']}/export"
    reply = http.get(path, params={"document": "scorecard"})
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert made["made"]["conflict"]["because"] in reply.json()["detail"]
    assert http.get(path).status_code == 200


def test_a_leak_is_found(http: httpx.Client) -> None:
    """A text that holds a question of the set gives it away."""
    made = build(http)
    asked = made["made"]["interviews"][0]["packs"][0]["question"]["text"]
    reply = http.post(f"/v1/question-sets/{made['id']}/leaks", json={"text": f"I was asked: {asked}"})
    assert [leak["question"] for leak in reply.json()["leaks"]] == [asked]


def test_a_set_that_was_deleted_is_gone(http: httpx.Client) -> None:
    """Deleting removes all versions; afterwards there is nothing of the id."""
    path = f"/v1/question-sets/{build(http)['id']}"
    assert http.delete(path).status_code == 204
    assert http.get(path).status_code == 404
    assert http.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"wishes": {"competencies": [{"id": "cooking"}]}}, 404),
        ({"wishes": {"minutes": 1}}, 422),
        ({"wishes": WISHES, "weightings": [{"question_id": "x", "weight": 2, "reason": "why"}]}, 404),
    ],
)
def test_a_request_that_cannot_be_built_is_refused(
    http: httpx.Client, body: dict[str, object], status: int
) -> None:
    """Each gets a problem that names what is wrong."""
    reply = http.post("/v1/question-sets", json=body)
    assert reply.status_code == status
    assert reply.headers["content-type"].startswith("application/problem+json")


def test_the_same_key_gives_the_same_set(http: httpx.Client) -> None:
    """A repeated request with its Idempotency-Key builds nothing new."""
    headers = {"Idempotency-Key": "set-once"}
    replies = [
        http.post("/v1/question-sets", json={"wishes": WISHES}, headers=headers).json() for _ in range(2)
    ]
    assert replies[0] == replies[1]


def test_sets_are_the_teams_and_want_the_scope(guarded: Live) -> None:
    """Without the scope "recruit" nothing opens; another tenant's set is as if it were not there."""
    with guarded.http() as http:
        team, other = guarded.key("red", "recruit"), guarded.key("blue", "recruit")
        made = http.post("/v1/question-sets", json={"wishes": WISHES}, headers=team).json()
        path = f"/v1/question-sets/{made['id']}"
        assert http.get(path, headers=guarded.key("red", "recruit")).status_code == 200
        assert http.get(path, headers=other).status_code == 404
        assert http.get(path, headers=guarded.key("red", "ask")).status_code == 403
