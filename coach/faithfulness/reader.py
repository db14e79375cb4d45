"""Answers and passages as the embedder reads them: word pieces with their hidden states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coach.faithfulness.evidence import Passages
from ingest.embed import Embedder
from ingest.read.blocks import Span
from ingest.store.port import Vector

# The model sees 256 word pieces, about 1,000 characters of English prose.
WINDOW_CHARS = 800
MAX_WINDOWS = 8


@dataclass(frozen=True, slots=True)
class Pieces:
    """Word pieces of a text, or of several one after another.

    Attributes:
        ids: int64 (n,), numbers in the vocabulary.
        places: int64 (n, 3): which text, and half-open character offsets in it.
        states: float32 (n, dim), the embedder's hidden states.
    """

    ids: Vector
    places: Vector
    states: Vector


def windows(spans: Sequence[Span]) -> list[Span]:
    """Return sentences joined to stretches that the model sees whole; a longer one stands alone.

    >>> windows([Span(0, 500), Span(501, 700), Span(700, 1400)])
    [Span(start=0, end=700), Span(start=700, end=1400)]
    """
    joined: list[Span] = []
    for span in spans:
        if joined and span.end - joined[-1].start <= WINDOW_CHARS:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def read(embedder: Embedder, texts: Sequence[str], stretches: Sequence[tuple[int, Span]]) -> Pieces:
    """Return the word pieces of stretches of texts, each stretch read on its own."""
    ids, places, states = list[int](), list[tuple[int, int, int]](), list[Vector]()
    for text, span in stretches:
        raw = texts[text][span.start : span.end]
        hidden = embedder.hidden_states(raw)
        kept = [at for at, piece in enumerate(embedder.word_pieces(raw)) if piece.end > piece.start]
        pieces = embedder.word_pieces(raw)
        ids += [pieces[at].id for at in kept]
        places += [(text, span.start + pieces[at].start, span.start + pieces[at].end) for at in kept]
        states.append(hidden[kept])
    dimension = embedder.spec.dimension
    return Pieces(
        ids=np.array(ids, dtype=np.int64),
        places=np.array(places, dtype=np.int64).reshape(-1, 3),
        states=np.concatenate(states) if states else np.zeros((0, dimension), dtype=np.float32),
    )


def passage_stretches(passages: Passages) -> list[tuple[int, Span]]:
    """Return all stretches of all passages, in order."""
    by_passage: dict[int, list[Span]] = {}
    for line in passages.lines:
        by_passage.setdefault(line.passage, []).append(Span(line.start, line.end))
    return [(passage, span) for passage, spans in by_passage.items() for span in windows(spans)]
