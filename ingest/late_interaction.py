"""The head that makes word-by-word comparison out of the embedder's hidden states.

It is small enough to ship (about 100 kB) and was trained by evals/training on questions of our own over
public handbooks; docs/decisions/0004-late-interaction.md has its data, licence and what it brings.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO

import numpy as np

from ingest.store.values import Vector


@dataclass(frozen=True, slots=True)
class Head:
    """A projection of hidden states, and how much each word of a question counts.

    Attributes:
        projection: float32 (dim, token_dim).
        importance: float32 (dim,); its inner product with a word's hidden state is the word's logit.
    """

    version: str
    projection: Vector
    importance: Vector


@cache
def load_head(name: str) -> Head:
    """Return a head that ships with the product."""
    content = resources.files("ingest").joinpath("heads", name).read_bytes()
    with np.load(BytesIO(content)) as arrays:
        return Head(
            version=hashlib.sha256(content).hexdigest()[:8],
            projection=arrays["projection"].astype(np.float32),
            importance=arrays["importance"].astype(np.float32),
        )
