"""The page of question sets, on an API that answers from memory."""

from __future__ import annotations

import json
from typing import Any

from tests.ui.samples import FakeApi
from tests.ui.test_views import page, texts

ROOT = "/v1/question-sets"
COMPETENCIES = {
    "competencies": [
        {"id": "cost", "title": "Cost *and* price", "questions": 15},
        {"id": "safety", "title": "Safety", "questions": 17},
    ]
}
WISHES: dict[str, Any] = {
    "level": "senior",
    "minutes": 30.0,
    "competencies": [{"id": "cost", "weight": 1.0}],
    "avoid_kinds": ["design"],
    "focus": "cost",
}
READING = {
    "wishes": WISHES,
    "inferred": [{"field": "minutes", "value": "30", "words": "30 min"}],
    "notes": [],
    "findings": [{"place": "request", "quote": "rock star", "about": "words", "advice": "Say it plainly."}],
}
STORED = {
    "id": "s1",
    "version": 1,
    "corpus_changed": False,
    "made": {
        "title": "Costs <b>",
        "titles": {"cost": "Cost"},
        "conflict": {
            "because": "10 questions and 5 minutes cannot hold together.",
            "given_up": ["Set is longer"],
        },
        "interviews": [
            {
                "name": "Set",
                "minutes": 29.5,
                "difficulty": 2.7,
                "packs": [
                    {
                        "question": {
                            "id": "q1",
                            "text": "Why is the *bill* high?",
                            "document": "cost.md",
                            "start": 1,
                            "end": 9,
                            "competency": "cost",
                            "kind": "debugging",
                            "levels": ["senior"],
                        },
                        "minutes": 6.0,
                        "asked": 2,
                        "reasons": ["It covers 'Cost'."],
                    }
                ],
            }
        ],
    },
}


def prepared(fake: FakeApi) -> None:
    """Let the API know one set and two competencies."""
    fake.give(f"{ROOT}/competencies", COMPETENCIES)
    fake.give(ROOT, {"sets": []})


def test_what_was_read_is_shown_and_can_be_changed_before_building(fake: FakeApi) -> None:
    """The words behind each value stand beside it; the changed wishes are sent, the others as they were."""
    prepared(fake)
    fake.give(f"{ROOT}/read", READING)
    app = page("sets").run()
    app.text_area(key="set_text").set_value("rock star, cost, 30 min, no design").run()
    app.button(key="read_request").click().run()
    assert "30 min" in texts(app)
    assert "Say it plainly" in texts(app)
    fake.give(ROOT, STORED)
    app.number_input[0].set_value(40.0)
    app.button(key="build_set").click().run()
    [sent] = [
        json.loads(one.content) for one in fake.requests if (one.method, one.url.path) == ("POST", ROOT)
    ]
    assert (sent["wishes"]["minutes"], sent["wishes"]["avoid_kinds"]) == (40.0, ["design"])
    assert (sent["wishes"]["focus"], sent["text"]) == ("cost", "rock star, cost, 30 min, no design")


def test_a_set_is_opened_by_its_address(fake: FakeApi) -> None:
    """Title, reasons, conflict and a way into the handbook are there; text is never markup."""
    prepared(fake)
    fake.give(f"{ROOT}/s1", STORED)
    app = page("sets")
    app.query_params["set"] = "s1"
    app.run()
    assert not app.exception
    assert "Costs \\<b\\>" in app.header[-1].value
    assert "Cannot be met because" in texts(app)
    assert "handbook?document=cost.md&start=1&end=9" in texts(app)
    assert "\\*bill\\*" in app.expander[0].label
    assert app.get("download_button")[0].label == "Guide · PDF"


def test_a_set_that_is_gone_says_so(fake: FakeApi) -> None:
    """A lost address is told in the words of the API."""
    prepared(fake)
    fake.give(f"{ROOT}/s1", {"title": "Not found", "detail": "there is no question set 's1'"}, status=404)
    app = page("sets")
    app.query_params["set"] = "s1"
    app.run()
    assert "there is no question set" in app.error[0].value
