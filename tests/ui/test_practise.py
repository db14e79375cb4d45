"""The page "Practise": perform first, then both quotes side by side."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.samples import FakeApi, citation
from tests.ui.test_views import page, texts

QUESTION = {
    "id": "q1",
    "question": "How do you stop a *loop*?",
    "document": "agents.md",
    "chapter": "Agents",
    "start": 10,
    "end": 60,
    "minutes": 3,
}
ANSWER = "By evidence of no progress."


def stored(**changes: object) -> dict[str, Any]:
    """Return a grade with a covered and a missing point."""
    place = citation()
    covered = {"point": "Evidence", "weight": 2, "verdict": "covered", "credit": 0.9, "confidence": 0.8}
    missing = {"point": "Side *effects*", "weight": 1, "verdict": "missing", "credit": 0, "confidence": 0.7}
    grade = {
        "question_id": "q1",
        "question": QUESTION["question"],
        "outcome": "graded",
        "score": 6.0,
        "low": 4.5,
        "high": 7.5,
        "points": [
            covered | {"handbook": place, "candidate": {"quote": ANSWER}},
            missing | {"handbook": place, "candidate": None},
        ],
        "structure": {"leads_with_point": True, "numbers": [], "trade_off": None},
        "length": {"minutes": 0.1, "box_minutes": 3, "verdict": "short"},
        "moves": [{"text": "Say something on it.", "handbook": place}],
        "set_aside": [{"reason": "copied", "candidate": {"quote": "Copied words."}}],
    }
    return {
        "id": "g1",
        "created_at": "2026-11-21T13:56:23Z",
        "answer": ANSWER,
        "self_rating": 8.0,
        "grade": grade | changes,
        "disputes": [],
    }


def test_nothing_is_shown_before_the_answer_is_given(fake: FakeApi) -> None:
    """The question and its time box stand there, and nothing of what the page says."""
    fake.give("/v1/questions/q1", QUESTION)
    app = page("practise")
    app.query_params["question"] = "q1"
    app.run()
    assert not app.exception
    assert "stop a" in app.title[0].value
    assert "3 minutes" in texts(app)
    assert "evidence" not in texts(app)


def test_an_answer_is_graded_with_both_quotes(fake: FakeApi) -> None:
    """What was sent is the answer with the self-rating; each point shows both sides, as text."""
    fake.give("/v1/questions/q1", QUESTION)
    fake.give("/v1/practice/grades", stored(), status=201)
    app = page("practise")
    app.query_params["question"] = "q1"
    app.run()
    app.text_area[0].set_value(ANSWER)
    app.number_input[0].set_value(8.0)
    app.button[1].click().run()
    assert not app.exception
    (sent,) = fake.sent_to("/v1/practice/grades")
    assert sent == {"question_id": "q1", "answer": ANSWER, "self_rating": 8.0}
    shown = texts(app)
    assert "covered" in shown
    assert "Nothing on this." in shown
    assert "By evidence of no progress" in shown
    assert "Side \\*effects\\*" in shown
    assert "the handbook’s own words" in shown
    assert [one.value for one in app.metric] == ["6.0 of 10", "4.5 and 7.5", "8.0"]


def test_what_cannot_be_graded_is_said(fake: FakeApi) -> None:
    """No score is drawn."""
    refused: dict[str, object] = {
        "outcome": "cannot_grade",
        "message": "There is no answer.",
        "score": None,
        "points": [],
    }
    fake.give("/v1/questions/q1", QUESTION)
    fake.give("/v1/practice/grades", stored(**refused), status=201)
    app = page("practise")
    app.query_params["question"] = "q1"
    app.run()
    app.button[1].click().run()
    assert "There is no answer" in app.warning[0].value
    assert not app.metric


def test_a_point_can_be_disputed(fake: FakeApi) -> None:
    """The point and the words go to the API, and the second judgement is drawn with the first."""
    fake.give("/v1/questions/q1", QUESTION)
    fake.give("/v1/practice/grades", stored(), status=201)
    app = page("practise")
    app.query_params["question"] = "q1"
    app.run()
    app.text_area[0].set_value(ANSWER)
    app.button[1].click().run()
    second = stored()["grade"] | {"score": 9.0}
    fake.give("/v1/practice/grades/g1/dispute", stored() | {"disputes": [{"second": second}]}, status=201)
    app.text_area[1].set_value("By evidence")
    app.button[2].click().run()
    assert fake.sent_to("/v1/practice/grades/g1/dispute") == [
        {"point": "Evidence", "evidence": "By evidence"}
    ]
    assert app.metric[0].value == "9.0 of 10"
    assert "first judged 6.0 of 10" in texts(app)


@pytest.mark.parametrize("path", ["/v1/questions/q1", "/v1/practice/grades"])
def test_an_api_that_fails_is_told(fake: FakeApi, path: str) -> None:
    """Nobody sees a trace, and no grade is made up."""
    if path != "/v1/questions/q1":
        fake.give("/v1/questions/q1", QUESTION)
    app = page("practise")
    app.query_params["question"] = "q1"
    app.run()
    if path != "/v1/questions/q1":
        app.button[1].click().run()
    assert not app.exception
    assert "coach up" in app.error[0].value
    assert not app.metric


def test_a_second_reading_and_its_failure_are_told(fake: FakeApi) -> None:
    """The model is named; where it failed, the page says that the grade is without it."""
    fake.give("/v1/questions/q1", QUESTION)
    told: dict[str, object] = {"model": "fake/model", "degraded": ["second reader: timeout"]}
    fake.give("/v1/practice/grades", stored(**told), status=201)
    app = page("practise")
    app.query_params["question"] = "q1"
    app.run()
    app.text_area[0].set_value(ANSWER)
    app.button[1].click().run()
    shown = texts(app)
    assert "fake/model" in shown
    assert "second reader\\: timeout" in shown
