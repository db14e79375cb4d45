"""Requests with the labels of their authors, and regressions over what stands in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from coach.recruit.fitted import Regression
from coach.recruit.read_text import Placed
from ingest.store.values import Vector

WEIGHTS = Path(__file__).parents[2] / "coach" / "recruit" / "weights"
LEAST_SEEN = 2
"""A sign of fewer mentions is left out."""
STRENGTH = 1.0
MEANING_COUNTS = 3.0
"""Of what a clause means each of many small numbers says little."""


GROUPS = 6


def author_groups(authors: Iterable[str]) -> list[frozenset[str]]:
    """Deal authors into groups, each of which is left out in turn."""
    names = sorted(set(authors))
    return [frozenset(names[at::GROUPS]) for at in range(GROUPS)]


class Request(NamedTuple):
    """A request with its labels, and the words that decide them."""

    author: str
    labels: Mapping[str, Any]

    @property
    def text(self) -> str:
        """As it arrives."""
        return str(self.labels["text"])

    @property
    def names_words(self) -> bool:
        """Whether its author named the words that decide each label."""
        return "words" in self.labels

    def words(self, label: str) -> list[str]:
        """The words that decide a label."""
        return list(self.labels["words"].get(label, ()))

    def words_by_name(self, label: str) -> dict[str, list[str]]:
        """The words that decide each name of a label."""
        return dict(self.labels["words"].get(label) or {})

    def touched(self, words: str, found: Sequence[Placed]) -> list[int]:
        """Return the places of what shares characters with the first of these words in the text."""
        start = self.text.find(words)
        end = start + len(words)
        return [at for at, one in enumerate(found) if 0 <= start < one.end and one.start < end]


def load(file: Path) -> list[Request]:
    """Return the requests of a file."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [Request(row["id"].rpartition("-")[0], row) for row in rows]


def fit(
    rows: Sequence[Mapping[str, float]],
    labels: Sequence[int],
    strength: float = STRENGTH,
    *,
    meanings: Vector | None = None,
) -> Regression:
    """Return a regression over all signs that are seen often enough, and over what rows mean."""
    seen = Counter(name for row in rows for name in row)
    places = {name: at for at, name in enumerate(sorted(n for n, many in seen.items() if many >= LEAST_SEEN))}
    cells = [
        (at, places[name], much)
        for at, row in enumerate(rows)
        for name, much in row.items()
        if name in places
    ]
    down, across, much = zip(*cells, strict=True)
    matrix = csr_matrix((much, (down, across)), shape=(len(rows), len(places)))
    if meanings is not None:
        matrix = hstack([matrix, csr_matrix(meanings * MEANING_COUNTS)]).tocsr()
    model = LogisticRegression(C=strength, max_iter=2000).fit(matrix, labels)
    weights, bias = model.coef_.T, model.intercept_
    if len(bias) == 1:  # of two classes scikit-learn keeps the difference alone
        weights, bias = np.column_stack([np.zeros(len(weights)), weights]), np.append(0.0, bias)
    weights, bias = weights.astype(np.float32), bias.astype(np.float32)
    dense = weights[len(places) :] * MEANING_COUNTS if meanings is not None else None
    return Regression(places, weights[: len(places)], bias, dense)


def write(name: str, model: Regression) -> None:
    """Write a regression; weights are halved in size."""
    WEIGHTS.mkdir(exist_ok=True)
    np.savez_compressed(
        WEIGHTS / f"{name}.npz",
        allow_pickle=False,
        signs=np.array(list(model.places)),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
        **({} if model.dense is None else {"dense": model.dense.astype(np.float16)}),
    )
