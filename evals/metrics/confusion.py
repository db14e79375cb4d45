"""Verdicts against labels: precision, recall, F1 and balanced accuracy of a yes-or-no judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Confusion(NamedTuple):
    """Counts of the four outcomes; a measure without a denominator is None.

    >>> found = Confusion(true_positives=3, false_positives=1, false_negatives=2, true_negatives=4)
    >>> found.precision, found.recall, round(found.f1, 3), found.balanced_accuracy
    (0.75, 0.6, 0.667, 0.7)
    """

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def precision(self) -> float | None:
        """Positives among what was called positive."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float | None:
        """What was called positive among the positives."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall. Source: van Rijsbergen, "Information Retrieval" (1979)."""
        found = 2 * self.true_positives
        return _share(found, found + self.false_positives + self.false_negatives)

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of the recalls of both classes. Source: Brodersen et al. (2010)."""
        specificity = _share(self.true_negatives, self.true_negatives + self.false_positives)
        return None if self.recall is None or specificity is None else (self.recall + specificity) / 2


def confusion(labels: Sequence[bool], verdicts: Sequence[bool]) -> Confusion:
    """Return the counts of verdicts against labels.

    >>> confusion([True, True, False], [True, False, False])
    Confusion(true_positives=1, false_positives=0, false_negatives=1, true_negatives=1)
    """
    pairs = list(zip(labels, verdicts, strict=True))
    return Confusion(
        true_positives=pairs.count((True, True)),
        false_positives=pairs.count((False, True)),
        false_negatives=pairs.count((True, False)),
        true_negatives=pairs.count((False, False)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
