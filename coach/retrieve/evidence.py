"""What speaks for and against an answer being in the handbook, as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from coach.retrieve.cohorts import Cohorts, load_cohorts
from coach.retrieve.retriever import Retrieval
from ingest.analysis import STOPWORDS, stem, words
from ingest.errors import IndexMismatchError
from ingest.store.port import Build
from ingest.store.values import Leg

HEADINGS = 200
TOP_SECTIONS = 3
MEAN_OF = 5
ASKED_WEIGHT = 0.9  # words that were asked, repaired ones included, weigh at least this; additions less


class Evidence:
    """Measures one retrieval against one build.

    Raises:
        IndexMismatchError: The cohorts were embedded with other weights than the index.
    """

    def __init__(self, build: Build, cohorts: Cohorts | None = None) -> None:
        self._build = build
        self._cohorts = cohorts or load_cohorts()
        weights = build.manifest.embed_model_version.partition("+")[0]
        if self._cohorts.weights_version != weights:
            raise IndexMismatchError(
                f"the cohorts were embedded with weights {self._cohorts.weights_version!r}, "
                f"the index is made with {weights!r}",
                hint="Use the embedding model that ships with this release.",
            )
        self._chunks_with: dict[str, int] = {}
        for word, count in build.vocabulary().items():
            one = stem(word)
            self._chunks_with[one] = max(self._chunks_with.get(one, 0), count)
        self._chunks = max(build.manifest.chunks, 1)
        self._usual = self._of_headings()

    def measure(self, retrieval: Retrieval) -> dict[str, float]:
        """Return the measurements by name; all are finite and most lie between 0 and 1."""
        nearness = self._cohorts.nearness(retrieval.embedded.whole.body[np.newaxis])
        found = self._best_scores(retrieval)
        coverage, unknown = self._coverage(retrieval)
        return {
            **found,
            "coverage": coverage,
            "unknown": unknown,
            "words": math.log1p(len(retrieval.query.terms)),
            **{name: float(values[0]) - self._usual[name] for name, values in nearness.items()},
        }

    def _of_headings(self) -> dict[str, float]:
        """Return how near this handbook's own headings are on average, of an even sample of them."""
        ids = sorted(self._build.chunk_ids())
        titles = self._build.titles(ids[:: max(len(ids) // HEADINGS, 1)])
        if not titles:  # an index that was emptied; no question gets as far as being measured
            return {}
        nearness = self._cohorts.nearness(np.stack([*titles.values()]))
        return {name: float(values.mean()) for name, values in nearness.items()}

    def _best_scores(self, retrieval: Retrieval) -> dict[str, float]:
        scored = retrieval.scored
        if not scored:
            body = retrieval.embedded.whole.body
            hits = self._build.search([Leg("dense", "body", body, MEAN_OF)], limit=MEAN_OF, rrf_k=1, where={})
            dense = [hit.score for hit in hits] or [0.0]
            return {"dense": dense[0], "dense_mean": sum(dense) / len(dense)}
        dense = sorted((one.dense for one in scored), reverse=True)[:MEAN_OF]
        late = sorted((one.late for one in scored), reverse=True)[:MEAN_OF]
        return {
            "dense": dense[0],
            "dense_mean": sum(dense) / len(dense),
            "title": max(one.title for one in scored),
            "late": late[0],
            "late_mean": sum(late) / len(late),
            "late_of_first": scored[0].late,
        }

    def _coverage(self, retrieval: Retrieval) -> tuple[float, float]:
        """Return two shares of what was asked, by rarity: held by the best sections, held by no chunk."""
        rarity: Mapping[str, float] = {
            term: math.log1p(self._chunks / (1 + self._chunks_with.get(term, 0)))
            for term, weight in retrieval.query.terms.items()
            if weight >= ASKED_WEIGHT
        }
        held: set[str] = set()
        for section in retrieval.sections[:TOP_SECTIONS]:
            for chunk in section.chunks[:TOP_SECTIONS]:
                held |= _stems(chunk.lead, chunk.plain)
        total = sum(rarity.values()) or 1.0
        covered = sum(weight for term, weight in rarity.items() if term in held)
        unknown = sum(weight for term, weight in rarity.items() if term not in self._chunks_with)
        return covered / total, unknown / total


@lru_cache(maxsize=4096)
def _stems(lead: str, plain: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(f"{lead} {plain}") if word not in STOPWORDS)
