"""Questions that are collected in the handbook for a question set, on an API that answers from memory."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.ui.samples import TEXT, FakeApi
from tests.ui.test_sets import ROOT, STORED, prepared
from tests.ui.test_views import QUESTION, page, session_of, texts
from ui.state import Talk

SECTION = {"id": "q1", "heading": "How do you stop a *loop*?", "level": 2, "start": 10, "end": len(TEXT)}


def question_page(fake: FakeApi) -> AppTest:
    """Return the page of a question, not run yet."""
    body = {"id": "agents.md", "title": "Agents", "chars": len(TEXT), "start": 0, "end": len(TEXT)}
    sections = [SECTION | {"is_question": True}]
    fake.give("/v1/documents/agents.md", body | {"text": TEXT, "sections": sections})
    app = page("handbook")
    app.query_params.update({"document": "agents.md", "start": "10", "end": str(len(TEXT))})
    return app


def click(app: AppTest, label: str) -> None:
    """Click the button of a label and run the page."""
    next(one for one in app.button if one.label == label).click().run()


def sets_page(fake: FakeApi, *must: str) -> AppTest:
    """Return the page of question sets at an address that names questions, not run yet."""
    prepared(fake)
    app = page("sets")
    app.query_params["must"] = list(must)
    return app


def wishes_sent(fake: FakeApi) -> dict[str, Any]:
    """Return the wishes of the set that was built."""
    [sent] = [one for one in fake.requests if (one.method, one.url.path) == ("POST", ROOT)]
    wishes: dict[str, Any] = json.loads(sent.content)["wishes"]
    return wishes


def test_a_question_is_put_into_the_collection_and_taken_out(fake: FakeApi) -> None:
    """The button on its page turns round, and the count says what is there."""
    app = question_page(fake).run()
    click(app, "Add to set")
    assert session_of(app).collected == {"q1": "How do you stop a *loop*?"}
    assert "1 question for a question set" in texts(app)
    click(app, "Remove from set")
    assert session_of(app).collected == {}
    assert "question set" not in texts(app)


def test_a_set_is_built_with_what_was_collected(fake: FakeApi) -> None:
    """The address names the questions; they are shown as text, and their ids are sent as must-have."""
    fake.give("/v1/questions/q1", QUESTION)
    app = sets_page(fake, "q1").run()
    assert "stop a \\*loop\\*" in texts(app)
    fake.give(ROOT, STORED, 201, method="POST")
    fake.give(f"{ROOT}/s1", STORED)
    app.button(key="build_set").click().run()
    assert wishes_sent(fake)["must_have"] == ["q1"]


def test_a_question_that_was_removed_stays_out(fake: FakeApi) -> None:
    """Neither the session nor the address brings it back."""
    for name in ("q1", "q2"):
        fake.give(f"/v1/questions/{name}", QUESTION | {"id": name, "question": f"Which {name}?"})
    app = sets_page(fake, "q1", "q2").run()
    app.button(key="remove q1").click().run()
    app.run()
    assert list(session_of(app).collected) == ["q2"]
    assert app.query_params["must"] == "q2"
    app.button(key="remove q2").click().run()
    assert "must" not in app.query_params
    assert "“Add to set” on a question" in texts(app)


def test_a_question_that_the_handbook_lost_is_told(fake: FakeApi) -> None:
    """An old address with a question that is gone still opens, and says how many are missing."""
    fake.give("/v1/questions/q9", {"title": "Not found", "status": 404}, 404)
    app = sets_page(fake, "q9").run()
    assert "1 of the questions" in texts(app)
    assert session_of(app).collected == {}


def test_a_question_of_the_handbook_begins_a_conversation(fake: FakeApi) -> None:
    """It stands alone: whatever was talked of before has no part in it."""
    app = question_page(fake).run()
    session_of(app).talk = Talk("c1", "Before?")
    click(app, "Ask this")
    assert session_of(app).talk is None
    assert session_of(app).pending == "How do you stop a *loop*?"
