"""Each page as Streamlit runs it, on an API that answers from memory."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.samples import STACK, TEXT, FakeApi, abstained, answer, stream_of
from ui.state import Session

TIMEOUT_S = 20
DOCUMENTS = {
    "corpus_hash": "cc",
    "documents": [
        {"id": "agents.md", "title": "Agents", "sections": 2, "questions": 1, "chunks": 2, "chars": len(TEXT)}
    ],
}
QUESTION = {
    "id": "q1",
    "question": "How do you stop a *loop*?",
    "document": "agents.md",
    "chapter": "Agents",
    "start": 10,
    "end": len(TEXT),
    "levels": ["senior"],
}
RUN = {
    "id": "ab",
    "kind": "answers",
    "created_at": "2026-11-21T13:56:23Z",
    "golden": "x/dev.jsonl",
    "stack": STACK,
    "metrics": {"support_rate": {"value": None, "low": None, "high": None, "n": 0, "unscored": 3}},
    "rows": [{"id": "one", "values": {"support_rate": None}}],
}


def page(name: str) -> AppTest:
    """Return a page that was not run yet."""

    def draw(name: str) -> None:
        from importlib import import_module

        import_module(f"ui.views.{name}").show()

    return AppTest.from_function(draw, default_timeout=TIMEOUT_S, kwargs={"name": name})


def session_of(app: AppTest) -> Session:
    """Return what the page remembers of its visitor."""
    kept: Session = app.session_state["coach"]
    return kept


def element(app: AppTest) -> dict[str, Any]:
    """Return the data of the answer that is drawn."""
    [drawn] = app.get("bidi_component")
    data: dict[str, Any] = json.loads(drawn.proto.json)
    return data


def texts(app: AppTest) -> str:
    """Return everything that stands on the page as text."""
    kinds = (
        app.markdown,
        app.title,
        app.subheader,
        app.caption,
        app.error,
        app.info,
        app.success,
        app.warning,
    )
    return "\n".join(str(one.value) for several in kinds for one in several)


@pytest.mark.parametrize("name", ["ask", "handbook", "practise", "sets", "quality", "inspect", "operate"])
def test_a_page_without_an_api_stands(fake: FakeApi, name: str) -> None:
    """Nobody sees a trace; what needs the API says how to start it and has a way to try again."""
    del fake
    app = page(name).run()
    assert not app.exception
    if name in {"handbook", "quality", "operate"}:
        assert "coach up" in app.error[0].value
        assert [one.label for one in app.button] == ["Try again"]


def test_an_example_asks_itself_and_becomes_a_permalink(fake: FakeApi) -> None:
    """One click on the empty page gives an answer, an address for it, and a conversation."""
    fake.give("/v1/answers", stream_of(answer()))
    app = page("ask").run()
    app.button(key="example_1").click().run()
    assert element(app)["sections"][0]["claims"][0]["refs"] == [1]
    assert app.query_params["answer"] == "a1"
    assert app.query_params["conversation"] == "c1"


def test_the_level_is_sent(fake: FakeApi) -> None:
    """Whose answer is wanted reaches the API."""
    fake.give("/v1/answers", stream_of(answer()))
    app = page("ask").run()
    app.get("button_group")[0].set_value("staff")
    app.chat_input[0].set_value("q").run()
    assert fake.sent_to("/v1/answers") == [{"question": "q", "level": "staff", "conversation": "c1"}]


def test_a_permalink_opens_the_answer_as_it_was_given(fake: FakeApi) -> None:
    """A new visitor with the address sees the answer, and whether the handbook moved on since."""
    given = {"answer": answer(), "created_at": "2026-11-21T00:00:00Z", "corpus_changed": True}
    fake.give("/v1/answers/a1", given)
    app = page("ask")
    app.query_params["answer"] = "a1"
    app.run()
    assert element(app)["id"] == "a1"
    assert "has changed" in element(app)["notices"][0]


def test_a_lost_permalink_says_so(fake: FakeApi) -> None:
    """An answer that is not there is a sentence of the API, not an empty page."""
    fake.give("/v1/answers/zz", {"title": "Not found", "detail": "there is no answer 'zz'"}, status=404)
    app = page("ask")
    app.query_params["answer"] = "zz"
    app.run()
    assert "there is no answer" in app.error[0].value


def test_an_abstention_is_a_card_with_a_next_step(fake: FakeApi) -> None:
    """What the handbook does not cover is told with the way on."""
    fake.give("/v1/answers", stream_of(abstained()))
    app = page("ask").run()
    app.chat_input[0].set_value("pizza?").run()
    assert element(app)["abstention"]["next"] == "Ask otherwise."


def test_trying_again_asks_the_same_question(fake: FakeApi) -> None:
    """After a failure the button is enough; nothing has to be typed twice."""
    app = page("ask").run()
    app.chat_input[0].set_value("How do I stop a loop?").run()
    assert "does not answer" in app.error[0].value
    fake.give("/v1/answers", stream_of(answer()))
    app.button(key="retry").click().run()
    assert element(app)["id"] == "a1"


def test_two_visitors_never_see_each_other(fake: FakeApi) -> None:
    """What one asks stays in that one's session."""
    fake.give("/v1/answers", stream_of(answer()))
    first, second = page("ask").run(), page("ask").run()
    first.chat_input[0].set_value("mine").run()
    second.run()
    assert session_of(first).progress is not None
    assert session_of(second).progress is None
    assert session_of(second).talk is None


def test_the_handbook_sends_its_filters(fake: FakeApi) -> None:
    """Words and filters go to the API; an empty list says what to do."""
    fake.give("/v1/documents", DOCUMENTS)
    fake.give("/v1/questions", {"total": 0, "questions": []})
    app = page("handbook").run()
    app.text_input(key="words").set_value("loop")
    app.selectbox[1].set_value("senior").run()
    assert fake.requests[-1].url.params["q"] == "loop"
    assert fake.requests[-1].url.params["level"] == "senior"
    assert "No question fits" in app.info[0].value


def test_a_place_of_the_handbook_is_marked(fake: FakeApi) -> None:
    """The address of a quote opens its section with the quote marked."""
    section = {"id": "s", "heading": "How do you stop a loop?", "level": 2, "start": 10, "end": len(TEXT)}
    start, end = TEXT.index("By"), len(TEXT) - 1
    body = {
        "id": "agents.md",
        "title": "Agents",
        "chars": len(TEXT),
        "start": 0,
        "end": len(TEXT),
        "text": TEXT,
    }
    fake.give("/v1/documents/agents.md", body | {"sections": [section | {"is_question": True}]})
    app = page("handbook")
    app.query_params.update({"document": "agents.md", "start": str(start), "end": str(end)})
    app.run()
    runs = [run for block in element(app)["blocks"] for cell in block["cells"] for run in cell]
    assert "".join(text for text, _, marked in runs if marked) == "By evidence of no progress."


def test_an_unscored_measure_is_never_nought(fake: FakeApi) -> None:
    """A judge that failed leaves no number, and its items are counted."""
    fake.give("/v1/evals", {"runs": [{"id": "answers-1-ab", "created_at": "2026-11-21T13:56:23Z"}]})
    fake.give("/v1/evals/answers-1-ab", RUN)
    app = page("quality").run()
    [row] = element(app)["rows"]
    assert (row["shown"], row["value"], row["count"]) == ("unscored", None, "0 + 3 unscored")


def test_nothing_measured_yet_names_the_command(fake: FakeApi) -> None:
    """A fresh installation has no runs and is told how to make one."""
    fake.give("/v1/evals", {"runs": []})
    assert "coach eval" in texts(page("quality").run())


def test_operate_names_what_is_wrong(fake: FakeApi) -> None:
    """What keeps the API from taking requests stands on the page by name, for everybody."""
    fake.give("/readyz", {"ready": False, "checks": {"index": "ok", "database": "DatabaseError"}}, status=503)
    fake.give("/v1/operate/dependencies", {"title": "Forbidden", "status": 403}, status=403)
    assert "database: DatabaseError" in page("operate").run().warning[0].value
