"""What a model is given to read: the found sections, cut to size, and citations into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.answer.digest import digest
from coach.answer.quotes import MAX_QUOTE_CHARS
from coach.answer.sentences import Span, sentences
from coach.answer.statements import Statement
from coach.guard.hidden import Hidden, touches, without
from coach.guard.screened import Place, aside_spans, place_of
from coach.types import Citation, Passage
from ingest.contract import ParsedDocument, PartKind, Section

# Labels and cross references: they help to find a section and say nothing on its matter.
_SILENT: frozenset[PartKind] = frozenset({"rubric", "related", "alias", "tags"})
# Of the room before the best found chunk and after it, this share goes before.
_BEFORE = 0.25


@dataclass(frozen=True)
class Excerpt:
    """A passage as a model reads it: characters [start, end) of its document.

    Attributes:
        id: What the model calls it, "p1".
    """

    id: str
    passage: Passage
    document: ParsedDocument
    section: Section
    start: int
    end: int

    @cached_property
    def source(self) -> str:
        """The characters themselves; quotes are looked for here."""
        return self.document.document.text[self.start : self.end]

    @cached_property
    def title(self) -> str:
        """The headings that name its place."""
        return " > ".join((*self._place.path, self._place.heading))

    @cached_property
    def text(self) -> str:
        """What is shown to the model: what is there for a reader, without labels and cross references."""
        shown, at = [], self.start
        for start, end in self._silent_lines():
            shown.append(self._visible(at, max(at, start)))
            at = max(at, end)
        shown.append(self._visible(at, self.end))
        return "".join(shown).strip("\n")

    def cite(self, start: int, end: int) -> tuple[Citation, ...]:
        """Return citations of the whole statements that a span of the document touches.

        A claim is held against whole statements, so that no cut can turn one around; a table row brings the
        header that it is read by, first. Nothing comes back if they are too long to point at anything, or if
        not all of them is there for a reader of the page.
        """
        touched = [
            statement
            for statement in digest(self.document, self.section).statements
            if statement.start < end and start < statement.end
        ]
        whole = self._widened(Span(start, end), touched)
        if whole.end - whole.start > MAX_QUOTE_CHARS or touches(self._aside, whole.start, whole.end):
            return ()
        header = touched[0].header if len(touched) == 1 else None
        return tuple(self._citation(span) for span in (header, whole) if span is not None)

    @cached_property
    def _place(self) -> Place:
        return place_of(self.document, self.section)

    @cached_property
    def _aside(self) -> tuple[Hidden, ...]:
        return aside_spans(self.document, self.section)

    def _visible(self, start: int, end: int) -> str:
        return without(self.document.document.text, start, end, self._aside)

    def _widened(self, span: Span, touched: Sequence[Statement]) -> Span:
        start = min((one.start for one in touched), default=span.end)
        end = max((one.end for one in touched), default=span.start)
        if start <= span.start and span.end <= end:
            return Span(start, end)
        text = self.document.document.text
        line_start = text.rfind("\n", 0, span.start) + 1
        line_end = text.find("\n", span.end)
        line = Span(line_start, len(text) if line_end < 0 else line_end)
        said = [one for one in sentences(text, line) if one.start < span.end and span.start < one.end]
        return Span(
            min(start, span.start, *(one.start for one in said)),
            max(end, span.end, *(one.end for one in said)),
        )

    def _silent_lines(self) -> Iterator[tuple[int, int]]:
        text = self.document.document.text
        for part in self.section.parts:
            if part.kind in _SILENT and self.start <= part.start and part.end <= self.end:
                after = text.find("\n", part.end)
                yield text.rfind("\n", 0, part.start) + 1, self.end if after < 0 else min(after + 1, self.end)

    def _citation(self, span: Span) -> Citation:
        found = zip(self.passage.focus, self.passage.chunk_ids, strict=False)
        return Citation(
            document=self.passage.document,
            path=self._place.path,
            heading=self._place.heading,
            start=span.start,
            end=span.end,
            quote=self.document.document.text[span.start : span.end],
            chunk_id=next(
                (id_ for (start, end), id_ in found if start <= span.start and span.end <= end), None
            ),
        )


def cut_excerpts(
    passages: Sequence[Passage], load: Callable[[str], ParsedDocument], *, max_chars: int
) -> tuple[Excerpt, ...]:
    """Return the passages as a model reads them, best first, together at most about `max_chars` long."""
    ordered = sorted(passages, key=lambda passage: passage.rank)
    shares = _shares([passage.end - passage.start for passage in ordered], max_chars)
    made = []
    for place, (passage, share) in enumerate(zip(ordered, shares, strict=True), start=1):
        document = load(passage.document)
        section = next(section for section in document.sections if section.id == passage.section_id)
        window = _window(document.document.text, passage, share)
        made.append(Excerpt(f"p{place}", passage, document, section, window.start, window.end))
    return tuple(made)


def _shares(lengths: Sequence[int], room: int) -> list[int]:
    """Return how much each may take: the better one, the more; what the short ones leave, the others get.

    >>> _shares([100, 5000, 5000], 4100)
    [100, 2400, 1600]
    """
    shares = [0] * len(lengths)
    waiting = {place: 1.0 / (place + 1) for place in range(len(lengths))}
    while waiting:
        unit = room / sum(waiting.values())
        short = [place for place, weight in waiting.items() if lengths[place] <= unit * weight]
        for place in short or list(waiting):
            shares[place] = min(lengths[place], int(unit * waiting.pop(place)))
            room -= shares[place] if short else 0
    return shares


def _window(text: str, passage: Passage, room: int) -> Span:
    """Return the part of a section around its best found chunk, in whole lines where that is possible."""
    focus = passage.focus[0] if passage.focus else (passage.start, passage.start)
    start = passage.start
    if focus[1] > passage.start + room:  # else the opening, which is often the answer, is kept
        start = max(passage.start, min(focus[0] - int(_BEFORE * room), passage.end - room))
        start = min(text.find("\n", start, focus[0]) + 1 or start, focus[0])
    end = min(passage.end, start + room)
    return Span(start, max(text.rfind("\n", start + 1, end), start + 1) if end < passage.end else end)
