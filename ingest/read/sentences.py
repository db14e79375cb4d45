"""Sentence borders as exact offsets, found by sentencex, never inside a link, code or emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.read.blocks import Span, trimmed

# sentencex splits every script by its own marks; the language only picks the list of abbreviations.
_LANGUAGES = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
)
_SAMPLE_CHARS = 2_000
WINDOW_CHARS = 4_000


def sentences(text: str, span: Span) -> list[Span]:
    """Return the sentences of a stretch of text in order, without the blanks between them.

    >>> [tuple(one) for one in sentences("One e.g. two. **Three. Four.** Five.", Span(0, 36))]
    [(0, 13), (14, 36)]
    """
    raw = text[span.start : span.end]
    found: list[Span] = []
    start = 0
    for border in [*_borders(raw), len(raw)]:
        if border < len(raw) and not _is_closed(raw[start:border]):
            continue
        piece = trimmed(text, span.start + start, span.start + border)
        if piece.start < piece.end:
            found.append(piece)
        start = max(start, border)
    return found


def _borders(raw: str) -> Iterator[int]:
    """Yield where sentences end; a window at a time, since sentencex takes quadratic time."""
    from sentencex import get_sentence_boundaries

    language, start = _language(raw), 0
    while start < len(raw):
        window = raw[start : start + WINDOW_CHARS]
        ends = [boundary["end_index"] for boundary in get_sentence_boundaries(language, window)]
        if start + len(window) < len(raw) and len(ends) > 1:
            ends.pop()  # the window may have cut it
        yield from (start + end for end in ends)
        start += ends[-1] if ends else len(window)


def _language(raw: str) -> str:
    sample = raw[:_SAMPLE_CHARS]
    return next((name for name, letters in _LANGUAGES if letters.search(sample)), "en")


def _is_closed(piece: str) -> bool:
    """Return whether no code, strong emphasis or bracket is left open at the end of a piece."""
    if piece.count("`") % 2 or piece.count("**") % 2:
        return False
    return piece.count("[") <= piece.count("]") and piece.count("(") <= piece.count(")")
