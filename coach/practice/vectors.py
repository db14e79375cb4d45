"""Texts as vectors, and how near each text of one set comes to each of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ingest.embed import Embedder
from ingest.store.values import Vector


@dataclass(frozen=True, slots=True)
class Texts:
    """Some texts, embedded.

    Attributes:
        bodies: float32 (n_texts, dim), unit norm.
        tokens: Of all word pieces, float32 (n_tokens, token_dim), unit norm.
        shares: What each word piece counts in its text, float32 (n_tokens,); they sum to 1 for each text.
        firsts: Row of each text's first word piece, int (n_texts,).
    """

    bodies: Vector
    tokens: Vector
    shares: Vector
    firsts: np.ndarray[tuple[int], np.dtype[np.intp]]

    def __len__(self) -> int:
        return len(self.bodies)

    def take(self, places: Sequence[int]) -> Texts:
        """Return those at some places, at least one, in that order."""
        ends = [*self.firsts[1:], len(self.tokens)]
        pieces = [np.arange(self.firsts[place], ends[place]) for place in places]
        rows = np.concatenate(pieces)
        return Texts(
            bodies=self.bodies[list(places)],
            tokens=self.tokens[rows],
            shares=self.shares[rows],
            firsts=np.cumsum([0, *(len(piece) for piece in pieces[:-1])]),
        )


class Nearness(NamedTuple):
    """How near texts come to others: all float32.

    Attributes:
        dense: Cosines, (n_texts, n_others).
        late: Late interaction with each of the others alone, (n_texts, n_others), at most 1.
        pairs: The same with each two neighbours taken together, (n_texts, n_others).
        whole: The same with all of the others taken together, (n_texts,).
    """

    dense: Vector
    late: Vector
    pairs: Vector
    whole: Vector


def embed(embedder: Embedder, texts: Sequence[str]) -> Texts:
    """Return texts, at least one, as vectors."""
    embedded = [embedder.embed_query(text) for text in texts]
    tokens = np.concatenate([one.tokens for one in embedded])
    shares = np.linalg.norm(tokens, axis=1)
    counts = [len(one.tokens) for one in embedded]
    return Texts(
        bodies=np.stack([one.body for one in embedded]),
        tokens=tokens / np.maximum(shares, 1e-9)[:, np.newaxis],
        shares=shares,
        firsts=np.cumsum([0, *counts[:-1]]),
    )


def nearness(texts: Texts, others: Texts) -> Nearness:
    """Return how near each text comes to the others.

    Late interaction: each word piece meets the one most like it among the others', and counts by its share.
    Source: Khattab & Zaharia, "ColBERT", 2020; see docs/decisions/0004-late-interaction.md.
    """
    met = np.maximum.reduceat(texts.tokens @ others.tokens.T, others.firsts, axis=1)
    neighbours = np.maximum(met, np.roll(met, -1, axis=1)) if met.shape[1] > 1 else met
    if met.shape[1] > 1:
        neighbours[:, -1] = met[:, -1]  # the last one has no neighbour after it

    def weighed(similarities: Vector) -> Vector:
        shares = texts.shares if similarities.ndim == 1 else texts.shares[:, np.newaxis]
        summed: Vector = np.add.reduceat(similarities * shares, texts.firsts, axis=0)
        return summed

    return Nearness(
        dense=texts.bodies @ others.bodies.T,
        late=weighed(met),
        pairs=weighed(neighbours),
        whole=weighed(met.max(axis=1)),
    )
