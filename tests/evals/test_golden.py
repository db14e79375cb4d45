"""Golden items: what is read, what is refused, and which hits count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.errors import UsageError
from coach.types import Hit
from evals.golden import Relevant, load_golden

GOOD: dict[str, object] = {"id": "q1", "query": "What is a canary?", "answerable": False}


def hit(document: str = "a.md", start: int = 0, end: int = 10, heading: str = "Canary", *path: str) -> Hit:
    """Return a hit at a place."""
    return Hit(
        rank=1,
        score=1.0,
        document=document,
        heading=heading,
        path=path,
        start=start,
        end=end,
        text="x" * (end - start),
        question_id=None,
        chunk_id="c",
        section_id="s",
    )


def test_items_are_read_in_order_and_blank_lines_passed_over(tmp_path: Path) -> None:
    """A line separator inside a text ends no item."""
    odd = GOOD | {"id": "q2", "query": "one\u2028two\x85three"}
    rows = [json.dumps(row, ensure_ascii=False) for row in (GOOD, odd)]
    file = tmp_path / "golden.jsonl"
    file.write_text(f"{rows[0]}\n\n{rows[1]}\n", encoding="utf-8")
    assert [(item.id, item.query) for item in load_golden(file)] == [
        ("q1", "What is a canary?"),
        ("q2", "one\u2028two\x85three"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "not JSON",
        "[]",
        json.dumps({"id": "q2"}),
        json.dumps(GOOD | {"answerable": "perhaps"}),
        json.dumps(GOOD | {"surprise": 1}),
        json.dumps(GOOD | {"relevant": [{"heading": "no document"}]}),
    ],
)
def test_what_is_no_golden_item_is_named_by_file_and_line(tmp_path: Path, wrong: str) -> None:
    """The error says where to look; blank lines count."""
    file = tmp_path / "golden.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n\n{wrong}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"golden\.jsonl:3 is not a golden item: \w+"):
        load_golden(file)


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (100, 120, True),
        (90, 109, False),
        (90, 110, False),
        (90, 111, True),
        (0, 500, False),
        (180, 220, False),
    ],
)
def test_a_span_holds_a_hit_that_lies_in_it_by_more_than_half(start: int, end: int, *, holds: bool) -> None:
    """Half is not enough, and a hit that swallows the section does not count."""
    assert Relevant(document="a.md", start=100, end=200).holds(hit(start=start, end=end)) is holds


def test_a_span_at_the_very_start_holds_too() -> None:
    """Offset 0 is a place, not a missing one; a heading beside a span is not looked at."""
    first = Relevant(document="a.md", heading="Other", start=0, end=20)
    assert first.holds(hit(start=0, end=10))
    assert not first.holds(hit(start=50, end=60, heading="Other"))


def test_a_heading_holds_a_hit_under_it() -> None:
    """By its own heading or by one above it, exactly as written."""
    relevant = Relevant(document="a.md", heading="Canary")
    assert relevant.holds(hit(heading="Canary"))
    assert relevant.holds(hit("a.md", 0, 10, "Numbers", "Releases", "Canary"))
    assert not relevant.holds(hit(heading="canary"))
    assert not relevant.holds(hit(heading="Canary islands"))


def test_another_document_never_holds() -> None:
    """The same heading or offsets elsewhere are another section; a place without either holds nothing."""
    assert not Relevant(document="b.md", heading="Canary").holds(hit())
    assert not Relevant(document="b.md", start=0, end=10).holds(hit())
    assert not Relevant(document="a.md").holds(hit())
    assert not Relevant(document="a.md", start=0).holds(hit())
