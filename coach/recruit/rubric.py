"""The rubric of a page: key points with anchors, each of which is a span of the handbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from coach.answer.plain import plain
from coach.answer.sentences import Span, stripped
from coach.answer.statements import Statement
from coach.guard.screened import place_of
from coach.types import Citation
from ingest.contract import Frozen, ParsedDocument, Part, Section

Grade = Literal["poor", "mixed", "good", "excellent"]
GRADES: tuple[Grade, ...] = ("poor", "mixed", "good", "excellent")

_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_BAR = re.compile(r"(?<!\\)\|")
_MOST_DERIVED = 4
_HEAD = re.compile(r"\*\*(.+?)\*\*")


class Anchor(Frozen):
    """What an answer of one grade says to a key point; `text` is the citation's quote without markup."""

    grade: Grade
    text: str
    citation: Citation


class KeyPoint(Frozen):
    """A row of a rubric.

    Attributes:
        weight: As the handbook gives it; 1 where it gives none.
        citation: Where the key point itself stands.
    """

    name: str
    weight: int
    anchors: tuple[Anchor, ...]
    citation: Citation


class Rubric(Frozen):
    """Key points in order.

    Attributes:
        derived: Whether the page has no rubric, so that the points are its own steps and traps; such points
            have no anchors for every grade.
    """

    points: tuple[KeyPoint, ...]
    derived: bool


class Citer:
    """Makes citations of one section."""

    def __init__(self, parsed: ParsedDocument, section: Section) -> None:
        self.text = parsed.document.text
        self._document, self._place = parsed.document.name, place_of(parsed, section)

    def cite(self, start: int, end: int) -> Citation:
        """Return the citation of a span, which must hold more than blank space."""
        return Citation(
            document=self._document,
            path=self._place.path,
            heading=self._place.heading,
            start=start,
            end=end,
            quote=self.text[start:end],
        )


def read_rubric(citer: Citer, parts: Sequence[Part], statements: Sequence[Statement]) -> Rubric:
    """Return the rubric of a page, or one made of its steps and traps if it has none.

    Args:
        citer: Of the page.
        parts: Of the page.
        statements: Of the page, in its order.
    """
    points = tuple(_rows(citer, parts))
    if points:
        return Rubric(points=points, derived=False)
    return Rubric(points=tuple(_derived(citer, statements)), derived=True)


def _rows(citer: Citer, parts: Sequence[Part]) -> Iterator[KeyPoint]:
    for part in parts:
        if part.kind != "rubric":
            continue
        spans = cell_spans(citer.text, part.start, part.end)
        heads = [head.casefold() for head in part.header]
        if len(spans) != len(heads) or not spans or spans[0].start == spans[0].end:
            continue
        weights = [span for span, head in zip(spans, heads, strict=True) if head == "weight"]
        yield KeyPoint(
            name=_said(citer, spans[0]),
            weight=_weight(citer.text[weights[0].start : weights[0].end]) if weights else 1,
            anchors=tuple(
                Anchor(grade=grade, text=_said(citer, span), citation=citer.cite(*span))
                for grade in GRADES
                for span, head in zip(spans, heads, strict=True)
                if head == grade and span.start < span.end
            ),
            citation=citer.cite(*spans[0]),
        )


def _derived(citer: Citer, statements: Sequence[Statement]) -> Iterator[KeyPoint]:
    """Yield what a page without a rubric asks for as "good", and what it warns of as "poor"."""
    for kind in ("step", "direct_answer", "body"):
        found = [one for one in statements if one.kind == kind and one.shape != "code"][:_MOST_DERIVED]
        if found:
            yield from (_of_statement(citer, one, "good") for one in found)
            break
    traps = [one for one in statements if one.kind == "trap"][:_MOST_DERIVED]
    yield from (_of_statement(citer, one, "poor") for one in traps)


def _of_statement(citer: Citer, statement: Statement, grade: Grade) -> KeyPoint:
    citation = citer.cite(statement.start, statement.end)
    anchor = Anchor(grade=grade, text=statement.text, citation=citation)
    return KeyPoint(name=head_of(citation.quote), weight=1, anchors=(anchor,), citation=citation)


def head_of(quote: str) -> str:
    """Return what a statement is headed by: its bold words, or else its first clause.

    >>> head_of("**Fuse by rank.** Then cut."), head_of("Measure first, then act.")
    ('Fuse by rank', 'Measure first, then act')
    """
    bold = _HEAD.match(quote.lstrip())
    said = plain(bold[1] if bold else quote)
    return re.split(r"(?<=\w)[.:;?!](?:\s|$)", said, maxsplit=1)[0]


def cell_spans(text: str, start: int, end: int) -> list[Span]:
    r"""Return where the cells of a table row stand, without the blank space around them.

    >>> row = "| a \\| b | `x|y` | |"
    >>> [row[span.start : span.end] for span in cell_spans(row, 0, len(row))]
    ['a \\| b', '`x|y`', '']
    """
    raw = _CODE.sub(lambda match: match[0].replace("|", "\0"), text[start:end])
    bars = [bar.start() for bar in _BAR.finditer(raw)]
    borders = [-1, *bars, len(raw)]
    cells = [Span(first + 1, last) for first, last in pairwise(borders)]
    if bars and not raw[: bars[0]].strip():
        cells = cells[1:]
    if bars and not raw[bars[-1] + 1 :].strip():
        cells = cells[:-1]
    return [stripped(text, Span(start + cell.start, start + cell.end)) for cell in cells]


def _said(citer: Citer, span: Span) -> str:
    return plain(citer.text[span.start : span.end])


def _weight(cell: str) -> int:
    return int(cell) if cell.strip().isdigit() and int(cell) > 0 else 1
