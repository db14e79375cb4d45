"""Verification: what resolves, what holds, and what is never shown."""

from __future__ import annotations

import pytest

from coach.answer.verify import verify
from coach.types import Citation, Claim, Outline, Support
from tests.support.handbook import handbook, loader

SENTENCE = "A reranker takes about 100 ms."
BOOK = handbook("a.md", f"# Reranking\nbody@ Intro. {SENTENCE} It reads pairs.")
OTHER = handbook(
    "b.md", "# Other\nbody@ Something else entirely stands in this file, at some length, so there."
)
LOAD = loader(BOOK, OTHER)
START = BOOK.document.text.index(SENTENCE)


def cite(
    quote: str = SENTENCE, *, document: str = "a.md", start: int = START, end: int | None = None
) -> Citation:
    """Return a citation; as it stands, one that resolves."""
    end = start + len(quote) if end is None else end
    return Citation(document=document, path=(), heading="Reranking", start=start, end=end, quote=quote)


def check(text: str, *citations: Citation, support: Support = "unchecked") -> tuple[Claim, ...]:
    """Return what is left of an outline with one claim."""
    claim = Claim(text=text, support=support, citations=citations)
    return verify(Outline(steps=(claim,)), LOAD).outline.steps


def test_resolving_quote_supports_its_claim() -> None:
    """A claim that repeats a quote which stands where it says is supported."""
    (claim,) = check(SENTENCE, cite())
    assert claim.support == "supported"
    assert claim.citations == (cite(),)


@pytest.mark.parametrize(
    "citation",
    [
        pytest.param(cite(start=START + 1), id="offset off by one"),
        pytest.param(cite(end=START + len(SENTENCE) + 1), id="end off by one"),
        pytest.param(cite(document="b.md"), id="right quote, wrong document"),
        pytest.param(cite(document="missing.md"), id="unknown document"),
        pytest.param(cite(quote=SENTENCE.replace("100", "1000")), id="altered quote"),
        pytest.param(cite(quote=SENTENCE.replace("a", "а")), id="look-alike letters"),
        pytest.param(cite(quote="", end=START), id="empty quote"),
        pytest.param(cite(quote="", start=0, end=0), id="nothing at all"),
        pytest.param(cite(quote=BOOK.document.text + SENTENCE, start=0), id="quote longer than the document"),
        pytest.param(
            cite(start=START - len(BOOK.document.text), end=START + len(SENTENCE) - len(BOOK.document.text)),
            id="offsets counted from the end",
        ),
        pytest.param(cite(start=START + len(SENTENCE), end=START), id="end before start"),
    ],
)
def test_citation_that_does_not_resolve_proves_nothing(citation: Citation) -> None:
    """A citation whose document lacks the quote at that very place goes, and its claim with it."""
    assert check(SENTENCE, citation) == ()


def test_good_citation_survives_a_bad_one() -> None:
    """Only the citations that do not resolve are removed."""
    (claim,) = check(SENTENCE, cite(document="b.md"), cite())
    assert claim.citations == (cite(),)


def test_claim_without_citation_is_dropped() -> None:
    """A claim that cites nothing is not shown, even if the handbook says the same."""
    assert check(SENTENCE) == ()


def test_stated_support_is_not_believed() -> None:
    """A claim that calls itself supported is judged like any other."""
    assert check("A reranker takes about 10 ms.", cite(), support="supported") == ()


def test_counts() -> None:
    """Dropped claims are counted, and the rate is that of supported claims among those shown."""
    claims = (
        Claim(text=SENTENCE, support="unchecked", citations=(cite(),)),
        Claim(text="A reranker takes 100 ms.", support="unchecked", citations=(cite(),)),
        Claim(text="A reranker takes about 7 s.", support="unchecked", citations=(cite(),)),
        Claim(text="No citation.", support="unchecked", citations=()),
    )
    verified = verify(Outline(steps=claims[:2], numbers=claims[2:]), LOAD)
    assert [claim.support for claim in verified.outline.steps] == ["supported", "partial"]
    assert verified.outline.numbers == ()
    assert verified.dropped == 2
    assert verified.support_rate == 0.5


def test_empty_outline_is_unscored() -> None:
    """Without claims there is no rate."""
    assert verify(Outline(), LOAD).support_rate is None


TABLE = handbook(
    "t.md",
    "# T\n| Store | Cost |\n|---|---|\ntable@ | pgvector | low |\ntable@ | Milvus | high |\n\n"
    "| Store | Gain |\n|---|---|\ntable@ | pgvector | much |",
)


def line(words: str, *, last: bool = False) -> Citation:
    """Return a citation of a line of the table document."""
    text = TABLE.document.text
    start = text.rindex(words) if last else text.index(words)
    return cite(words, document="t.md", start=start)


@pytest.mark.parametrize(
    ("text", "header", "row", "kept"),
    [
        ("Store: Milvus; Cost: high", "| Store | Cost |", "| Milvus | high |", True),
        ("Store: Milvus; Cost: low", "| Store | Cost |", "| Milvus | high |", False),
        ("Cost: Milvus; Store: high", "| Store | Cost |", "| Milvus | high |", False),
        ("Store: pgvector; Cost: much", "| Store | Cost |", "| pgvector | much |", False),
        ("pgvector: Milvus; low: high", "| pgvector | low |", "| Milvus | high |", False),
    ],
)
def test_table_row_is_proved_by_header_and_row(text: str, header: str, row: str, *, kept: bool) -> None:
    """A row read by its header is supported if both lines are cited and belong to one table."""
    claim = Claim(text=text, support="unchecked", citations=(line(header), line(row)))
    outline = verify(Outline(steps=(claim,)), loader(TABLE)).outline
    assert [claim.support for claim in outline.steps] == ["supported"] * kept
