"""Sentences of a page that speak to an AI which reads along, told from those that speak to its reader.

A linear model over hashed runs of letters and words looks at all sentences of a section at once, and a small
network at those that it finds suspicious; what both say is added up. `make fit-steering` fits them;
docs/decisions/0023-steering.md says why they are built so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from io import BytesIO
from itertools import compress, count, groupby, islice
from operator import or_
from typing import Any

import numpy as np

from coach.guard.hidden import Hidden, merged
from coach.guard.ngrams import normalised, read_runs
from coach.guard.scripts import is_latin, is_of_another_script
from coach.guard.steering_network import SteeringNetwork, load_steering_network
from coach.guard.utterances import Utterance, utterances
from coach.guard.vetted import digest_of
from ingest.store.values import Vector

WEIGHTS_FILE = "steering.npz"
INT8_SCALE = 127.0
_FEWEST_WORDS = 3
MOST_LOOKS = 200
"""So many suspicious sentences of a section get a second look; it takes milliseconds each."""
_WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class SteeringModel:
    """What was fitted.

    Attributes:
        version: Hash of the file.
        runs: What each bucket of runs counts, float32 (BUCKETS,).
        bias: Added to their sum.
        look: From which on a sentence gets the second look.
        threshold: From which on a sentence steers, by the sum of both.
    """

    version: str
    runs: Vector
    bias: float
    look: float
    threshold: float

    def scores(self, texts: Sequence[str]) -> Vector:
        """Return a score of each text, float32 (n,): the higher, the more it sounds like an order."""
        found = read_runs(texts)
        counted = self.runs[found.buckets] * found.weights
        made: Vector = np.bincount(found.owners, weights=counted, minlength=len(texts)).astype(np.float32)
        return made + np.float32(self.bias)


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
        vetted: Digests of sentences that are known to be honest.
        network: Has the second look; by default what ships.
    """

    def __init__(
        self,
        model: SteeringModel,
        vetted: frozenset[str] = frozenset(),
        network: SteeringNetwork | None = None,
    ) -> None:
        self._model = model
        self._vetted = vetted
        self._network = network or load_steering_network()
        known = sha256("".join(sorted(vetted)).encode()).hexdigest()[:12]
        fitted = f"{model.version}+{self._network.version}"
        self._version = f"{fitted}+{known}" if vetted else fitted

    @property
    def version(self) -> str:
        """Of what was fitted, and of what is known to be honest."""
        return self._version

    def flags(self, texts: Sequence[str]) -> list[bool]:
        """Return which of the texts, a sentence each, steer.

        Of a page that is full of suspicious ones only the first get a second look: the others steer.
        """
        if not texts:
            return []
        scores = self._model.scores(texts).tolist()
        flags = [
            score >= self._model.look and self._is_open(text)
            for text, score in zip(texts, scores, strict=True)
        ]
        for at in islice(compress(count(), tuple(flags)), MOST_LOOKS):
            flags[at] = scores[at] + self._network.score(texts[at]) >= self._model.threshold
        return flags

    def steers(self, text: str) -> bool:
        """Return whether a text, a sentence, steers."""
        return self.flags([text])[0]

    def spans(self, text: str) -> tuple[Hidden, ...]:
        """Return what of a Markdown text steers, in order, without overlaps.

        An order goes on to the end of its paragraph, item or row: what follows it there is its content.
        """
        spans = []
        for _, block in groupby(self.told(text), key=lambda pair: pair[0].block):
            pieces = list(block)
            first = next((one.start for one, steers in pieces if steers), None)
            if first is not None:
                spans.append(Hidden(first, max(one.end for one, _ in pieces)))
        return merged(spans)

    def told(self, text: str) -> list[tuple[Utterance, bool]]:
        """Return what a Markdown text says, and of each piece whether it steers.

        So does one that is not in Latin letters where the text is: whoever reads the page does not read it.
        """
        found = list(utterances(text))
        said = [text[one.start : one.end] for one in found]
        return list(zip(found, map(or_, self.flags(said), self._foreign(text, said)), strict=True))

    def _foreign(self, text: str, said: Sequence[str]) -> list[bool]:
        if not is_latin(text):
            return [False] * len(said)
        return [is_of_another_script(one) and self._is_open(one) for one in said]

    def _is_open(self, text: str) -> bool:
        """Return whether a text could be an order, and is not known to be honest."""
        return can_order(normalised(text)) and digest_of(text) not in self._vetted


@cache
def load_steering_model() -> SteeringModel:
    """Return what ships with the product."""
    content = resources.files("coach.guard").joinpath(WEIGHTS_FILE).read_bytes()
    with np.load(BytesIO(content)) as arrays:
        return SteeringModel(
            version=sha256(content).hexdigest()[:12],
            runs=arrays["runs"].astype(np.float32) * float(arrays["scale"]),
            bias=float(arrays["bias"]),
            look=float(arrays["look"]),
            threshold=float(arrays["threshold"]),
        )


def save_steering_model(model: SteeringModel) -> bytes:
    """Return the content of the file that `load_steering_model` reads, without its version."""
    scale = float(np.abs(model.runs).max()) / INT8_SCALE
    arrays: dict[str, Any] = {
        "runs": np.round(model.runs / scale).astype(np.int8),
        "scale": np.float32(scale),
        "bias": np.float32(model.bias),
        "look": np.float32(model.look),
        "threshold": np.float32(model.threshold),
    }
    content = BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()
