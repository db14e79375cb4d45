"""A question looked at stage by stage, on an API that answers from memory."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.ui.samples import QUOTE, STACK, TEXT, FakeApi, answer, claim
from tests.ui.test_views import DOCUMENTS, page, texts
from ui.models import Replay
from ui.parts.chunk_map import as_map
from ui.parts.variants import Variant, compare_sections, in_force, only_in

RETRIEVER = json.dumps({"passages": 3, "rerank": True})
CHUNK = {
    "rank": 1,
    "score": 1.0,
    "chunk_id": "c",
    "document": "agents.md",
    "heading": "Loops",
    "start": 10,
    "end": len(TEXT),
}
PASSAGE = {"rank": 1, "relevance": 1.0, "document": "agents.md", "heading": "Loops", "start": 10, "end": 70}


def replay(*said: str, passages: tuple[str, ...] = ("c",), **changes: Any) -> dict[str, Any]:
    """Return a replay whose answer makes these claims and draws on these chunks."""
    given = answer(
        outline={"steps": [claim(text) for text in said]},
        stack=STACK | {"parts": {"retriever": RETRIEVER}},
    )
    return {
        "rewritten": {"original": "q", "text": "q", "terms": {"loop": 1.0}},
        "sparse": [CHUNK | {"rank": 4}],
        "fused": [CHUNK | {"rank": 2}],
        "reranked": [CHUNK],
        "gate": {"covered": True, "probability": 0.9, "threshold": 0.5, "evidence": {"late": 0.7}},
        "passages": [PASSAGE | {"chunk_ids": [name]} for name in passages],
        "answer": given,
        "timing_ms": {"total": 9.0},
    } | changes


def inspected(fake: FakeApi, found: dict[str, Any]) -> AppTest:
    """Return the page after a question was replayed."""
    fake.give("/v1/replay", found)
    fake.give("/v1/documents", DOCUMENTS)
    body = {"id": "agents.md", "title": "Agents", "chars": len(TEXT), "start": 0, "end": len(TEXT)}
    fake.give("/v1/documents/agents.md", body | {"text": TEXT, "sections": []})
    app = page("inspect").run()
    app.text_input[0].set_value("q")
    app.button[0].click().run()
    return app


def test_the_rank_at_each_stage_is_shown(fake: FakeApi) -> None:
    """A chunk's way through the stages is one row; a stage that missed it has a dash."""
    app = inspected(fake, replay("One."))
    assert rf"| **Loops** | agents\.md 10–{len(TEXT)} | – | 4 | – | 2 | 1 |" in texts(app)


def test_chunks_and_quotes_are_marked_in_the_document(fake: FakeApi) -> None:
    """The quote stands out of the chunk that was used, and both are exactly their spans."""
    app = inspected(fake, replay("One."))
    [drawn] = app.get("bidi_component")
    data = json.loads(drawn.proto.json)
    assert [one["used"] for one in data["documents"][0]["chunks"]] == [True]
    runs = [run for block in data["reading"]["blocks"] for cell in block["cells"] for run in cell]
    quoted = "".join(text for text, _, mark in runs if mark == "quote")
    used = "".join(text for text, _, mark in runs if mark == "used")
    assert quoted == TEXT[slice(*QUOTE)].replace("**", "").strip()
    assert used == "How do you stop a loop?"


def test_a_chunk_of_a_document_that_is_gone_is_not_drawn() -> None:
    """Without a length there is no bar to draw it on."""
    found = Replay.model_validate(replay("One."))
    assert as_map(found, {}, {}, ("agents.md", 0, 1)) == []
    [one] = as_map(found, {"agents.md": "Agents"}, {"agents.md": 100}, ("agents.md", 10, len(TEXT)))
    assert (one["title"], one["chars"]) == ("Agents", 100)


def test_other_settings_ask_the_same_question_again(fake: FakeApi) -> None:
    """What they would lose and gain is listed; the settings in force come from the answer's own stack."""
    app = inspected(fake, replay("Kept.", "Lost."))
    assert app.slider(key="what_if_k").value == 3
    assert "Move one of them" in texts(app)
    fake.give("/v1/replay", replay("Kept.", "New."))
    app.toggle(key="what_if_rerank").set_value(False).run()
    assert list(fake.sent_to("/v1/replay"))[-1] == {
        "question": "q",
        "level": "senior",
        "passages": 3,
        "rerank": False,
    }
    claims = [one.label for one in app.expander if one.label.startswith("Claims")]
    assert claims == ["Claims that would be lost: 1", "Claims that would be new: 1"]


def test_two_answers_are_compared_by_their_claims_and_sections() -> None:
    """A section of one alone has no rank in the other; equal answers differ in nothing."""
    now = Replay.model_validate(replay("A.", "B."))
    then = Replay.model_validate(replay("B.", "C.", passages=()))
    assert [one.text for one in only_in(now, then)] == ["A."]
    assert [one.text for one in only_in(then, now)] == ["C."]
    assert [(one.heading, one.now, one.then) for one in compare_sections(now, then)] == [("Loops", 1, None)]
    assert only_in(now, now) == []
    assert in_force(now) == Variant(3, rerank=True)


def test_nothing_found_is_told(fake: FakeApi) -> None:
    """A question without words finds no chunk, and the page says so."""
    empty = replay(sparse=[], fused=[], reranked=[], passages=())
    assert "Nothing was found." in texts(inspected(fake, empty | {"passages": []}))
