"""A request cut into clauses, each with its place; what a clause is about is for other modules to say."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar

from ingest.store.values import Vector

Embed = Callable[[str], Vector]
"""Gives what a text means, float32 (dim,)."""

TERSE_WORDS = 90
"""A request of so few words speaks of the questions throughout; a longer one is an advert."""

_KEPT = 16
"""One reading asks several times for the sentences of the same text."""
_SENTENCE = re.compile(r"[^\n.!?]+(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]*")
_CLAUSE = re.compile(r"\s*(?:[;:()–—→]|,(?!\d)|\s-\s|\bbut\b)\s*", re.IGNORECASE)
_BULLET = re.compile(r"^[\s•·*▪–—→\-]*(?:\d+[.)](?!\d))?\s*")
# An advert speaks of questions, loops and test sets as its work; to be about the interview it has to say so.
_INTERVIEW = re.compile(
    r"\binterview(?:s|er|ers|ing)?\b|\bhiring (?:team|manager|panel)\b|\b(?:phone|video|technical"
    r"|first) screen\b"
    r"|\b(?:please|pls)\b.*\b(?:questions?|qs|sets?|rounds?)\b|\b(?:questions?|qs"
    r"|rounds?)\b.*\b(?:please|pls)\b"
    r"|\b(?:prepare|prep|draft|write|send)\b[^.;]{0,30}\bquestions?\b|\bpanel\b[^.;]{0,30}\bquestions?\b"
    r"|\b(?:not |never )?ask (?:you|him|her|them|candidates?)\b"
    r"|\bfor the (?:question )?sets?\b|\b(?:interview|question) (?:set|panel|loop|slot)\b",
    re.IGNORECASE | re.DOTALL,
)
_ABBREVIATION = re.compile(
    r"\b(?:sr|snr|jr|mr|mrs|ms|dr|etc|e\.g|i\.e|approx|excl|incl|min|mins)\.", re.IGNORECASE
)


class Placed(Protocol):
    """What stands somewhere in a text."""

    @property
    def start(self) -> int: ...  # noqa: D102 - half-open offsets

    @property
    def end(self) -> int: ...  # noqa: D102


PlacedThing = TypeVar("PlacedThing", bound=Placed)


def apart(found: Iterable[PlacedThing]) -> list[PlacedThing]:
    """Return what was found, in order; of two that overlap the one that begins earlier, or else is longer."""
    kept: list[PlacedThing] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


class Clause(NamedTuple):
    """A piece of a request: ``text[start:end]``.

    Attributes:
        sentence: Number of its sentence, from 0.
        is_request: Whether its sentence speaks of the interview; in a terse request every one does.
        is_note: Whether the request is terse.
    """

    start: int
    end: int
    said: str
    sentence: int
    is_request: bool
    is_note: bool = False


def is_terse(text: str) -> bool:
    """Return whether a request is a note rather than an advert."""
    return len(text.split()) <= TERSE_WORDS


def is_request(sentence: str) -> bool:
    """Return whether a sentence of an advert speaks of the interview rather than of the post."""
    return bool(_INTERVIEW.search(sentence))


def asking(text: str) -> list[tuple[int, int]]:
    """Return the sentences that speak of the interview: all of a note, in an advert those that say so."""
    terse = is_terse(text)
    return [(start, end) for start, end in sentence_spans(text) if terse or is_request(text[start:end])]


def lies_in(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether a place is in one of some spans."""
    return any(start <= place < end for start, end in spans)


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a request in order."""
    found: list[Clause] = []
    terse = is_terse(text)
    for number, (start, end) in enumerate(sentence_spans(text)):
        asks = terse or is_request(text[start:end])
        begin = start
        for border in (*_CLAUSE.finditer(text, start, end), None):
            stop = border.start() if border else end
            said = text[begin:stop]
            if any(char.isalnum() for char in said):
                found.append(Clause(begin, stop, said, number, asks, terse))
            begin = border.end() if border else end
    return found


def sentences(text: str) -> list[Clause]:
    """Return the sentences of a request in order, uncut."""
    is_note = is_terse(text)
    return [
        Clause(start, end, text[start:end], number, is_request=True, is_note=is_note)
        for number, (start, end) in enumerate(sentence_spans(text))
    ]


@lru_cache(maxsize=_KEPT)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where sentences and lines stand, in order and without list markers."""
    # A full stop behind an abbreviation ends nothing; the lengths stay.
    hidden = _ABBREVIATION.sub(lambda match: match[0].replace(".", "\0"), text)
    found = []
    for match in _SENTENCE.finditer(hidden):
        marker = _BULLET.match(text, match.start(), match.end())
        start = marker.end() if marker else match.start()
        if any(char.isalnum() for char in text[start : match.end()]):
            found.append((start, match.end()))
    return tuple(found)


def sentence_around(text: str, place: int) -> tuple[int, int] | None:
    """Return where the sentence stands that a place of a text is in; None if it is in none."""
    spans = sentence_spans(text)
    at = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return spans[at] if at >= 0 and place < spans[at][1] else None


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text of the same length with some spans blanked."""
    kept = list(text)
    for start, end in spans:
        kept[start:end] = " " * (end - start)
    return "".join(kept)
