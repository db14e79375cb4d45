"""What the printed documents of a set share: numbered places, the rubric's table, the footer."""

from __future__ import annotations

from collections.abc import Sequence

from coach.export import Block, Heading, Note, Notes, Paragraph, Printable, Table, plain
from coach.recruit.rubric import GRADES, KeyPoint
from coach.recruit.sets import QuestionSet
from coach.types import Citation


class Numbering:
    """Gives each cited place a number, equal places the same one."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._citations: list[Citation] = []

    def of(self, citations: Sequence[Citation]) -> tuple[int, ...]:
        """Return the numbers of some citations."""
        return tuple(dict.fromkeys(self._of(citation) for citation in citations))

    def _of(self, citation: Citation) -> int:
        place = (citation.document, citation.start, citation.end)
        if place not in self._numbers:
            self._citations.append(citation)
            self._numbers[place] = len(self._citations)
        return self._numbers[place]

    def notes(self) -> tuple[Block, ...]:
        """Return a section with a note for each number: the place, as it is found in the handbook."""
        places = tuple(
            Note(number=number, runs=plain(place_of(citation)))
            for number, citation in enumerate(self._citations, start=1)
        )
        return (
            Heading(level=2, text="Where it stands in the handbook"),
            Paragraph(runs=plain("By number: the document, the characters in it, and the heading.")),
            Notes(notes=places),
        )


def place_of(citation: Citation) -> str:
    """Return where a citation stands: the document, its characters there, and the heading above them."""
    return f"{citation.document} {citation.start}–{citation.end} · {citation.heading}"


def on_paper(made: QuestionSet, subject: str, blocks: Sequence[Block]) -> Printable:
    """Return blocks as a document of a set."""
    footer = f"{made.title} · handbook {made.corpus_hash[:12]}"
    return Printable(title=made.title, subject=subject, footer=footer, blocks=tuple(blocks))


def rubric_table(points: Sequence[KeyPoint], numbering: Numbering) -> Table:
    """Return a rubric with its anchors, each with the number of its place."""
    rows = []
    for point in points:
        name = plain(point.name, notes=numbering.of([point.citation]))
        anchors = {anchor.grade: anchor for anchor in point.anchors}
        cells = [
            plain(anchors[grade].text, notes=numbering.of([anchors[grade].citation]))
            if grade in anchors
            else plain("–")
            for grade in GRADES
        ]
        rows.append((name, *cells))
    header = ("Key point", *(grade.capitalize() for grade in GRADES))
    return Table(header=header, rows=tuple(rows))
