"""What a small network makes of each word piece of a request, beside what regressions weigh.

It reads the whole request, so that "the other half of the hour is hers" is told from "half an hour". What it
says of words is the mean over their pieces. evals/training/README.md says what it was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from coach.fitted_network import FittedNetwork
from coach.recruit.fitted import Chances
from coach.recruit.read_text import Placed
from coach.word_pieces import ENDS, OPENS, WordPieces, cut
from ingest.store.values import Vector

WEIGHTS = ("weights", "requests.onnx")
WINDOW, STEP = 300, 200
"""So many pieces are read at once, and so many further on the next ones begin; no request that the weights
have learnt from has more than a window."""
MOST_PIECES = 4000
"""The longest request in English has about as many; of what is behind them the network says nothing."""
STRONGEST = 3
"""A clause may ask for several topics, each with a word or two."""
_KEPT = 16
"""One reading asks several times for the same text."""
_LEAST = 1e-9

Places = npt.NDArray[np.int64]

Part = Literal["number", "level", "ruling", "topic", "avoided", "whole"]
PARTS: dict[Part, slice] = {
    "number": slice(0, 4),
    "level": slice(4, 6),
    "ruling": slice(6, 18),
    "topic": slice(18, 39),
    "avoided": slice(39, 60),
    "whole": slice(60, 65),
}
"""What is told of a piece, and where among its logits: of a number or a length its role, of a word for a
level whether it is said of the person sought, of a clause its ruling, the topics that it asks for and those
that it rules out, and of the whole request its level. "level" is only learnt, for the sake of the last: what
the words for a level say is left to a regression, which sees parts and titles of adverts."""
LOGITS = 65
TOPICS = (
    "foundations of language models",
    "architecture and serving platform",
    "rag ingestion and index",
    "rag retrieval ranking answering",
    "evaluation",
    "observability and drift",
    "release engineering",
    "inference serving",
    "agents design",
    "agents debugging in production",
    "mcp and tool security",
    "incident response",
    "post-incident analysis",
    "cost",
    "safety privacy trust",
    "case files of named failures",
    "leadership and staff signals",
    "behavioural toolkit",
    "interview landscape",
    "study plans",
    "templates and reference tables",
)
"""Of topics.yaml, in the order of their logits; each has a chance of its own."""


class PieceLogits(NamedTuple):
    """The logits of each piece of a text, float32 (n_pieces, `LOGITS`), and the pieces' half-open offsets."""

    logits: Vector
    starts: Places
    ends: Places

    def mean(self, part: Part, start: int, end: int) -> Vector:
        """Return the mean logits of the pieces that touch a span of the text; zeros if there is none."""
        logits = self._of(part, start, end)
        return logits.mean(axis=0) if len(logits) else np.zeros(logits.shape[1], dtype=np.float32)

    def strongest(self, part: Part, spans: Sequence[Placed]) -> Vector:
        """Return the mean of the `STRONGEST` highest logits of each class, in each of some spans."""
        found = [np.sort(self._of(part, one.start, one.end), axis=0)[-STRONGEST:] for one in spans]
        return np.array([one.mean(axis=0) if len(one) else np.zeros(one.shape[1]) for one in found])

    def _of(self, part: Part, start: int, end: int) -> Vector:
        return self.logits[(self.starts < end) & (start < self.ends), PARTS[part]]

    def means(self, part: Part, spans: Sequence[Placed]) -> Vector:
        """Return the mean logits of each of some spans, at least one, float32 (n_spans, n_classes)."""
        return np.array([self.mean(part, one.start, one.end) for one in spans])


@lru_cache(maxsize=_KEPT)
def read_pieces(text: str) -> PieceLogits:
    """Return what the network makes of a text, of its first `MOST_PIECES` pieces."""
    pieces = cut(text, MOST_PIECES)
    logits = np.zeros((len(pieces.ids), LOGITS), dtype=np.float32)
    margin = (WINDOW - STEP) // 2
    for first in range(0, max(1, len(pieces.ids) - 2 * margin), STEP):
        kept = first + margin if first else 0
        logits[kept : first + WINDOW] = _read(pieces, first)[kept - first :]
    starts, ends = np.array(pieces.places, dtype=np.int64).reshape(-1, 2).T
    return PieceLogits(logits, starts, ends)


def _read(pieces: WordPieces, first: int) -> Vector:
    """Return the logits of the pieces of one window; one a call, for 8 bits are scaled over all of it."""
    ids = [OPENS, *pieces.ids[first : first + WINDOW], ENDS]
    found: Vector = _network().run(pieces=np.array([ids], dtype=np.int64))[0, 1:-1]
    return found


def agreed(chances: Chances, logits: Vector) -> Chances:
    """Return the geometric mean of chances and of those that logits stand for, float64 (n, n_classes)."""
    both = (np.log(np.maximum(chances, _LEAST)) + _log_chances(logits)) / 2
    return np.exp(_log_chances(both))


def chances_of(logits: Vector) -> Chances:
    """Return the chances that logits stand for, of the same shape."""
    return np.exp(_log_chances(logits))


def _log_chances(logits: Vector | Chances) -> Chances:
    high = logits - logits.max(axis=-1, keepdims=True).astype(np.float64)
    found: Chances = high - np.log(np.exp(high).sum(axis=-1, keepdims=True))
    return found


@cache
def _network() -> FittedNetwork:
    return FittedNetwork("coach.recruit", WEIGHTS, threads=2)
