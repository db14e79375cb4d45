"""Answers and passages as the embedder reads them: word pieces with their hidden states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from coach.faithfulness.arrays import Places, Reals
from coach.faithfulness.reading import Reading
from ingest.embed import Embedder
from ingest.read.blocks import Span

# The model sees 256 word pieces, about 1,000 characters of English prose.
STRETCH_CHARS = 800
# An answer is judged this much at a time, against this much of the passages: what comes nearest to it.
ANSWER_CHARS = 1600
PASSAGE_CHARS = 2600
_STRETCHES_KEPT = 64


@dataclass(frozen=True, slots=True)
class Pieces:
    """Word pieces of a text, or of several one after another.

    Attributes:
        ids: int64 (n,), numbers in the vocabulary.
        starts: int64 (n,), where they begin in the text they were read from; `ends` likewise.
        states: float32 (n, dim), the embedder's hidden states.
    """

    ids: Places
    starts: Places
    ends: Places
    states: Reals


class Stretch(NamedTuple):
    """Sentences that are read together: half-open offsets into a passage, or into the answer (-1)."""

    passage: int
    start: int
    end: int


class Part(NamedTuple):
    """A part of an answer with what it is held against.

    Attributes:
        claims: For each claim of the answer that lies in this part its place, with the places of its word
            pieces.
    """

    answer: Pieces
    passages: Pieces
    claims: tuple[tuple[int, Places], ...]


class Reader:
    """Reads with one embedder; passages that come again are not read again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._pieces: Callable[[str], Pieces] = lru_cache(maxsize=_STRETCHES_KEPT)(self._read)

    def parts(self, reading: Reading) -> Iterator[Part]:
        """Yield an answer in parts of bounded length, each with the nearest stretches of the passages."""
        for stretches in _parts([Span(one.start, one.end) for one in reading.sentences]):
            start, end = stretches[0].start, stretches[-1].end
            inside = [place for place, one in enumerate(reading.spans) if start <= one.start < end]
            if not inside:
                continue
            answer = _joined([self._moved(reading.answer, one) for one in stretches])
            chosen = nearest_stretches(reading, inside)
            passages = _joined([self._moved(reading.passages.texts[one.passage], one) for one in chosen])
            claims = tuple((place, _pieces_of(answer, reading.spans[place])) for place in inside)
            yield Part(answer, passages, claims)

    def _moved(self, text: str, stretch: Stretch) -> Pieces:
        """Return a stretch's pieces with offsets into its whole text."""
        read = self._pieces(text[stretch.start : stretch.end])
        return Pieces(read.ids, read.starts + stretch.start, read.ends + stretch.start, read.states)

    def _read(self, text: str) -> Pieces:
        states, pieces = self._embedder.hidden_states(text), self._embedder.word_pieces(text)
        kept = [place for place, piece in enumerate(pieces[: len(states)]) if piece.end > piece.start]
        return Pieces(
            ids=np.array([pieces[place].id for place in kept], dtype=np.int64),
            starts=np.array([pieces[place].start for place in kept], dtype=np.int64),
            ends=np.array([pieces[place].end for place in kept], dtype=np.int64),
            states=states[kept],
        )


def stretches(spans: Sequence[Span], passage: int = -1) -> list[Stretch]:
    """Return sentences joined to what the model sees whole; a longer one stands alone.

    >>> stretches([Span(0, 500), Span(501, 700), Span(700, 1400)])[0]
    Stretch(passage=-1, start=0, end=700)
    """
    joined: list[Stretch] = []
    for span in spans:
        if joined and span.end - joined[-1].start <= STRETCH_CHARS:
            joined[-1] = joined[-1]._replace(end=span.end)
        else:
            joined.append(Stretch(passage, span.start, span.end))
    return joined


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


def _parts(spans: Sequence[Span]) -> Iterator[list[Stretch]]:
    part: list[Stretch] = []
    for stretch in stretches(spans):
        if part and stretch.end - part[0].start > ANSWER_CHARS:
            yield part
            part = []
        part.append(stretch)
    if part:
        yield part


def _pieces_of(answer: Pieces, claim: tuple[int, int, str]) -> Places:
    places: Places = np.flatnonzero((answer.starts >= claim[0]) & (answer.ends <= claim[1]))
    return places


def _joined(read: Sequence[Pieces]) -> Pieces:
    if not read:
        nothing = np.zeros(0, dtype=np.int64)
        return Pieces(nothing, nothing, nothing, np.zeros((0, 1), dtype=np.float32))
    return Pieces(
        ids=np.concatenate([one.ids for one in read]),
        starts=np.concatenate([one.starts for one in read]),
        ends=np.concatenate([one.ends for one in read]),
        states=np.concatenate([one.states for one in read]),
    )
