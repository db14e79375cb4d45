"""The second look at a sentence that may speak to an AI: a small network that reads its word pieces."""

from __future__ import annotations

from functools import cache

import numpy as np

from coach.fitted_network import FittedNetwork
from coach.guard.ngrams import normalised
from coach.word_pieces import ENDS, OPENS, cut

WEIGHTS = ("steering.onnx",)
MOST_PIECES = 94


class SteeringNetwork:
    """Scores sentences; safe to share between threads. The weights are loaded when the first is scored."""

    def __init__(self) -> None:
        self._network = FittedNetwork("coach.guard", WEIGHTS, threads=1)

    @property
    def version(self) -> str:
        """The first 8 hex digits of the sha256 of the weights."""
        return self._network.version

    def score(self, text: str) -> float:
        """Return the log odds that a sentence speaks to an AI.

        One sentence a call: the weights quantise activations over a whole batch, so that a score would depend
        on what is scored beside it.
        """
        return float(self._network.run(pieces=np.array([pieces(text)], dtype=np.int64))[0])


@cache
def load_steering_network() -> SteeringNetwork:
    """Return what ships with the product."""
    return SteeringNetwork()


def pieces(text: str) -> list[int]:
    """Return what the network reads of a sentence: its word pieces between marks."""
    return [OPENS, *cut(normalised(text), MOST_PIECES).ids, ENDS]
