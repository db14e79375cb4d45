"""Grades over HTTP: private to one person, sent once, disputed with both judgements kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from coach.api.practice import DueList, GradePage
from coach.coach import Coach
from coach.practice.grades import StoredGrade
from coach.practice.interview import Interview
from coach.practice.progress import Progress
from coach.practice.report import InterviewReport
from coach.settings import Settings
from coach.store.holdings import Holdings
from coach.store.owner import Owner
from ingest import pipeline
from ingest.store import open_store
from tests.coach.api.conftest import Live, services_for, serving
from tests.support.counting_embedder import CountingEmbedder
from tests.support.tenants import ACME, own_page

ANSWER = (
    "I let one request rebuild the entry while the others wait for it, and I spread the expiry at random."
)
PATH = "/v1/practice/grades"


@pytest.fixture(scope="session")
def question_id(coach: Coach) -> str:
    """The question on cache stampedes, whose page has steps."""
    return next(
        section.id
        for section in coach.document("caching.md").sections
        if section.heading.startswith("What is a cache stampede")
    )


@pytest.fixture
def ana(guarded: Live) -> Iterator[httpx.Client]:
    """A client with a key for practice."""
    with guarded.http(headers=guarded.key("acme", "practice", person="ana")) as client:
        yield client


def grade(client: httpx.Client, question_id: str, **more: Any) -> StoredGrade:
    """Return the grade of an answer."""
    body = {"question_id": question_id, "answer": ANSWER} | more
    reply = client.post(PATH, json=body)
    assert reply.status_code == 201, reply.text
    return StoredGrade.model_validate_json(reply.content)


def test_an_answer_is_graded_and_kept(
    guarded: Live, ana: httpx.Client, coach: Coach, question_id: str
) -> None:
    """The reply is the grade of the facade, found again under its id and in the list."""
    made = grade(ana, question_id, self_rating=6.5)
    assert made.grade == coach.grade(question_id, ANSWER)
    assert made.self_rating == 6.5
    assert StoredGrade.model_validate_json(ana.get(f"{PATH}/{made.id}").content) == made
    page = GradePage.model_validate_json(
        ana.get(PATH, params={"question_id": question_id, "limit": 1}).content
    )
    assert page.grades == (made,)
    held = Holdings(guarded.services.database).export(Owner("acme", "ana"))
    assert any(row["id"] == made.id for row in held["practice_grades"])


def test_what_cannot_be_graded_is_kept_without_a_score(ana: httpx.Client, question_id: str) -> None:
    """It is a value, not an error, and never a zero."""
    made = grade(ana, question_id, answer="")
    assert (made.grade.outcome, made.grade.reason) == ("cannot_grade", "empty")
    assert made.standing_score is None


def test_grades_are_private(guarded: Live, ana: httpx.Client, question_id: str) -> None:
    """A colleague of the same tenant sees nothing, and a key for asking alone is refused."""
    made = grade(ana, question_id)
    with guarded.http(headers=guarded.key("acme", "practice", person="ben")) as ben:
        assert ben.get(f"{PATH}/{made.id}").status_code == 404
        assert ben.get(PATH).json()["grades"] == []
    with guarded.http(headers=guarded.key("acme", "ask", person="ana")) as asker:
        assert asker.get(PATH).status_code == 403


def test_a_request_that_is_sent_twice_is_graded_once(ana: httpx.Client, question_id: str) -> None:
    """The same Idempotency-Key gives the same grade."""
    body, headers = {"question_id": question_id, "answer": ANSWER}, {"Idempotency-Key": "once-7"}
    first, again = (ana.post(PATH, json=body, headers=headers) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_dispute_keeps_both_judgements(ana: httpx.Client, question_id: str) -> None:
    """The first grade stays as it was, the second stands."""
    made = grade(ana, question_id)
    point = made.grade.points[0].point
    body = {"point": point, "evidence": "I let one request rebuild the entry", "comment": "it is there"}
    reply = ana.post(f"{PATH}/{made.id}/dispute", json=body)
    assert reply.status_code == 201, reply.text
    disputed = StoredGrade.model_validate_json(reply.content)
    assert disputed.grade == made.grade
    assert [one.objection.point for one in disputed.disputes] == [point]
    assert disputed.standing_score == disputed.standing.score
    assert StoredGrade.model_validate_json(ana.get(f"{PATH}/{made.id}").content) == disputed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question_id": "no-such-question", "answer": ANSWER}, 404),
        ({"question_id": "q"}, 422),
        ({"question_id": "q", "answer": "x" * 20_001}, 422),
        ({"question_id": "q", "answer": ANSWER, "self_rating": 11}, 422),
        ({"question_id": "q", "answer": ANSWER, "score": 10}, 422),
    ],
)
def test_what_cannot_be_taken_is_a_problem_and_stores_nothing(
    guarded: Live, ana: httpx.Client, body: dict[str, object], status: int
) -> None:
    """A failed grading leaves no grade behind."""
    before = len(guarded.services.grades.list(Owner("acme", "ana")).items)
    reply = ana.post(PATH, json=body)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert len(guarded.services.grades.list(Owner("acme", "ana")).items) == before


def test_an_objection_of_made_up_words_is_refused(ana: httpx.Client, question_id: str) -> None:
    """Nothing is stored of it."""
    made = grade(ana, question_id)
    body = {"point": made.grade.points[0].point, "evidence": "words that were never said"}
    assert ana.post(f"{PATH}/{made.id}/dispute", json=body).status_code == 422
    assert not StoredGrade.model_validate_json(ana.get(f"{PATH}/{made.id}").content).disputes


INTERVIEWS = "/v1/practice/interviews"


def test_an_interview_is_held_over_http(ana: httpx.Client) -> None:
    """Questions one at a time, nothing revealed before the end, then a report in three forms."""
    started = ana.post(INTERVIEWS, json={"level": "staff", "minutes": 15, "chapters": ["releases.md"]})
    assert started.status_code == 201, started.text
    interview = Interview.model_validate_json(started.content)
    assert [turn.prompt for turn in interview.turns] == ["How do you roll back a bad release?"]
    address = f"{INTERVIEWS}/{interview.id}"
    assert ana.get(f"{address}/report").status_code == 409
    said = {"answer": "I send the traffic back to the image before, and debug when users are safe again."}
    submitted = Interview.model_validate_json(ana.post(f"{address}/turns/0", json=said).content)
    assert submitted.turns[0].answer == said["answer"]
    finished = Interview.model_validate_json(ana.post(f"{address}/finish").content)
    assert finished.status == "finished"
    assert finished.turns[0].grade
    assert Interview.model_validate_json(ana.get(address).content) == finished
    assert ana.get(INTERVIEWS).json()["interviews"][0]["id"] == interview.id
    found = InterviewReport.model_validate_json(ana.get(f"{address}/report").content)
    assert found.score == finished.turns[0].grade.score
    markdown = ana.get(f"{address}/report", params={"format": "markdown"})
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "roll back a bad release" in markdown.text
    assert ana.get(f"{address}/report", params={"format": "pdf"}).content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", INTERVIEWS, {"level": "staff", "chapters": ["no.md"]}, 404),
        ("POST", INTERVIEWS, {"minutes": 4}, 422),
        ("GET", f"{INTERVIEWS}/nothing", None, 404),
        ("POST", f"{INTERVIEWS}/nothing/turns/0", {"answer": "x"}, 404),
        ("GET", "/v1/practice/due?time_zone=Mars", None, 422),
    ],
)
def test_an_interview_that_cannot_be_is_a_problem(
    ana: httpx.Client, method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    """Each with the status that its cause has."""
    reply = ana.request(method, path, json=body)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"


def test_progress_and_plan_rest_on_the_grades(guarded: Live, question_id: str) -> None:
    """The graded question counts for its chapter; the plan has days of its level."""
    with guarded.http(headers=guarded.key("acme", "practice", person="dora")) as dora:
        made = grade(dora, question_id, self_rating=10)
        found = Progress.model_validate_json(dora.get("/v1/practice/progress").content)
        assert found.answers == found.days == 1
        assert [one.score for one in found.chapters if one.practised] == [made.standing_score]
        assert found.self_rating
        assert found.self_rating.bias == round(10 - (made.standing_score or 0), 2)
        days = dora.get("/v1/practice/plan", params={"days": 3, "level": "staff"}).json()["days"]
        assert len(days) == 3
        assert days[0]["question_ids"]


def test_what_was_graded_comes_back(guarded: Live, question_id: str) -> None:
    """A graded question is a card; after the day it is due it is in the list."""
    with guarded.http(headers=guarded.key("acme", "practice", person="cleo")) as cleo:
        grade(cleo, question_id)
        found = DueList.model_validate_json(cleo.get("/v1/practice/due?time_zone=Asia/Tokyo").content)
        assert found.questions == ()
        assert sum(day.due for day in found.days) in {0, 1}
        assert len(found.days) == 14
    (card,) = guarded.services.cards.all(Owner("acme", "cleo"))
    zone, known = ZoneInfo("UTC"), {question_id}
    due = guarded.services.cards.due(Owner("acme", "cleo"), card.card.due, zone, known=known)
    assert [one.question_id for one in due.cards] == [question_id]


def test_a_review_names_its_question_by_id_or_slug(tmp_path: Path, shared_embedder: CountingEmbedder) -> None:
    """Both put off the same card and find its grades; a name that there is not is not found."""
    page, settings = tmp_path / "manual.md", Settings(_env_file=None, data_dir=tmp_path / "data")
    page.write_text(own_page(ACME, slug="id service-the-valves"), encoding="utf-8")
    with closing(open_store(settings)) as store:
        pipeline.ingest(
            [page],
            store=store,
            embedder=shared_embedder,
            collection=settings.collection,
            parameters=settings.chunker,
        )
    with Coach(settings) as coach, services_for(coach, tmp_path) as services, serving(services) as live:
        (question,) = coach.practice_questions()
        with live.http(headers=live.key("acme", "practice", person="ana")) as ana:
            grade(ana, "service-the-valves")
            for name, count in (("service-the-valves", 1), (question, 1), ("no-such", 0)):
                found = ana.get(PATH, params={"question_id": name}).json()["grades"]
                assert [one["grade"]["question_id"] for one in found] == [question] * count
            for name in ("service-the-valves", question):
                reply = ana.post("/v1/practice/reviews", json={"question_id": name, "rating": 3})
                assert (reply.status_code, reply.json()["question_id"]) == (201, question)
            missing = ana.post("/v1/practice/reviews", json={"question_id": "no-such", "rating": 3})
            assert missing.status_code == 404
