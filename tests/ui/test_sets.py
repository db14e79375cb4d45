"""The page of question sets, on an API that answers from memory."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.samples import FakeApi
from tests.ui.test_views import page, texts

ROOT = "/v1/question-sets"
TEMPLATES = "/v1/question-set-templates"
VERSIONS = {
    "versions": [
        {"id": "s1", "version": 2, "created_at": "2026-05-02T10:30:00Z", "title": "Costs <b>"},
        {"id": "s1", "version": 1, "created_at": "2026-05-01T10:30:00Z", "title": "Costs"},
    ]
}
CHANGE = {
    "same": False,
    "corpus_changed": False,
    "wishes": {"minutes": ["30", "45"]},
    "words": {"introduction": ["Hi.", "*Welcome.*"]},
    "interviews": [{"name": "Set", "added": ["Why *now*?"], "removed": ["Why then?"], "minutes": [30, 44]}],
}
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
CHANGED_MEANWHILE = {"title": "It was changed meanwhile", "status": 409}
STORED = {
    "id": "s1",
    "version": 1,
    "corpus_changed": False,
    "made": {
        "title": "Costs <b>",
        "wishes": WISHES,
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
                        "source": {"document": "cost.md", "start": 1, "end": 5},
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
    fake.give(TEMPLATES, {"templates": []})
    fake.give(f"{ROOT}/s1/versions", VERSIONS)


def opened(fake: FakeApi, **query: str) -> AppTest:
    """Return the page with the set open."""
    prepared(fake)
    fake.give(f"{ROOT}/s1", STORED)
    app = page("sets")
    for name, value in {"set": "s1", **query}.items():
        app.query_params[name] = value
    return app.run()


def sent(fake: FakeApi, path: str) -> list[Any]:
    """Return the bodies that were posted to a path."""
    return [json.loads(one.content) for one in fake.requests if (one.method, one.url.path) == ("POST", path)]


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
    [order] = sent(fake, ROOT)
    assert (order["wishes"]["minutes"], order["wishes"]["avoid_kinds"]) == (40.0, ["design"])
    assert (order["wishes"]["focus"], order["text"]) == ("cost", "rock star, cost, 30 min, no design")


@pytest.mark.parametrize(
    ("least", "most", "sizes"), [(6, 8, (None, 6, 8)), (5, 5, (5, None, None)), (None, 8, (None, None, 8))]
)
def test_the_same_number_in_both_bounds_is_exact(
    fake: FakeApi, least: int | None, most: int | None, sizes: tuple[int | None, ...]
) -> None:
    """Bounds of how many questions there are go out as they stand; equal ones ask for just so many."""
    prepared(fake)
    fake.give(ROOT, STORED)
    app = page("sets").run()
    for label, value in (("Questions, at least", least), ("Questions, at most", most)):
        next(one for one in app.number_input if one.label == label).set_value(value)
    app.button(key="build_set").click().run()
    [order] = sent(fake, ROOT)
    assert tuple(order["wishes"][name] for name in ("count", "fewest", "most")) == sizes


def test_topics_are_weighed_against_each_other(fake: FakeApi) -> None:
    """With two topics each has a weight, which is sent; one that was not touched counts once."""
    prepared(fake)
    fake.give(ROOT, STORED)
    app = page("sets").run()
    topics = next(one for one in app.multiselect if one.label == "Topics")
    topics.set_value(["cost", "safety"]).run()
    next(one for one in app.number_input if one.label == "Safety").set_value(2.0)
    app.button(key="build_set").click().run()
    [order] = sent(fake, ROOT)
    assert order["wishes"]["competencies"] == [{"id": "cost", "weight": 1.0}, {"id": "safety", "weight": 2.0}]


def test_a_set_is_opened_by_its_address(fake: FakeApi) -> None:
    """Title, reasons, conflict and a way into the handbook are there; text is never markup."""
    app = opened(fake)
    assert not app.exception
    assert "Costs \\<b\\>" in [one.value for one in app.header]
    assert "Cannot be met because" in texts(app)
    assert "handbook?document=cost.md&start=1&end=5" in texts(app)
    assert "\\*bill\\*" in app.expander[1].label
    assert app.get("download_button")[0].label == "Guide · PDF"


def test_a_set_that_is_gone_says_so(fake: FakeApi) -> None:
    """A lost address is told in the words of the API."""
    prepared(fake)
    fake.give(f"{ROOT}/s1", {"title": "Not found", "detail": "there is no question set 's1'"}, status=404)
    app = page("sets")
    app.query_params["set"] = "s1"
    app.run()
    assert "there is no question set" in app.error[0].value


def test_versions_are_listed_and_compared(fake: FakeApi) -> None:
    """The other version is one click away, and what changed between the two is told."""
    fake.give(f"{ROOT}/s1/changes", CHANGE)
    app = opened(fake, version="1")
    shown = texts(app)
    app.button(key="show s1 2").click().run()
    assert app.query_params["version"] == "2"
    assert "02 May 2026, 10\\:30 UTC" in shown
    assert "30 → 45" in shown
    assert "added: Why \\*now\\*?" in shown
    assert "30 → 44 minutes" in shown
    assert "\\*Welcome\\.\\*" in shown


def test_an_older_version_is_made_the_newest_again(fake: FakeApi) -> None:
    """It becomes a version of its own, after the newest."""
    fake.give(f"{ROOT}/s1/changes", CHANGE)
    app = opened(fake, version="1")
    fake.give(f"{ROOT}/s1/restore", {**STORED, "version": 3})
    app.button(key="restore s1 1").click().run()
    assert sent(fake, f"{ROOT}/s1/restore") == [{"version": 1, "after": 2}]


def test_a_set_is_changed_into_its_next_version(fake: FakeApi) -> None:
    """Its wishes come into the fields; what is built follows the version that was the newest then."""
    fake.give(f"{ROOT}/s1/changes", CHANGE)
    app = opened(fake)
    app.button(key="change s1 1").click().run()
    assert app.number_input[0].value == 30.0
    app.number_input[0].set_value(45.0)
    elsewhere = {"id": "s1", "version": 3, "created_at": "2026-05-03T10:30:00Z", "title": "Costs"}
    fake.give(f"{ROOT}/s1/versions", {"versions": [elsewhere, *VERSIONS["versions"]]}, method="GET")
    fake.give(f"{ROOT}/s1", {**STORED, "version": 3})
    fake.give(f"{ROOT}/s1/versions", CHANGED_MEANWHILE, 409, method="POST")
    app.button(key="build_version").click().run()
    [order] = sent(fake, f"{ROOT}/s1/versions")
    assert (order["after"], order["wishes"]["minutes"]) == (2, 45.0)
    assert "changed meanwhile" in app.error[0].value
    assert app.number_input[0].value == 45.0
    app.button(key="retry").click().run()
    app.button(key="change s1 3").click().run()
    fake.give(f"{ROOT}/s1/versions", {**STORED, "version": 4}, method="POST")
    app.button(key="build_version").click().run()
    assert [one["after"] for one in sent(fake, f"{ROOT}/s1/versions")] == [2, 3]


def test_a_pasted_text_shows_what_it_gives_away(fake: FakeApi) -> None:
    """Each question that leaked is named with the passage."""
    fake.give(f"{ROOT}/s1/changes", CHANGE)
    app = opened(fake)
    leak = {"question": "Why is it high?", "kind": "wording", "likeness": 0.9, "quote": "why is it so high"}
    fake.give(f"{ROOT}/s1/leaks", {"leaks": [leak]})
    app.text_area(key="s1 leak text").set_value("They asked why is it so high").run()
    app.button(key="s1 leak check").click().run()
    assert "90% alike" in texts(app)
    assert "why is it so high" in texts(app)


PLACE = {"document": "cost.md", "chapter": "Cost", "start": 0, "end": 9}
RULES = {"title": "House", "introduction": "Hi.", "minutes": 30.0, "questions": ["q1"]}


def test_an_edit_of_house_rules_is_looked_at_and_then_applied(fake: FakeApi) -> None:
    """Applying is possible only behind a look at what it changes; kept values are named."""
    prepared(fake)
    fake.give(TEMPLATES, {"templates": [{"id": "t1", "version": 2, "title": "House"}]})
    fake.give(f"{TEMPLATES}/t1", {"id": "t1", "version": 2, "rules": RULES})
    behind = {"id": "s1", "version": 1, "title": "Loop", "template_version": 1}
    fake.give(f"{TEMPLATES}/t1/sets", {"sets": [behind, {**behind, "id": "s2", "template_version": 2}]})
    fake.give("/v1/questions/q1", {"id": "q1", "question": "Why?", **PLACE})
    update = {
        "id": "s1",
        "title": "Loop",
        "version": 1,
        "outcome": "changed",
        "change": CHANGE,
        "kept": [{"field": "minutes", "own": "60", "template": "45"}],
    }
    fake.give(f"{TEMPLATES}/t1/apply", {"dry_run": True, "sets": [update]})
    app = page("sets").run()
    app.selectbox(key="template_edited").select("t1").run()
    assert not app.exception
    assert app.button(key="template_apply").disabled
    app.button(key="template_dry_run").click().run()
    assert "would change" in texts(app)
    assert "keeps its own **minutes**: 60" in texts(app)
    app.button(key="template_apply").click().run()
    asked = sent(fake, f"{TEMPLATES}/t1/apply")
    assert [(one["sets"], one["dry_run"]) for one in asked] == [(["s1"], True), (["s1"], False)]


def test_house_rules_are_saved_as_their_next_version(fake: FakeApi) -> None:
    """What was not edited goes along as it was."""
    prepared(fake)
    fake.give(TEMPLATES, {"templates": [{"id": "t1", "version": 2, "title": "House"}]})
    fake.give(f"{TEMPLATES}/t1", {"id": "t1", "version": 2, "rules": RULES})
    fake.give(f"{TEMPLATES}/t1/sets", {"sets": []})
    fake.give(f"{TEMPLATES}/t1/versions", {"id": "t1", "version": 3, "rules": RULES})
    fake.give("/v1/questions/q1", {"id": "q1", "question": "Why?", **PLACE})
    app = page("sets").run()
    app.selectbox(key="template_edited").select("t1").run()
    app.text_area(key="t1 2 introduction").set_value("Welcome.").run()
    app.button(key="save_template").click().run()
    [body] = sent(fake, f"{TEMPLATES}/t1/versions")
    assert (body["after"], body["rules"]["introduction"], body["rules"]["questions"]) == (
        2,
        "Welcome.",
        ["q1"],
    )


def test_house_rules_that_were_changed_in_another_tab_are_not_overwritten(fake: FakeApi) -> None:
    """What was typed stays and the refusal is told; the other version is loaded when it is asked for."""
    prepared(fake)
    rules = RULES | {"questions": []}
    fake.give(TEMPLATES, {"templates": [{"id": "t1", "version": 2, "title": "House"}]})
    fake.give(f"{TEMPLATES}/t1", {"id": "t1", "version": 2, "rules": rules})
    fake.give(f"{TEMPLATES}/t1/sets", {"sets": []})
    app = page("sets").run()
    app.selectbox(key="template_edited").select("t1").run()
    elsewhere = {"id": "t1", "version": 3, "rules": rules | {"introduction": "Hello."}}
    fake.give(f"{TEMPLATES}/t1", elsewhere)
    fake.give(f"{TEMPLATES}/t1/versions", CHANGED_MEANWHILE, 409)
    app.text_area(key="t1 2 introduction").set_value("Welcome.")
    app.button(key="save_template").click().run()
    assert [one["after"] for one in sent(fake, f"{TEMPLATES}/t1/versions")] == [2]
    assert "changed meanwhile" in app.error[0].value
    app.button(key="retry").click().run()
    assert app.text_area(key="t1 2 introduction").value == "Welcome."
    next(one for one in app.button if one.label == "Load the newer version").click().run()
    assert app.text_area(key="t1 3 introduction").value == "Hello."
    assert not app.warning


def test_new_house_rules_are_open_once_they_are_saved(fake: FakeApi) -> None:
    """It is told, and a second press makes neither other rules nor another version."""
    prepared(fake)
    stored = {"id": "t1", "version": 1, "rules": {"title": "House"}}
    fake.give(TEMPLATES, stored, 201, method="POST")
    fake.give(f"{TEMPLATES}/t1", stored)
    fake.give(f"{TEMPLATES}/t1/sets", {"sets": []})
    app = page("sets").run()
    app.text_input(key="new template name").set_value("House").run()
    fake.give(TEMPLATES, {"templates": [{"id": "t1", "version": 1, "title": "House"}]}, method="GET")
    app.button(key="save_template").click().run()
    assert "saved" in app.toast[0].value
    assert app.selectbox(key="template_edited").value == "t1"
    app.button(key="save_template").click().run()
    assert "Nothing" in app.toast[0].value
    assert len(sent(fake, TEMPLATES)) == 1
    assert sent(fake, f"{TEMPLATES}/t1/versions") == []
    app.selectbox(key="template_edited").select("").run()
    assert app.text_input(key="new template name").value == ""
