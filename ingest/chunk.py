"""Sections to chunks: neighbouring blocks packed up to the embedder's window, cut only at their borders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from ingest.contract import (
    Chunk,
    ChunkerParameters,
    ParsedDocument,
    Part,
    PartKind,
    QuestionTags,
    Section,
    stable_id,
)
from ingest.labels import label_kind
from ingest.read.blocks import Span, trimmed
from ingest.read.plain import plain_part
from ingest.read.sentences import sentences

Shelf = Literal["answer", "rubric", "related"]

# A word piece of the embedder holds about four and a half letters of an alphabet, or one Chinese,
# Japanese or Korean character and a bit: those count for two and a half.
EAST_ASIAN_WEIGHT = 2.5
MAX_MARKUP_CHARS = 400

_EAST_ASIAN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_NOT_EMBEDDED: frozenset[PartKind] = frozenset({"tags", "alias"})
_UNNAMED: frozenset[PartKind | None] = frozenset({"direct_answer", "step", "tags", "alias"})
_MARKERS = re.compile(r"[ \t>]*(?:(?:[-*+•·‣▪◦●○–]|\(?\d{1,9}[.)、]|\[[ xX]\])[ \t]*)*")


class _Unit(NamedTuple):
    """What is never cut: a block, or a sentence of one that is too long."""

    start: int
    end: int
    plain: str
    part: Part
    shelf: Shelf


def chunk(parsed: ParsedDocument, parameters: ChunkerParameters) -> tuple[Chunk, ...]:
    """Return the chunks of a document in text order; the same input gives the same chunks.

    Each chunk lies inside one section and no two overlap. Tag lines and other wordings are not in `plain`:
    they travel as `tags`. Rubrics and links to elsewhere are chunks of their own.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    chunks: list[Chunk] = []
    for section in parsed.sections:
        floor = section.start
        for span, plain in _pieces(parsed.document.text, section, parameters):
            start = _with_marker(parsed.document.text, span.start, floor)
            opens = not chunks or chunks[-1].section_id != section.id
            chunks.append(_chunk(parsed, section, Span(start, span.end), plain, seen, opens=opens))
            floor = span.end
    return tuple(chunks)


def size(plain: str) -> float:
    """Return how much of the embedder's window a plain text takes, in letters of an alphabet.

    >>> size("abc"), size("缓存")
    (3.0, 5.0)
    """
    return len(plain) + (EAST_ASIAN_WEIGHT - 1) * len(_EAST_ASIAN.findall(plain))


def _chunk(
    parsed: ParsedDocument,
    section: Section,
    span: Span,
    plain: str,
    seen: Counter[tuple[str, ...]],
    *,
    opens: bool,
) -> Chunk:
    text = parsed.document.text[span.start : span.end]
    key = (section.document, *section.path, section.heading, text)
    seen[key] += 1
    return Chunk(
        id=stable_id(*key, str(seen[key])),
        document=section.document,
        section_id=section.id,
        question_id=section.id if section.question is not None else None,
        heading=section.heading,
        path=section.path,
        start=span.start,
        end=span.end,
        text=text,
        plain=plain,
        tags=section.question or QuestionTags(),
        opens=opens,
    )


def _pieces(text: str, section: Section, parameters: ChunkerParameters) -> Iterator[tuple[Span, str]]:
    units = [unit for part in section.parts for unit in _units(text, part, parameters.max_chars)]
    if not units:
        span = _heading_span(text, section) if section.question is not None else Span(0, 0)
        if span.start < span.end:  # else it shares its place with a heading on the same line
            yield span, section.heading
        return
    for _, run in groupby(units, key=lambda unit: unit.shelf):
        for pack in _packs(list(run), parameters):
            yield Span(pack[0].start, pack[-1].end), _plain(pack)


def _units(text: str, part: Part, max_chars: int) -> Iterator[_Unit]:
    """Yield a part, whole where it fits or may not be cut, else by its sentences."""
    if part.kind in _NOT_EMBEDDED:
        return
    shelf: Shelf = "rubric" if part.kind == "rubric" else "related" if part.kind == "related" else "answer"
    plain = plain_part(text[part.start : part.end], is_code=part.kind == "code", is_row=bool(part.header))
    whole = size(plain) <= max_chars or part.kind in ("code", "table") or bool(part.header)
    spans = [Span(part.start, part.end)] if whole else sentences(text, Span(part.start, part.end))
    for span in spans:
        words = plain if whole else plain_part(text[span.start : span.end])
        if words:
            yield _Unit(span.start, span.end, words, part, shelf)


def _packs(units: Sequence[_Unit], parameters: ChunkerParameters) -> list[list[_Unit]]:
    """Return the units in packs of at most `max_chars` of plain text; a larger unit is a pack alone."""
    packs: list[list[_Unit]] = []
    room = 0.0
    for unit in units:
        needed = _needed(packs[-1][-1] if packs else None, unit)
        if packs and needed <= room:
            packs[-1].append(unit)
            room -= needed
        else:
            packs.append([unit])
            room = parameters.max_chars - _needed(None, unit)
    if len(packs) > 1:
        _level_out(packs[-2], packs[-1], parameters)
    return packs


def _level_out(before: list[_Unit], last: list[_Unit], parameters: ChunkerParameters) -> None:
    """Move units to a last pack that is tiny, as long as the one before keeps more."""
    while size(_plain(last)) < parameters.min_chars and len(before) > 1:
        if size(_plain([before[-1], *last])) > min(parameters.max_chars, size(_plain(before[:-1]))):
            return
        last.insert(0, before.pop())


def _needed(above: _Unit | None, unit: _Unit) -> float:
    return sum(size(line) + 1 for line in _lines(above, unit))


def _plain(pack: Sequence[_Unit]) -> str:
    """Return the text of a pack for embedding."""
    return "\n".join(
        line for above, unit in zip([None, *pack], pack, strict=False) for line in _lines(above, unit)
    )


def _lines(above: _Unit | None, unit: _Unit) -> Iterator[str]:
    """Yield the lines of a unit; its label and its table's header come first unless they stand above."""
    part, last = unit.part, above.part if above else None
    if part.label and (last is None or last.label != part.label) and label_kind(part.label) not in _UNNAMED:
        yield f"{part.label}:"
    if any(part.header) and (last is None or last.header != part.header):
        yield " | ".join(part.header)
    yield unit.plain


def _with_marker(text: str, start: int, floor: int) -> int:
    """Return where the list marker in front of a block begins, if nothing else stands before it."""
    line = max(text.rfind("\n", floor, start) + 1, floor)
    return trimmed(text, line, start + 1).start if _MARKERS.fullmatch(text, line, start) else start


def _heading_span(text: str, section: Section) -> Span:
    """Return where the heading of a section without other text stands, its markers included."""
    wanted = _letters(section.heading)
    start, at, seen = -1, section.start, ""
    while (
        at < section.end
        and (start < 0 or wanted not in seen)
        and len(seen) <= 4 * len(wanted) + MAX_MARKUP_CHARS
    ):
        line_end = text.find("\n", at, section.end)
        line_end = section.end if line_end < 0 else line_end
        if text[at:line_end].strip() and not any(
            part.start < line_end and at < part.end for part in section.parts
        ):
            seen += _letters(text[at:line_end])
            start = at if start < 0 else start
        at = line_end + 1
    return trimmed(text, max(start, section.start), min(at, section.end))


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
