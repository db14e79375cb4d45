"""A page with its vectors: equal for all answers to its question, made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from coach.practice.page import Page, Point
from coach.practice.vectors import Texts, embed, nearness
from ingest.embed import Embedder
from ingest.store.values import Vector

# How many statements of the page stand for a point, the nearest to its row of the rubric, and how sharply
# the nearest count more than the next.
EVIDENCE = 4
_SHARPNESS = 12.0
_DENSE_WEIGHT = 0.5


class Usual(NamedTuple):
    """How near answers to other questions come to some texts, on average: float32 (n_texts,) each.

    Only what goes beyond says that a text was meant (cohort normalisation; Auckenthaler et al., "Score
    Normalization for Text-Independent Speaker Verification Systems", 2000).
    """

    late: Vector
    dense: Vector
    whole: Vector


@dataclass(frozen=True, slots=True)
class PageVectors:
    """A page with its vectors.

    Attributes:
        anchors: Of each point's name with each of its anchors, in order.
        owners: For each anchor, the place of its point.
        shares: How much each statement stands for each point, (n_points, n_statements); rows sum to 1.
    """

    page: Page
    statements: Texts
    traps: Texts | None
    anchors: Texts
    owners: tuple[int, ...]
    wordings: Texts
    shares: Vector
    usual_statements: Usual
    usual_anchors: Usual

    def point_text(self, place: int) -> str:
        """Return a point as it is read: its name, what suffices, and what the page says on it."""
        point = self.page.points[place]
        statement = self.page.statements[int(np.argmax(self.shares[place]))]
        return f"{point.name}: {point.strong[0]}; {point.strong[-1]}. {statement.text}"


def read_vectors(page: Page, embedder: Embedder, others: Sequence[Texts]) -> PageVectors:
    """Return a page with its vectors.

    Args:
        page: With one statement or more.
        embedder: Of the index.
        others: Answers to other questions.
    """
    pairs = [(place, anchor) for place, point in enumerate(page.points) for anchor in point.anchors]
    anchors = embed(embedder, [_row(page.points[place], anchor) for place, anchor in pairs])
    statements = embed(embedder, [one.text for one in page.statements])
    owners = tuple(place for place, _ in pairs)
    return PageVectors(
        page=page,
        statements=statements,
        traps=embed(embedder, [one.text for one in page.traps]) if page.traps else None,
        anchors=anchors,
        owners=owners,
        wordings=embed(embedder, page.wordings),
        shares=_shares(page, anchors, owners, statements),
        usual_statements=_usual(statements, others),
        usual_anchors=_usual(anchors, others),
    )


def _row(point: Point, anchor: str) -> str:
    return anchor if point.name in anchor else f"{point.name}: {anchor}"


def _shares(page: Page, anchors: Texts, owners: Sequence[int], statements: Texts) -> Vector:
    """Return how much each statement stands for each point: its strong anchors decide."""
    near = nearness(anchors, statements)
    blended = near.late + _DENSE_WEIGHT * near.dense
    rows = []
    for place, point in enumerate(page.points):
        own = [at for at, owner in enumerate(owners) if owner == place][-len(point.strong) :]
        scores = blended[own].mean(axis=0)
        kept = np.argsort(-scores, kind="stable")[:EVIDENCE]
        weights = np.zeros_like(scores)
        weights[kept] = np.exp(_SHARPNESS * (scores[kept] - scores.max()))
        rows.append(weights / weights.sum())
    return np.stack(rows)


def _usual(texts: Texts, others: Sequence[Texts]) -> Usual:
    """Return what answers to other questions reach; nothing where there are none."""
    if not others:
        nothing = np.zeros(len(texts), dtype=np.float32)
        return Usual(nothing, nothing, nothing)
    found = [nearness(texts, other) for other in others]
    return Usual(
        late=np.mean([one.pairs.max(axis=1) for one in found], axis=0),
        dense=np.mean([one.dense.max(axis=1) for one in found], axis=0),
        whole=np.mean([one.whole for one in found], axis=0),
    )
