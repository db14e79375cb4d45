"""Drills, stories and plans over HTTP: private to one person, resumed, graded, exported and erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from coach.api.callers import Turn
from coach.api.practice import DrillList, PlanReply
from coach.practice.coverage import Coverage
from coach.practice.drill_report import DrillReport
from coach.practice.drill_run import DrillView
from coach.practice.drill_words import MoveReader
from coach.practice.drills import Drills
from coach.practice.story import Story
from coach.recruit.contract import Wishes
from coach.recruit.read import Reading
from coach.recruit.recruiter import Recruiter
from coach.store.base import utc_now
from coach.store.owner import Owner
from tests.coach.api.conftest import Live
from tests.support.drills import staged

PRACTICE = "/v1/practice"
RUNS = f"{PRACTICE}/drill-runs"
STORY = {
    "title": "The rollback",
    "situation": "Prices were wrong.",
    "task": "I had to stop it.",
    "action": "I rolled the bad release back.",
    "result": "It took 9 minutes.",
}


@pytest.fixture
def drilled(guarded: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """A server whose drills are staged on the chapters of the repository, which its handbook lacks."""
    services = guarded.services
    drills = Drills(services.database, staged, MoveReader(services.coach.embed).read)
    monkeypatch.setattr(services.shelf(""), "drills", drills)
    return guarded


@pytest.fixture
def eva(drilled: Live) -> Iterator[httpx.Client]:
    """A client with a key for practice."""
    with drilled.http(headers=drilled.key("acme", "practice", person="eva")) as client:
        yield client


def test_a_drill_is_run_over_http(eva: httpx.Client) -> None:
    """Picked and said, sent twice, ended by closing, then a report in three forms."""
    found = DrillList.model_validate_json(eva.get(f"{PRACTICE}/drills").content)
    assert {one.id for one in found.drills} == set(staged())
    started = eva.post(f"{PRACTICE}/drills/prices-of-another-country/runs")
    assert started.status_code == 201, started.text
    run = DrillView.model_validate_json(started.content)
    address = f"{RUNS}/{run.id}"
    assert eva.get(f"{address}/report").status_code == 409
    first = eva.post(f"{address}/decisions/0", json={"move": "look"})
    assert first.status_code == 200, first.text
    assert DrillView.model_validate_json(first.content).decision == 1
    assert eva.post(f"{address}/decisions/0", json={"move": "read"}).status_code == 409
    said = {"said": "I declare a SEV-2. Roll back to the last good index."}
    view = DrillView.model_validate_json(eva.post(f"{address}/decisions/1", json=said).content)
    assert {"sev2", "revert"}.isdisjoint(one.id for one in view.moves)
    assert eva.get(RUNS).json()["runs"][0]["id"] == run.id
    closed = eva.post(f"{address}/decisions/2", json={"move": "close"}).json()
    assert closed["status"] == "finished"
    report = DrillReport.model_validate_json(eva.get(f"{address}/report").content)
    verdicts = {one.id: one.verdict for one in report.criteria}
    assert (verdicts["scope"], verdicts["order"], verdicts["users"]) == ("met", "met", "missed")
    assert "What misled" in eva.get(f"{address}/report", params={"format": "markdown"}).text
    assert eva.get(f"{address}/report", params={"format": "pdf"}).content.startswith(b"%PDF")
    assert eva.post(f"{address}/finish").json()["status"] == "finished"


def test_a_handbook_without_the_pages_has_no_drills(guarded: Live) -> None:
    """The list is empty, and none can be begun."""
    with guarded.http(headers=guarded.key("acme", "practice", person="fay")) as fay:
        assert fay.get(f"{PRACTICE}/drills").json() == {"drills": []}
        assert fay.post(f"{PRACTICE}/drills/tidy-agent/runs").status_code == 404
        assert fay.get(RUNS).json()["runs"] == []


@pytest.mark.parametrize("body", [{}, {"move": ""}, {"move": "look", "said": "look"}, {"said": "x" * 2001}])
def test_a_decision_is_a_move_or_words(eva: httpx.Client, body: dict[str, str]) -> None:
    """Nothing, both and too much are refused; an unknown move is not found."""
    run = eva.post(f"{PRACTICE}/drills/tidy-agent/runs").json()["id"]
    assert eva.post(f"{RUNS}/{run}/decisions/0", json=body).status_code == 422
    assert eva.post(f"{RUNS}/{run}/decisions/0", json={"move": "sing"}).status_code == 404


def test_stories_are_written_changed_and_held_against_the_questions(guarded: Live) -> None:
    """A change names the version that was read; the coverage has the form of each story."""
    with guarded.http(headers=guarded.key("acme", "practice", person="gil")) as gil:
        made = Story.model_validate_json(gil.post(f"{PRACTICE}/stories", json=STORY).content)
        address = f"{PRACTICE}/stories/{made.id}"
        assert Story.model_validate_json(gil.get(address).content) == made
        body = STORY | {"result": "Users were happier.", "after": 0}
        changed = Story.model_validate_json(gil.put(address, json=body).content)
        assert (changed.version, changed.result) == (1, "Users were happier.")
        assert gil.put(address, json=body).status_code == 409
        assert gil.get(f"{PRACTICE}/stories").json()["stories"][0]["id"] == made.id
        found = Coverage.model_validate_json(gil.get(f"{PRACTICE}/story-coverage").content)
        assert [one.form.notes for one in found.stories] == [
            ("The result has no figure: say what was measured, and how.",)
        ]
        assert found.covered == 0
        assert gil.put(address, json=body | {"after": 1, "question_ids": ["no-such"]}).status_code == 404
        assert gil.post(f"{PRACTICE}/stories", json=STORY | {"question_ids": ["no-such"]}).status_code == 404
        assert gil.delete(address).status_code == 204
        assert gil.get(address).status_code == 404


def test_a_plan_is_read_from_a_job_and_laid_out(guarded: Live) -> None:
    """Level and topics come from the text, with its words; the days are made whenever it is read."""
    with guarded.http(headers=guarded.key("acme", "practice", person="hal")) as hal:
        body = {"days": 7, "job_text": "Staff engineer who rolls back releases.", "time_zone": "Asia/Tokyo"}
        made = hal.post(f"{PRACTICE}/plans", json=body)
        assert made.status_code == 201, made.text
        plan = PlanReply.model_validate_json(made.content)
        assert plan.plan.wish.level == "staff"
        assert any(one.field == "level" and "Staff" in one.words for one in plan.plan.read)
        assert len(plan.days) == 7
        assert plan.days[0].question_ids
        assert plan.plan.notes == ()
        address = f"{PRACTICE}/plans/{plan.plan.id}"
        assert PlanReply.model_validate_json(hal.get(address).content) == plan
        assert hal.get(f"{PRACTICE}/plans").json()["plans"][0]["id"] == plan.plan.id
        assert hal.delete(address).status_code == 204
        assert hal.get(address).status_code == 404


def test_what_a_model_takes_for_a_job_text_is_counted(guarded: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key pays for the reading, and its notes stand with the plan."""
    charged: list[float | None] = []
    reading = Reading(wishes=Wishes(), inferred=(), notes=("Nothing is named.",), cost_usd=0.25)
    monkeypatch.setattr(Recruiter, "read", lambda *_: reading)
    monkeypatch.setattr(Turn, "charge", lambda *given: charged.append(given[2]))
    with guarded.http(headers=guarded.key("acme", "practice", person="hal")) as hal:
        made = hal.post(f"{PRACTICE}/plans", json={"job_text": "A florist."}).json()
    assert (charged, made["plan"]["notes"]) == ([0.25], ["Nothing is named."])


def test_a_plan_ends_at_a_day_to_come(guarded: Live) -> None:
    """A date within two months is taken; one that is past or far off is refused with the mend."""
    with guarded.http(headers=guarded.key("acme", "practice", person="ida")) as ida:
        today = utc_now().date()
        until = {"until": (today + timedelta(days=9)).isoformat()}
        assert len(ida.post(f"{PRACTICE}/plans", json=until).json()["days"]) in {10, 11}
        for day in (today - timedelta(days=2), today + timedelta(days=90)):
            reply = ida.post(f"{PRACTICE}/plans", json={"until": day.isoformat()})
            assert reply.status_code == 422
            assert "nearer day" in reply.text


def test_everything_is_private_exported_and_erased(drilled: Live, eva: httpx.Client) -> None:
    """A colleague finds nothing; the owner gets all of it and can have it erased."""
    run = eva.post(f"{PRACTICE}/drills/tidy-agent/runs").json()["id"]
    story = eva.post(f"{PRACTICE}/stories", json=STORY).json()["id"]
    plan = eva.post(f"{PRACTICE}/plans", json={"days": 3}).json()["plan"]["id"]
    with drilled.http(headers=drilled.key("acme", "practice", person="jan")) as jan:
        for path in (f"drill-runs/{run}", f"stories/{story}", f"plans/{plan}"):
            assert jan.get(f"{PRACTICE}/{path}").status_code == 404
    with drilled.http(headers=drilled.key("acme", "ask", person="eva")) as asker:
        assert asker.get(f"{PRACTICE}/stories").status_code == 403
    held = eva.get("/v1/me/export").json()
    assert "The rollback" in str(held)
    assert eva.delete("/v1/me").status_code == 200
    assert eva.get(f"{PRACTICE}/stories/{story}").status_code == 404
    assert not drilled.services.shelf("acme").drills.list(Owner("acme", "eva")).items
