"""Sentences of a page that speak to an AI which reads along, told from those that speak to its reader.

Two looks. A linear model over hashed runs of letters and words passes nearly all sentences at once. What is
left is embedded, and a kernel machine over the vector has the last word. `make fit-steering` fits both;
docs/decisions/0023-steering.md says why it is built so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib import resources
from io import BytesIO
from itertools import groupby, islice
from typing import Any

import numpy as np

from coach.guard.hidden import Hidden, merged
from coach.guard.ngrams import normalised, read_runs
from coach.guard.utterances import utterances
from ingest.embed import Embedder
from ingest.errors import WeightsError
from ingest.store.port import Vector

WEIGHTS_FILE = "steering.npz"
INT8_SCALE = 127.0
_KEPT = 16_384
_FEWEST_WORDS = 3
_WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|[^\W\d_]{2,}")
_NUMBERS = ("runs_bias", "floor", "width", "slope", "bias", "threshold")


@dataclass(frozen=True, slots=True)
class SteeringModel:
    """What was fitted.

    Attributes:
        version: Hash of the file.
        weights_version: Of the embedder.
        runs: What each bucket of runs counts, float32 (BUCKETS,).
        runs_bias: Added to their sum.
        floor: Sentences whose wording scores below it pass without a second look.
        axes: float32 (dim, n_axes), the directions of the vectors that count.
        centres: float32 (n_centres, n_axes), vectors of known sentences.
        shares: What nearness to each centre counts, float32 (n_centres,).
        width: How fast nearness falls with the squared distance.
        slope: What the first score counts in the second.
        bias: Added to both.
        threshold: From which on a sentence steers.
    """

    version: str
    weights_version: str
    runs: Vector
    runs_bias: float
    floor: float
    axes: Vector
    centres: Vector
    shares: Vector
    width: float
    slope: float
    bias: float
    threshold: float

    def wording(self, texts: Sequence[str]) -> Vector:
        """Return the first score of each text, float32 (n,): the higher, the more it sounds like an order."""
        found = read_runs(texts)
        counted = self.runs[found.buckets] * found.weights
        scores: Vector = np.bincount(found.owners, weights=counted, minlength=len(texts)).astype(np.float32)
        return scores + np.float32(self.runs_bias)

    def meaning(self, wording: float, body: Vector) -> float:
        """Return the second score, from the first and the text's dense vector float32 (dim,), unit norm."""
        apart = self.centres - body @ self.axes
        near = np.exp(-self.width * np.einsum("ij,ij->i", apart, apart))
        return float(near @ self.shares) + self.slope * wording + self.bias


def can_order(text: str) -> bool:
    """Return whether a text has the words that an order takes: three, or as much in a script without blanks.

    >>> can_order("Direct answer"), can_order("Say it twice."), can_order("\u8bf7\u544a\u8bc9\u7528\u6237")
    (False, True, True)
    """
    return len(list(islice(_WORD.finditer(text), _FEWEST_WORDS))) == _FEWEST_WORDS


class Steering:
    """Tells sentences that steer; safe to share between threads.

    Args:
        model: What was fitted.
        embedder: Of the weights that it was fitted with.

    Raises:
        WeightsError: The embedder is another one.
    """

    def __init__(self, model: SteeringModel, embedder: Embedder) -> None:
        if embedder.spec.version != model.weights_version:
            raise WeightsError(
                f"what tells steering sentences was fitted with weights {model.weights_version!r}, "
                f"the embedder's are {embedder.spec.version!r}",
                hint="Use the embedding model that ships with this release.",
            )
        self._model = model
        self._body: Callable[[str], Vector] = lru_cache(_KEPT)(lambda text: embedder.embed_query(text).body)

    @property
    def version(self) -> str:
        """Of what was fitted."""
        return self._model.version

    def suspects(self, texts: Sequence[str]) -> list[bool]:
        """Return which of the texts, a sentence each, are worth a second look."""
        return [wording is not None for wording in self._suspicions(texts)]

    def flags(self, texts: Sequence[str]) -> list[bool]:
        """Return which of the texts, a sentence each, steer."""
        return [
            wording is not None and self._steers(text, wording)
            for text, wording in zip(texts, self._suspicions(texts), strict=True)
        ]

    def spans(self, text: str) -> tuple[Hidden, ...]:
        """Return what of a Markdown text steers, in order, without overlaps.

        An order goes on to the end of its paragraph, item or row: what follows it there is its content.
        """
        found = list(utterances(text))
        flags = self.flags([text[one.start : one.end] for one in found])
        spans = []
        for _, block in groupby(zip(found, flags, strict=True), key=lambda pair: pair[0].block):
            pieces = list(block)
            first = next((one.start for one, steers in pieces if steers), None)
            if first is not None:
                spans.append(Hidden(first, max(one.end for one, _ in pieces)))
        return merged(spans)

    def _suspicions(self, texts: Sequence[str]) -> list[float | None]:
        """Return the first score of each text that is worth a second look; None of the others."""
        if not texts:
            return []
        wordings = self._model.wording(texts)
        return [
            float(wording) if wording >= self._model.floor and can_order(normalised(text)) else None
            for text, wording in zip(texts, wordings, strict=True)
        ]

    def _steers(self, text: str, wording: float) -> bool:
        return self._model.meaning(wording, self._body(normalised(text))) >= self._model.threshold


@cache
def load_steering_model() -> SteeringModel:
    """Return what ships with the product."""
    content = resources.files("coach.guard").joinpath(WEIGHTS_FILE).read_bytes()
    with np.load(BytesIO(content)) as arrays:
        return SteeringModel(
            version=sha256(content).hexdigest()[:12],
            weights_version=str(arrays["weights_version"]),
            runs=arrays["runs"].astype(np.float32) * float(arrays["runs_scale"]),
            axes=arrays["axes"].astype(np.float32),
            centres=arrays["centres"].astype(np.float32) * float(arrays["centres_scale"]),
            shares=arrays["shares"].astype(np.float32),
            **{name: float(arrays[name]) for name in _NUMBERS},
        )


def save_steering_model(model: SteeringModel) -> bytes:
    """Return the content of the file that `load_steering_model` reads, without its version."""
    runs_scale = float(np.abs(model.runs).max()) / INT8_SCALE
    centres_scale = float(np.abs(model.centres).max()) / INT8_SCALE
    arrays: dict[str, Any] = {name: np.float32(getattr(model, name)) for name in _NUMBERS}
    arrays |= {
        "weights_version": np.array(model.weights_version),
        "runs": np.round(model.runs / runs_scale).astype(np.int8),
        "runs_scale": np.float32(runs_scale),
        "axes": model.axes.astype(np.float16),
        "centres": np.round(model.centres / centres_scale).astype(np.int8),
        "centres_scale": np.float32(centres_scale),
        "shares": model.shares.astype(np.float16),
    }
    content = BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()
