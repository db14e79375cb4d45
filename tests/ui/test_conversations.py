"""Conversations on the page, on an API that answers from memory."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.ui.samples import CONVERSATIONS, FakeApi, answer, conversation, stream_of
from tests.ui.test_views import TIMEOUT_S, page, session_of, texts
from ui.state import Destination

REFUSED = {"title": "No valid API key", "status": 401, "hint": "Send one."}
GONE = {"title": "Not found", "status": 404, "detail": "there is no conversation 'c9'"}


def whole_page() -> AppTest:
    """Return the page with its sidebar, not run yet."""

    def draw() -> None:
        from ui.navigation import navigate

        navigate()

    return AppTest.from_function(draw, default_timeout=TIMEOUT_S)


def drawn(app: AppTest) -> list[dict[str, Any]]:
    """Return the data of all elements of our own."""
    return [json.loads(one.proto.json) for one in app.get("bidi_component")]


def list_named(app: AppTest, label: str) -> list[dict[str, Any]]:
    """Return the items of the list of links with this label; none if it is not drawn."""
    return next((one["items"] for one in drawn(app) if one.get("label") == label), [])


def turns(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    """Return the turns of questions and the ids of their answers."""
    said: list[dict[str, Any]] = []
    for question, answer_id in pairs:
        said.append({"number": len(said), "role": "user", "text": question, "answer_id": None})
        said.append({"number": len(said), "role": "coach", "text": "So.", "answer_id": answer_id})
    return said


def detail(*pairs: tuple[str, str], title: str = "First?") -> dict[str, Any]:
    """Return a conversation with these turns."""
    return {"conversation": conversation("c1", title, 2 * len(pairs)), "turns": turns(*pairs)}


def pinned(name: str, question: str) -> dict[str, Any]:
    """Return the reply of a permalink."""
    given = answer(id=name, question=question)
    return {"answer": given, "created_at": "2026-11-21T00:00:00Z", "corpus_changed": False}


def test_the_second_question_is_asked_in_the_conversation_of_the_first(fake: FakeApi) -> None:
    """One conversation is begun; both questions go into it, and how the second was read is told."""
    fake.give("/v1/answers", stream_of(answer()))
    app = page("ask").run()
    app.chat_input[0].set_value("How do I stop a loop?").run()
    fake.give("/v1/answers", stream_of(answer(id="a2", question="and why?", standalone="why stop a loop?")))
    app.chat_input[0].set_value("and why?").run()
    assert [one["conversation"] for one in fake.sent_to("/v1/answers")] == ["c1", "c1"]
    assert len(list(fake.sent_to(CONVERSATIONS))) == 1
    asked = list_named(app, "In this conversation")
    assert [(one["text"], one["current"]) for one in asked] == [
        ("How do I stop a loop?", False),
        ("and why?", True),
    ]
    assert drawn(app)[-1]["standalone"] == "why stop a loop?"


def test_the_address_opens_a_conversation_at_its_last_answer(fake: FakeApi) -> None:
    """All questions are listed, the last answer is shown, and the next question goes into it."""
    fake.give(f"{CONVERSATIONS}/c1", detail(("First?", "a1"), ("Second?", "a2")))
    fake.give("/v1/answers/a2", pinned("a2", "Second?"))
    app = page("ask")
    app.query_params["conversation"] = "c1"
    app.run()
    assert drawn(app)[-1]["id"] == "a2"
    assert [one["value"] for one in list_named(app, "In this conversation")] == ["a1", "a2"]
    fake.give("/v1/answers", stream_of(answer(id="a3")))
    app.chat_input[0].set_value("Third?").run()
    assert next(iter(fake.sent_to("/v1/answers")))["conversation"] == "c1"


def test_somebody_elses_conversation_looks_missing_and_its_answer_stands_alone(fake: FakeApi) -> None:
    """An address that was sent on shows the answer, but neither the other questions nor the conversation."""
    fake.give(f"{CONVERSATIONS}/c9", GONE, 404)
    fake.give("/v1/answers/a1", pinned("a1", "First?"))
    app = page("ask")
    app.query_params.update({"conversation": "c9", "answer": "a1"})
    app.run()
    assert drawn(app)[-1]["id"] == "a1"
    assert session_of(app).talk is None
    assert "conversation" not in app.query_params


def test_a_conversation_that_is_gone_says_so(fake: FakeApi) -> None:
    """Without an answer in the address there is the sentence of the API."""
    fake.give(f"{CONVERSATIONS}/c9", GONE, 404)
    app = page("ask")
    app.query_params["conversation"] = "c9"
    app.run()
    assert "there is no conversation" in app.error[0].value


def test_a_question_in_a_deleted_conversation_begins_another_one(fake: FakeApi) -> None:
    """It is said that the conversation is gone; one press asks the same question in a new one."""
    fake.give("/v1/answers", stream_of(answer()))
    app = page("ask").run()
    app.chat_input[0].set_value("How do I stop a loop?").run()
    fake.give("/v1/answers", GONE, 404)
    app.chat_input[0].set_value("and why?").run()
    assert "This conversation was deleted" in app.error[0].value
    assert (session_of(app).talk, dict(app.query_params)) == (None, {})
    fake.give(CONVERSATIONS, conversation("c2", turns=0), 201, method="POST")
    fake.give("/v1/answers", stream_of(answer(id="a2", question="and why?")))
    app.button(key="retry").click().run()
    asked = list(fake.sent_to("/v1/answers"))[-1]
    assert (asked["question"], asked["conversation"]) == ("and why?", "c2")
    assert drawn(app)[-1]["id"] == "a2"


def test_a_question_that_failed_stays_until_one_goes_elsewhere(fake: FakeApi) -> None:
    """No older answer takes its place by itself; the list of the conversation leads to each."""
    fake.give(CONVERSATIONS, {"conversations": [conversation()], "next_cursor": None}, method="GET")
    fake.give("/v1/answers/a1", pinned("a1", "First?"))
    fake.give("/v1/answers", stream_of(answer(question="First?")))
    app = whole_page().run()
    app.chat_input[0].set_value("First?").run()
    fake.give("/v1/answers", {"title": "Too busy", "status": 503}, 503)
    app.chat_input[0].set_value("and why?").run()
    app.run()
    assert "Too busy" in app.error[0].value
    assert "answer" not in app.query_params
    app.query_params["answer"] = "a1"
    app.run()
    assert [one["id"] for one in drawn(app) if "id" in one] == ["a1"]
    assert not app.error


def test_earlier_questions_come_on_demand(fake: FakeApi) -> None:
    """A long conversation opens at its end; one click reads what was before."""
    last = detail(("First?", "a1"), ("Second?", "a2"))
    fake.give(f"{CONVERSATIONS}/c1", last | {"turns": last["turns"][2:]})
    fake.give("/v1/answers/a2", pinned("a2", "Second?"))
    app = page("ask")
    app.query_params["conversation"] = "c1"
    app.run()
    fake.give(f"{CONVERSATIONS}/c1", last | {"turns": last["turns"][:2]})
    next(one for one in app.button if one.label == "Earlier questions").click().run()
    assert fake.requests[-1].url.params["before"] == "2"
    assert [one["value"] for one in list_named(app, "In this conversation")] == ["a1", "a2"]


def test_a_conversation_is_deleted_after_a_yes(fake: FakeApi) -> None:
    """The first click only asks; the second deletes, and an empty page is there for another one."""
    fake.give(f"{CONVERSATIONS}/c1", detail(("First?", "a1")))
    fake.give(CONVERSATIONS, {"conversations": [conversation()], "next_cursor": None}, method="GET")
    fake.give("/v1/answers/a1", pinned("a1", "First?"))
    app = whole_page()
    app.query_params["conversation"] = "c1"
    app.run()
    next(one for one in app.button if one.label == "Delete conversation").click().run()
    assert "DELETE" not in {one.method for one in fake.requests}
    fake.give(f"{CONVERSATIONS}/c1", b"", 204, method="DELETE")
    app.button(key="delete_now").click().run()
    assert "DELETE" in {one.method for one in fake.requests}
    assert session_of(app).talk is None
    assert session_of(app).progress is None


def test_the_list_beside_the_page_is_newest_first_and_goes_on(fake: FakeApi) -> None:
    """It is the API's order; one click adds the next page; a conversation without a word is passed over."""
    first = [conversation("c3", "Third *one*"), conversation("c0", "", 0), conversation("c2", "Second")]
    fake.give(CONVERSATIONS, {"conversations": first, "next_cursor": "more"}, method="GET")
    app = whole_page().run()
    assert [one["text"] for one in list_named(app, "Conversations")] == ["Third *one*", "Second"]
    older = {"conversations": [conversation("c1", "First")], "next_cursor": None}
    fake.give(CONVERSATIONS, older, method="GET")
    next(one for one in app.button if one.label == "Older").click().run()
    assert fake.requests[-1].url.params["cursor"] == "more"
    assert [one["value"] for one in list_named(app, "Conversations")] == ["c3", "c2", "c1"]


def test_nothing_asked_yet_says_what_will_be_there(fake: FakeApi) -> None:
    """An empty list is told in words, and so is one that cannot be read."""
    fake.give(CONVERSATIONS, {"conversations": [], "next_cursor": None}, method="GET")
    assert "kept here, for you alone" in texts(whole_page().run())
    fake.give(CONVERSATIONS, {"title": "The database is gone", "status": 503}, 503, method="GET")
    assert "The database is gone" in texts(whole_page().run())


def test_each_visitor_comes_with_a_key_of_their_own(fake: FakeApi) -> None:
    """Where keys are asked for, a visitor gives one; requests then carry it, and those of others do not."""
    fake.give(CONVERSATIONS, REFUSED, 401, method="GET")
    app, other = whole_page().run(), whole_page().run()
    key = next(one for one in app.text_input if one.label == "API key")
    key.set_value("ck_mine")
    fake.give(CONVERSATIONS, {"conversations": [conversation()], "next_cursor": None}, method="GET")
    next(one for one in app.button if one.label == "Use this key").click().run()
    assert fake.requests[-1].headers["authorization"] == "Bearer ck_mine"
    assert len(list_named(app, "Conversations")) == 1
    other.run()
    assert session_of(other).own_api is None
    assert list_named(other, "Conversations") == []
    next(one for one in app.button if one.label == "Leave with my key").click().run()
    assert "authorization" not in fake.requests[-1].headers


def test_a_key_that_is_not_valid_is_said_to_be(fake: FakeApi) -> None:
    """The field stays, with a word on the key that was given."""
    fake.give(CONVERSATIONS, REFUSED, 401, method="GET")
    app = whole_page().run()
    next(one for one in app.text_input if one.label == "API key").set_value("wrong")
    next(one for one in app.button if one.label == "Use this key").click().run()
    assert "That key is not valid" in texts(app)
    assert "API key" in [one.label for one in app.text_input]


def test_a_page_with_a_problem_keeps_its_sidebar(fake: FakeApi) -> None:
    """Where nothing can be shown, one can still go elsewhere and give a key."""
    fake.give(CONVERSATIONS, REFUSED, 401, method="GET")
    fake.give("/v1/documents", REFUSED, 401)
    app = whole_page()
    app.run()
    app.session_state["coach"].destination = Destination("handbook", {})
    app.run()
    assert "API key" in [one.label for one in app.text_input]
