"""A request cut into clauses, each with its place; what a clause is about is for other modules to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

TERSE_WORDS = 90
"""A request of so few words speaks of the questions throughout; a longer one is an advert."""

_SENTENCE = re.compile(r"[^\n.!?]+(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]*")
_CLAUSE = re.compile(r"\s*(?:[;:()–—→]|,(?!\d)|\s-\s|\bbut\b)\s*", re.IGNORECASE)
_BULLET = re.compile(r"^[\s•·*▪–—→\-]*(?:\d+[.)])?\s*")
_INTERVIEW = re.compile(
    r"\b(?:questions?|qs|interview\w*|round|screen|loop|panel|sets?|slot)\b", re.IGNORECASE
)
_ABBREVIATION = re.compile(r"\b(?:sr|snr|jr|mr|mrs|ms|dr|etc|e\.g|i\.e|approx|min|mins)\.", re.IGNORECASE)


class Clause(NamedTuple):
    """A piece of a request: ``text[start:end]``.

    Attributes:
        sentence: Number of its sentence, from 0.
        is_request: Whether its sentence speaks of the interview; in a terse request every one does.
    """

    start: int
    end: int
    said: str
    sentence: int
    is_request: bool


def is_terse(text: str) -> bool:
    """Return whether a request is a note rather than an advert."""
    return len(text.split()) <= TERSE_WORDS


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a request in order."""
    found: list[Clause] = []
    terse = is_terse(text)
    for number, (start, end) in enumerate(sentence_spans(text)):
        is_request = terse or bool(_INTERVIEW.search(text, start, end))
        begin = start
        for border in (*_CLAUSE.finditer(text, start, end), None):
            stop = border.start() if border else end
            said = text[begin:stop]
            if any(char.isalnum() for char in said):
                found.append(Clause(begin, stop, said, number, is_request))
            begin = border.end() if border else end
    return found


def sentences(text: str) -> list[Clause]:
    """Return the sentences of a request in order, uncut."""
    return [
        Clause(start, end, text[start:end], number, is_request=True)
        for number, (start, end) in enumerate(sentence_spans(text))
    ]


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where sentences and lines stand, without list markers."""
    # A full stop behind an abbreviation ends nothing; the lengths stay.
    hidden = _ABBREVIATION.sub(lambda match: match[0].replace(".", "\0"), text)
    for match in _SENTENCE.finditer(hidden):
        marker = _BULLET.match(text, match.start(), match.end())
        start = marker.end() if marker else match.start()
        if any(char.isalnum() for char in text[start : match.end()]):
            yield start, match.end()


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text of the same length with some spans blanked."""
    kept = list(text)
    for start, end in spans:
        kept[start:end] = " " * (end - start)
    return "".join(kept)
