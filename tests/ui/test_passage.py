"""Handbook text for reading keeps its words and its offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.parts.passage import Block, Mark, Run, read_passage

MARKDOWN = st.text(alphabet="ab *`_[]()|#>-.\\\n1~!", max_size=80)


def runs_of(blocks: tuple[Block, ...]) -> list[Run]:
    """Return all runs, in order."""
    return [run for block in blocks for cell in block.cells for run in cell]


@given(MARKDOWN, st.integers(0, 1000))
def test_every_run_stands_where_it_says(text: str, start: int) -> None:
    """A run is the document's own text at its offset, and runs never overlap."""
    done = start
    for run in runs_of(read_passage(text, start)):
        assert run.start >= done
        assert run.text.removesuffix("\n") == text[run.start - start :][: len(run.text.removesuffix("\n"))]
        done = run.start + len(run.text.removesuffix("\n"))


@given(MARKDOWN, st.data())
def test_the_mark_is_exactly_the_span(text: str, data: st.DataObject) -> None:
    """What is marked is what is shown of the span, no character more or less."""
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    shown = {
        at: run.mark
        for run in runs_of(read_passage(text, 0, Mark(first, last)))
        for at in range(run.start, run.start + len(run.text))
        if at < len(text) and text[at] != "\n"
    }
    assert all(bool(mark) == (first <= at < last) for at, mark in shown.items())


def test_of_overlapping_marks_the_last_is_seen() -> None:
    """A quote inside a chunk that was found stands out of it; what lies before and after stays marked."""
    runs = runs_of(read_passage("one two three", 10, Mark(10, 23, "found"), Mark(14, 17)))
    assert [(run.text, run.mark) for run in runs] == [
        ("one ", "found"),
        ("two", "quote"),
        (" three", "found"),
    ]


@given(st.text(alphabet="ab \n1", max_size=60))
def test_plain_words_are_all_kept(text: str) -> None:
    """Nothing is lost of a text without any signs."""
    shown = " ".join(run.text for run in runs_of(read_passage(text, 0)))
    assert shown.split() == text.split()


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("### Numbers", "heading", "Numbers"),
        ("  3. **Third.** Do it.", "item", "Third. Do it."),
        ("> [!NOTE] kept", "quote", "[!NOTE] kept"),
        ("See [the paper](https://a.example/x).", "paragraph", "See the paper."),
        ("![spy](https://a.example/x.png)", "paragraph", "spy"),
        ("<script>alert(1)</script>", "paragraph", "<script>alert(1)</script>"),
        ("```py\nif a:\n    b()\n```", "code", "if a:\n    b()\n"),
        (r"2 \* 3", "paragraph", "2 * 3"),
    ],
)
def test_markup_becomes_structure_or_stays_text(text: str, kind: str, shown: str) -> None:
    """Signs that dress are taken off, and what is no Markdown of ours is shown as it stands."""
    [block] = read_passage(text, 0)
    assert (block.kind, "".join(run.text for cell in block.cells for run in cell)) == (kind, shown)


def test_a_table_has_a_head_and_cells() -> None:
    """The separator makes the row above it a head and is not shown itself."""
    head, row = read_passage("| Step | Call |\n|---|---|\n| 1 | `f(a\\|b)` |\n", 0)
    assert head.is_head
    assert [[run.text for run in cell] for cell in row.cells] == [["1"], ["f(a\\|b)"]]
