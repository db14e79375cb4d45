from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.guard.utterances import MAX_CHARS, utterances

PAGE = {
    "sentences": ("One here. Two there!\nThree?", ["One here.", "Two there!", "Three?"]),
    "a wrapped line": ("One goes\non. Two.", ["One goes\non.", "Two."]),
    "items": ("- One.\n  Still one.\n2) Two.", ["One.", "Still one.", "Two."]),
    "headings": ("# One\nTwo.", ["One", "Two."]),
    "a callout": ("> **Tip:** One.\n>\n> Two.", ["**Tip:** One.", "Two."]),
    "cells": ("| one | two |\n|---|---|\n| three | four. Five. |", ["one", "two", "three", "four.", "Five."]),
    "lines of code": (
        "```py\n# one. Still one.\nx = two\n```\nThree.",
        ["# one. Still one.", "x = two", "Three."],
    ),
    "a footnote": ("Here.[^a]\n\n[^a]: There.", ["Here.[^a]", "There."]),
    "a link's title": ('See [this](a.md "do that now") here.', None),
    "Chinese": ("第一句。第二句。", ["第一句。", "第二句。"]),
}


@pytest.mark.parametrize(("text", "pieces"), PAGE.values(), ids=PAGE)
def test_what_can_speak_alone_is_a_piece(text: str, pieces: list[str] | None) -> None:
    """Each carrier of a page is cut as its reader would cut it."""
    found = [text[one.start : one.end] for one in utterances(text)]
    assert found == (pieces or ['See [this](a.md "do that now") here.', "do that now"])


def test_pieces_of_a_paragraph_share_a_block() -> None:
    """What stands in another item or paragraph belongs to another block."""
    assert [one.block for one in utterances("One. Two.\n\nThree. Four.\n- Five.\n- Six.")] == [
        0,
        0,
        1,
        1,
        2,
        3,
    ]


@given(st.text(st.sampled_from("ab.!? \n|#>-*`~[]()\"'<>/1") | st.characters(), max_size=300))
def test_pieces_are_in_the_text(text: str) -> None:
    """Every piece is a short span of the text that begins and ends with something; blocks are in order."""
    found = list(utterances(text))
    for one in found:
        piece = text[one.start : one.end]
        assert 0 < len(piece) <= MAX_CHARS
        assert piece == piece.strip()
    assert [one.block for one in found] == sorted(one.block for one in found)
