"""What a model reads, and the citations that its quotes become."""

from __future__ import annotations

import pytest

from coach.answer.generate.excerpts import cut_excerpts
from coach.answer.quotes import MAX_QUOTE_CHARS
from tests.support.handbook import handbook, loader, passage

BOOK = handbook(
    "a.md",
    """
# Caching
## How do you stop a stampede?
tags@ senior · common
alias@ Thundering herd?
direct_answer@ Let one request rebuild the entry. It is never rebuilt twice.
step@ 1. **Coalesce.** The others wait.
| Store | Cost |
|---|---|
table@ | pgvector | low |
rubric@ | Waits | 3 |
related@ - [Other](#other)
## Long
"""
    + "\n".join(
        f"body@ Line {number} says that {number} is a number, and little else." for number in range(200)
    ),
)
TEXT = BOOK.document.text
STAMPEDE, LONG = (section.heading for section in BOOK.sections[1:])


def excerpt_of(heading: str, *, max_chars: int = 4000, focus: str = ""):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Return the one excerpt of a section, found by the chunk that holds `focus`."""
    found = passage(BOOK, heading)
    if focus:
        at = TEXT.index(focus)
        found = found.model_copy(update={"focus": ((at, at + len(focus)),)})
    return cut_excerpts([found], loader(BOOK), max_chars=max_chars)[0]


def test_model_reads_neither_labels_nor_cross_references() -> None:
    """Tags, aliases, rubrics and related links are left out; everything else stands as it is."""
    text = excerpt_of(STAMPEDE).text
    assert "Let one request rebuild the entry." in text
    assert "| pgvector | low |" in text
    assert not any(word in text for word in ("senior", "Thundering", "Waits", "Other"))


def cited(quote: str) -> list[str]:
    """Return the quotes of the citations that a quote becomes."""
    start = TEXT.index(quote)
    citations = excerpt_of(STAMPEDE).cite(start, start + len(quote))
    assert all(TEXT[one.start : one.end] == one.quote for one in citations)
    return [one.quote for one in citations]


def test_citation_is_the_whole_statement() -> None:
    """A quote cut out of a sentence is shown with it, and one that points back with what it means."""
    assert cited("rebuilt twice") == ["Let one request rebuild the entry. It is never rebuilt twice."]


def test_table_row_brings_its_header() -> None:
    """What a cell means stands in the header, so that is cited too, first."""
    assert cited("pgvector") == ["| Store | Cost |", "| pgvector | low |"]


def test_quote_of_half_a_page_is_no_citation() -> None:
    """A quote that touches more than can be read at a glance proves nothing."""
    excerpt = excerpt_of(LONG, max_chars=20_000)
    assert excerpt.cite(excerpt.start, excerpt.start + MAX_QUOTE_CHARS + 100) == ()


@pytest.mark.parametrize(
    ("focus", "shown"), [("Line 3 says", "Line 0 says"), ("Line 150 says", "Line 150 says")]
)
def test_long_section_is_cut_around_what_was_found(focus: str, shown: str) -> None:
    """A section too long keeps its opening if that holds what was found, else what is around it."""
    excerpt = excerpt_of(LONG, max_chars=1500, focus=focus)
    assert excerpt.end - excerpt.start <= 1500
    assert focus in excerpt.text
    assert shown in excerpt.text
    assert TEXT[excerpt.start - 1] == "\n"


def test_excerpts_share_the_room() -> None:
    """All passages together stay within the limit, best first."""
    found = [passage(BOOK, LONG, rank=1), passage(BOOK, STAMPEDE, rank=2)]
    excerpts = cut_excerpts(found[::-1], loader(BOOK), max_chars=2000)
    assert [excerpt.id for excerpt in excerpts] == ["p1", "p2"]
    assert excerpts[0].section.heading == LONG
    assert sum(len(excerpt.text) for excerpt in excerpts) <= 2000
