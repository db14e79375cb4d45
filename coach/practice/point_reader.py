"""What words say to a point of a rubric: met, half met, passed over, or turned round.

A small cross-encoder that was fitted for this reads point and words together, and so sees what vectors
made apart cannot: who does what to whom. evals/training/README.md says what it was made from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from coach.practice.page import Point
from ingest.store.port import Vector

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WEIGHTS = ("weights", "points.onnx")
TOKENIZER = ("weights", "tokenizer.json")
LABELS = ("covered", "partly", "missing", "contradicted")
READ = (
    "read_covered", "read_partly", "read_turned", "read_said", "read_net", "read_covered_mean",
    "read_turned_mean", "read_covered_two", "read_turned_two", "nearest_covered", "nearest_partly",
    "nearest_turned",
)  # fmt: skip
"""What `summary` tells of a point: the highest chances of words that may make it, their mean over sentences
and the mean of the two highest; "nearest" are those of the words that are least likely to pass it over."""
MOST_PIECES = 64
"""Of either text; the weights have seen no longer ones."""
OPENS, ENDS = 101, 102
"""The marks [CLS] and [SEP] of the vocabulary."""


def text_of(point: Point, statement: str) -> str:
    """Return a point as it is read: its name, what suffices, and what the page says on it."""
    return f"{point.name}: {point.strong[0]}; {point.strong[-1]}. {statement}"


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
        self._threads = threads
        self._loading = Lock()

    @cached_property
    def version(self) -> str:
        """The first 8 hex digits of the sha256 of the weights."""
        return hashlib.sha256(self._weights).hexdigest()[:8]

    def read(self, points: Sequence[str], said: Sequence[str]) -> Vector:
        """Return the chances of each pair, float32 (n_points, n_said, 4), in the order of `LABELS`."""
        asked, answers = self._pieces(points), self._pieces(said)
        return np.stack([np.stack([self._chances(point, one) for one in answers]) for point in asked])

    def _pieces(self, texts: Sequence[str]) -> list[list[int]]:
        with self._loading:
            tokenizer = self._tokenizer
        return [tokenizer.encode(text, add_special_tokens=False).ids[:MOST_PIECES] for text in texts]

    def _chances(self, point: Sequence[int], said: Sequence[int]) -> Vector:
        """Return the chances of one pair, float32 (4,).

        One pair a call: the weights quantise activations over a whole batch, so that a pair's chances would
        depend on its neighbours; and on a CPU a batch is no faster.
        """
        first, second = [OPENS, *point, ENDS], [*said, ENDS]
        with self._loading:
            session = self._session
        ids = np.array([first + second], dtype=np.int64)
        kinds = np.array([[0] * len(first) + [1] * len(second)], dtype=np.int64)
        named = {"input_ids": ids, "token_type_ids": kinds, "attention_mask": np.ones_like(ids)}
        chances: Vector = session.run(None, named)[0][0]
        return chances

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        made = Tokenizer.from_str(resources.files("coach.practice").joinpath(*TOKENIZER).read_text("utf-8"))
        made.no_padding()
        made.no_truncation()
        return made

    @cached_property
    def _session(self) -> InferenceSession:
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = self._threads
        return InferenceSession(self._weights, options, providers=["CPUExecutionProvider"])

    @property
    def _weights(self) -> bytes:
        return resources.files("coach.practice").joinpath(*WEIGHTS).read_bytes()
