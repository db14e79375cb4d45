"""Golden items: what is read, what is refused, and which hits count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.errors import UsageError
from coach.types import Hit
from evals.golden import GoldenItem, Relevant, load_golden

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
        json.dumps(GOOD | {"relevant": [{"document": "a.md"}]}),
        json.dumps(GOOD | {"relevant": [{"document": "a.md", "start": 3}]}),
        json.dumps(GOOD | {"relevant": [{"document": "a.md", "start": 3, "end": 3}]}),
        json.dumps(GOOD | {"relevant": [{"document": "a.md", "heading": "Canary", "grade": -1}]}),
        json.dumps(GOOD | {"id": ""}),
    ],
)
def test_what_is_no_golden_item_is_named_by_file_and_line(tmp_path: Path, wrong: str) -> None:
    """The error says where to look; blank lines count."""
    file = tmp_path / "golden.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n\n{wrong}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"golden\.jsonl:3 is not a golden item: \w+"):
        load_golden(file)


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    """A misspelt field is refused by name, for it would silently not count."""
    file = tmp_path / "golden.jsonl"
    file.write_text(json.dumps(GOOD | {"key_fact": ["canary"]}), encoding="utf-8")
    with pytest.raises(UsageError, match=r":1 is not a golden item: .*\(key_fact\)"):
        load_golden(file)


def test_an_id_is_given_once(tmp_path: Path) -> None:
    """Rows of a run are told apart by id, so a second one is refused with its line."""
    file = tmp_path / "golden.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"golden\.jsonl:2 repeats the id 'q1'"):
        load_golden(file)


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b'{"id": "\xff"}'])
def test_a_file_without_items_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, blank, or not UTF-8: nothing would be measured."""
    file = tmp_path / "golden.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"golden\.jsonl"):
        load_golden(file)


def test_a_byte_order_mark_is_no_part_of_the_first_item(tmp_path: Path) -> None:
    """Files from editors that write one are read like any other."""
    file = tmp_path / "golden.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert [item.id for item in load_golden(file)] == ["q1"]


def test_only_graded_places_of_answerable_questions_count() -> None:
    """Grade 0 says that somebody looked and found nothing; an unanswerable question has no place at all."""
    judged = (
        Relevant(document="a.md", heading="A", grade=0),
        Relevant(document="a.md", heading="B", grade=1),
    )
    assert GoldenItem(id="1", query="?", answerable=True, relevant=judged).places == judged[1:]
    assert GoldenItem(id="1", query="?", answerable=False, relevant=judged).places == ()


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


@pytest.mark.parametrize(
    "written", ["## Why `x`, *not* y?", " Why x,  not y?", "Why [x](a.md), not y?", "**Why x, not y?**"]
)
def test_a_heading_may_be_written_with_its_markup(written: str) -> None:
    """What an author copies from the file names the same section as what a reader sees."""
    assert Relevant(document="a.md", heading=written).holds(hit(heading="Why x, not y?"))


def test_another_document_never_holds() -> None:
    """The same heading or offsets elsewhere are another section."""
    assert not Relevant(document="b.md", heading="Canary").holds(hit())
    assert not Relevant(document="b.md", start=0, end=10).holds(hit())
