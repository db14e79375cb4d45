"""Which line breaks of an answer mean something, told by texts written for it."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.practice.soft_breaks import without_soft_breaks

PROSE = (
    "I keep one loop, and before every call a budget counts steps, tokens and seconds. Tool failures are "
    "data, e.g. a timeout. Then IT reviews what writes, and I test the loop with a scripted model."
)


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_wrapped_paragraph_reads_as_one_line(width: int) -> None:
    """Whatever the column and wherever capitals and full stops fall."""
    assert without_soft_breaks(textwrap.fill(PROSE, width)) == PROSE
    item = textwrap.fill(PROSE, width, initial_indent="- ", subsequent_indent="  ")
    assert without_soft_breaks(f"{item}\n{item}").count("\n") == 1


@pytest.mark.parametrize(
    "kept",
    [
        "Check the logs\nRestart the service\nPage the owner",
        "I look at the logs.\nthen I restart.",
        "First:\nlook at the logs",
        "- look\n- restart\n2) page",
        "# Plan\nlook at the logs\n\nthen restart",
        "| step | what |\n|---|---|\n| 1 | look |\nthen restart",
        "```\nlook()\n```\nthen restart",
        "> look\n> restart",
        "\n".join(["so first i would look at the logs and then i restart what hangs"] * 7),
    ],
)
def test_breaks_between_statements_stay(kept: str) -> None:
    """Short lines, sentences, items, headings, tables, code, quotes and speech without stops stay apart."""
    assert without_soft_breaks(kept) == kept


def test_a_transcript_with_breaks_at_odd_places_is_joined() -> None:
    """A line that goes on in lower case belongs to the one before it."""
    assert without_soft_breaks("so I would\nlook at the\nlogs first.\nThen I") == (
        "so I would look at the logs first.\nThen I"
    )


@given(st.text(alphabet="aB.:-|#` 1\t\n\r", max_size=80))
def test_every_offset_stays(text: str) -> None:
    """Only line breaks are changed, and only to blanks, so that quotes are cut from the text as it was."""
    joined = without_soft_breaks(text)
    assert len(joined) == len(text)
    assert all(a == b or (a in "\r\n" and b == " ") for a, b in zip(text, joined, strict=True))
