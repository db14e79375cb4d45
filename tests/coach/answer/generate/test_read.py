"""Replies read while they come: whatever their form, in pieces of whatever length."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.answer.generate.read import Draft, ReplyReader

FIRST = Draft("direct_answer", 'A "b" {c}', "p1", "q [x]\\n")
SECOND = Draft("direct_answer", "B", "p2", "q2")
THIRD = Draft("steps", "S", "p1", "z")
DRAFTS = [FIRST, SECOND, THIRD]
OUTLINE = json.dumps(
    {
        "direct_answer": [
            {"text": one.text, "passage": one.passage, "quote": one.quote} for one in DRAFTS[:2]
        ],
        "steps": [{"text": THIRD.text, "passage": THIRD.passage, "quote": THIRD.quote}],
        "traps": [],
    }
)
LINES = "\n".join(
    json.dumps({"field": one.field, "text": one.text, "passage": one.passage, "quote": one.quote})
    for one in DRAFTS
)


def read(reply: str, chunk_chars: int = 10_000) -> tuple[list[Draft], ReplyReader]:
    """Return the claims of a reply that comes in pieces, and the reader."""
    reader = ReplyReader()
    pieces = (reply[at : at + chunk_chars] for at in range(0, len(reply), chunk_chars))
    return [draft for piece in pieces for draft in reader.feed(piece)], reader


@pytest.mark.parametrize("chunk_chars", [1, 2, 7, 10_000])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(OUTLINE, id="as asked"),
        pytest.param(f"Sure [1]:\n```json\n{OUTLINE}\n```\nGood luck {{really}}!", id="fenced"),
        pytest.param(json.dumps(json.loads(OUTLINE), indent=2), id="indented"),
        pytest.param(LINES, id="JSON lines"),
        pytest.param(f"[{LINES.replace(chr(10), ',')}]", id="one list"),
        pytest.param(OUTLINE.replace("direct_answer", "Direct answer"), id="field in words"),
    ],
)
def test_claims_are_read(reply: str, chunk_chars: int) -> None:
    """All claims come with their fields, in order."""
    assert read(reply, chunk_chars)[0] == DRAFTS


def test_claim_comes_as_soon_as_it_is_whole() -> None:
    """The first claim is there before the second has begun."""
    reader = ReplyReader()
    assert list(reader.feed(OUTLINE[: OUTLINE.index('"B"') - 10])) == [FIRST]


@pytest.mark.parametrize("cut", range(1, len(OUTLINE), 9))
def test_cut_reply_gives_what_is_whole(cut: int) -> None:
    """A reply that ends anywhere gives the claims before that place."""
    drafts, _ = read(OUTLINE[:cut])
    assert drafts == DRAFTS[: len(drafts)]


def test_object_with_a_broken_string_costs_itself_alone() -> None:
    """A quote that was never closed ends at the next line that begins an object."""
    broken = '{"text": "a", "quote": "he said "no" loudly}\n'
    drafts, reader = read(broken + LINES)
    assert drafts == DRAFTS
    assert reader.unreadable


def test_claim_without_field_belongs_to_the_answer() -> None:
    """A claim that names no field, before any key does, is taken for the answer itself."""
    assert read('{"claim": "A", "source": 3, "quote": "q"}')[0] == [Draft("direct_answer", "A", "3", "q")]


@pytest.mark.parametrize("key", ["text", "passage", "quote"])
def test_half_a_character_is_replaced(key: str) -> None:
    """An escape can name half an emoji; what is read of it can be stored and sent on."""
    made = {"text": "A", "passage": "p1", "quote": "q"}
    [draft], _ = read(json.dumps(made | {key: "half \ud83d"}))
    assert draft == Draft("direct_answer", **(made | {key: "half \ufffd"}))


def test_object_without_end_is_forgotten() -> None:
    """Ten million characters inside one object take no memory to speak of."""
    reader = ReplyReader()
    list(reader.feed('{"text": "'))
    for _ in range(200):
        assert not list(reader.feed("x" * 1000))
    assert reader.unreadable


@given(st.text(alphabet='{}[]":,\\\n ab', max_size=80), st.integers(1, 9))
def test_pieces_make_no_difference(reply: str, chunk_chars: int) -> None:
    """Whatever comes is read alike however it is cut up, and never raises."""
    assert read(reply, chunk_chars)[0] == read(reply)[0]
