"""What words say to a point of a rubric: met, half met, passed over, or turned round.

A small cross-encoder that was fitted for this reads point and words together, and so sees what vectors
made apart cannot: who does what to whom. evals/training/README.md says what it was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from coach.fitted_network import FittedNetwork
from coach.practice.grade import VERDICTS
from coach.word_pieces import ENDS, OPENS, cut
from ingest.store.values import Vector

WEIGHTS = ("weights", "points.onnx")
READ = (
    "read_covered", "read_partly", "read_turned", "read_said", "read_net", "read_covered_mean",
    "read_turned_mean", "read_covered_two", "read_turned_two", "nearest_covered", "nearest_partly",
    "nearest_turned",
)  # fmt: skip
"""What `summary` tells of a point: the highest chances of words that may make it, their mean over sentences
and the mean of the two highest; "nearest" are those of the words that are least likely to pass it over."""
MOST_PIECES = 64
"""Of either text; the weights have seen no longer ones."""


class Pieces(NamedTuple):
    """A point and words as word pieces with their marks, and whose each is: 0 the point's, 1 the words'."""

    ids: list[int]
    kinds: list[int]


def pieces_of(text: str) -> list[int]:
    """Return the word pieces of a point, or of words, as the weights were taught."""
    return cut(text, MOST_PIECES).ids


def join(point: Sequence[int], said: Sequence[int]) -> Pieces:
    """Return a pair as it is read."""
    first, second = [OPENS, *point, ENDS], [*said, ENDS]
    return Pieces(first + second, [0] * len(first) + [1] * len(second))


def summary(chances: Vector, sentences: int) -> dict[str, float]:
    """Return `READ` for the words that were read against one point.

    Args:
        chances: Of each of them, float32 (n_said, 4) with at least one row.
        sentences: How many sentences they are made of.
    """
    covered, partly, missing, turned = chances.T
    nearest = chances[int(missing.argmin())]
    values = (
        covered.max(),
        partly.max(),
        turned.max(),
        1.0 - missing.min(),
        (covered + 0.5 * partly).max() - turned.max(),
        covered.sum() / sentences,
        turned.sum() / sentences,
        np.sort(covered)[-2:].mean(),
        np.sort(turned)[-2:].mean(),
        nearest[0],
        nearest[1],
        nearest[3],
    )
    return dict(zip(READ, map(float, values), strict=True))


class PointReader:
    """Reads points and words in pairs; safe to share between threads.

    Args:
        threads: That one reading may use.
    """

    def __init__(self, *, threads: int = 2) -> None:
        self._network = FittedNetwork("coach.practice", WEIGHTS, threads=threads)

    @property
    def version(self) -> str:
        """Of the weights."""
        return self._network.version

    def read(self, points: Sequence[str], said: Sequence[str]) -> Vector:
        """Return the chances of each pair, float32 (n_points, n_said, 4), in the order of `VERDICTS`.

        One pair a call: the weights quantise activations over a whole batch, so that a pair's chances would
        depend on its neighbours; and on a CPU a batch is no faster.
        """
        answers = [pieces_of(one) for one in said]
        pairs = (join(point, one) for point in map(pieces_of, points) for one in answers)
        chances = np.concatenate([self._run(pair) for pair in pairs])
        return chances.reshape(len(points), len(said), len(VERDICTS))

    def _run(self, pair: Pieces) -> Vector:
        """Return the chances of one pair, float32 (1, 4)."""
        ids, kinds = np.array([pair.ids], dtype=np.int64), np.array([pair.kinds], dtype=np.int64)
        return self._network.run(input_ids=ids, token_type_ids=kinds, attention_mask=np.ones_like(ids))


@cache
def load_point_reader(threads: int) -> PointReader:
    """Return the reader that all engines of a process share."""
    return PointReader(threads=threads)
