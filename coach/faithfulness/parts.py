"""Answers cut into parts that are read at once, and the stretches of passages that each is read against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coach.faithfulness.reading import Reading
from ingest.read.blocks import Span

# The embedder that the weights were made from saw 256 word pieces, about 1,000 characters of English prose.
STRETCH_CHARS = 800
# An answer is judged this much at a time, against this much of the passages: what comes nearest to it.
ANSWER_CHARS = 1600
PASSAGE_CHARS = 4000


class Stretch(NamedTuple):
    """Sentences that are read together: half-open offsets into a passage."""

    passage: int
    start: int
    end: int


class Part(NamedTuple):
    """A part of an answer with what it is held against.

    Attributes:
        answer: Where it stands in the answer.
        claims: The places among the answer's claims of those that lie in it.
    """

    answer: Span
    passages: tuple[Stretch, ...]
    claims: tuple[int, ...]


def parts(reading: Reading) -> Iterator[Part]:
    """Yield an answer in parts of bounded length, each with the nearest stretches of the passages."""
    for span in _joined([Span(one.start, one.end) for one in reading.sentences], ANSWER_CHARS):
        inside = tuple(at for at, one in enumerate(reading.spans) if span.start <= one.start < span.end)
        if inside:
            yield Part(span, tuple(nearest_stretches(reading, inside)), inside)


def stretches(spans: Sequence[Span], passage: int) -> list[Stretch]:
    """Return sentences of a passage joined to what is read as one; a longer one stands alone.

    >>> stretches([Span(0, 500), Span(501, 700), Span(700, 1400)], 0)[0]
    Stretch(passage=0, start=0, end=700)
    """
    return [Stretch(passage, one.start, one.end) for one in _joined(spans, STRETCH_CHARS)]


def nearest_stretches(reading: Reading, claims: Sequence[int]) -> list[Stretch]:
    """Return as much of the passages as is looked at, in its order: what holds the claims' nearest lines."""
    by_passage: dict[int, list[Span]] = {}
    for line in reading.passages.lines:
        by_passage.setdefault(line.passage, []).append(Span(line.start, line.end))
    found = [one for passage, spans in by_passage.items() for one in stretches(spans, passage)]
    if sum(one.end - one.start for one in found) <= PASSAGE_CHARS:
        return found
    wanted = Counter[Stretch]()
    for place in claims:
        for rank, line in enumerate(reading.claims[place].lines):
            holder = next(
                one for one in found if one.passage == line.passage and one.start <= line.start < one.end
            )
            wanted[holder] += len(reading.claims[place].lines) - rank
    chosen: list[Stretch] = []
    for one in sorted(found, key=lambda one: (-wanted[one], one)):
        if chosen and sum(other.end - other.start for other in (*chosen, one)) > PASSAGE_CHARS:
            break
        chosen.append(one)
    return sorted(chosen)


def _joined(spans: Sequence[Span], most: int) -> list[Span]:
    """Return neighbouring spans joined up to a length in characters."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.end - joined[-1].start <= most:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(Span(span.start, span.end))
    return joined
