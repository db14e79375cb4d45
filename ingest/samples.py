"""Searches that tell whether two builds answer alike: a sample of their own chunks is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ingest.store.port import Build
from ingest.store.values import Leg

SAMPLE_QUERIES = 25
CANDIDATES = 10
TOLERANCE = 2e-3
"""Half-precision numbers are rounded once on each engine."""

Scores = Mapping[str, Sequence[float]]
"""Search -> scores of what it found, best first; of chunks with one score an engine may name any first."""


def sample_scores(build: Build) -> dict[str, tuple[float, ...]]:
    """Return the scores by search of a sample that is the same for builds of the same chunks."""
    ids = sorted(build.chunk_ids())
    sample = ids[:: max(1, len(ids) // SAMPLE_QUERIES)]
    found: dict[str, tuple[float, ...]] = {}
    for chunk, vectors in sorted(build.vectors(sample).items()):
        dense = Leg("dense", "body", vectors.body, CANDIDATES)
        sparse = Leg("sparse", "bm25", vectors.bm25, CANDIDATES)
        for leg in (dense, sparse):
            hits = build.search([leg], limit=leg.limit, rrf_k=60, where={}, exact=True)  # graphs may differ
            found[f"{leg.name} search for chunk {chunk}"] = tuple(hit.score for hit in hits)
    return found


def other_answer(one: Scores, other: Scores) -> str:
    """Return the first search that is answered in another way, in words; nothing if there is none.

    >>> other_answer({"search for a": [1.0, 0.5]}, {"search for a": [1.0, 0.4]})
    'the search for a'
    """
    for search, scores in one.items():
        found = other.get(search, ())
        if len(found) != len(scores) or not np.allclose(scores, found, atol=TOLERANCE, rtol=TOLERANCE):
            return f"the {search}"
    return "" if one.keys() == other.keys() else "the searches of the sample"
