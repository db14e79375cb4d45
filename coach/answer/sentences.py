"""Sentence borders in Markdown, as exact character offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from coach.answer.cues import asks, dangles
from coach.answer.plain import plain

MAX_GLUED_CHARS = 360
_CLOSERS = re.compile(r"[*_`)\]\"”’»]+(?=\s|$)")


class Span(NamedTuple):
    """Half-open character offsets into a document."""

    start: int
    end: int


def stripped(text: str, span: Span) -> Span:
    """Return a span without the blank space at its ends; it may be empty."""
    raw = text[span.start : span.end]
    start = span.start + len(raw) - len(raw.lstrip())
    return Span(start, max(start, span.end - len(raw) + len(raw.rstrip())))


def sentences(text: str, span: Span) -> list[Span]:
    """Return the sentences of a span of Markdown; inline code and link texts are never cut."""
    from sentencex import get_sentence_boundaries

    raw = text[span.start : span.end]
    found: list[Span] = []
    begin = 0
    for boundary in get_sentence_boundaries("en", raw):
        start, end = boundary["start_index"], boundary["end_index"]
        closers = _CLOSERS.match(raw, start) if found or begin < start else None
        if closers is not None:  # the border in "**Fuse.** Then" was set before the closing marks
            if begin == start:
                found[-1] = Span(found[-1].start, closers.end())
                begin = closers.end()
            start = closers.end()
        piece = raw[begin:end]
        if _is_whole(piece):
            found.append(Span(begin, end))
            begin = end
    if raw[begin:].strip():
        found.append(Span(begin, len(raw)))
    shifted = (stripped(text, Span(span.start + start, span.start + end)) for start, end in found)
    return [sentence for sentence in shifted if sentence.start < sentence.end]


def _is_whole(piece: str) -> bool:
    """Return whether no code or link is left open and the piece is more than a numeral or initial."""
    return (
        piece.count("`") % 2 == 0
        and piece.count("[") <= piece.count("]")
        and sum(char.isalpha() for char in piece) > 1
    )


def glued(text: str, span: Span, *, keep_all: bool) -> Iterator[Span]:
    """Yield sentences; one that points back is joined to what it points at, a question to its answer.

    Where the two are too long together, a sentence that points back stands alone if `keep_all`, or is
    passed over.
    """
    current: Span | None = None
    for sentence in sentences(text, span):
        words = text[sentence.start : sentence.end]
        points_back = dangles(words) or (words.startswith("(") and words.endswith(")"))
        is_question = asks(words)
        if (
            current is not None
            and (points_back or asks(text[current.start : current.end]))
            and not is_question
        ):
            if sentence.end - current.start <= MAX_GLUED_CHARS:
                current = Span(current.start, sentence.end)
                continue
            if points_back and not keep_all:
                continue
        if current is not None:
            yield current
        current = sentence
    if current is not None:
        yield current


def head(text: str, span: Span, *, max_chars: int) -> Span:
    """Return the whole span, or the sentences with which it begins if it is longer than `max_chars`.

    What is read counts, not the marks and link addresses. The first sentence is never cut, however long,
    nor is a question parted from what follows it.
    """
    start, end = stripped(text, span)
    if len(plain(text[start:end])) <= max_chars:
        return Span(start, end)
    kept, said = start, 0
    for sentence in sentences(text, Span(start, end)):
        said += len(plain(text[sentence.start : sentence.end])) + 1
        if kept > start and said > max_chars and not asks(text[start:kept]):
            break
        kept = sentence.end
    return Span(start, kept)
