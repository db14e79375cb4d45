"""Whether two samples come from one distribution: how far apart they are, and how likely by chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

DRAWS = 2000
_TERMS = 100
_SMOOTHING = 0.5


class Shift(NamedTuple):
    """How far two samples are apart, and the chance of that between two samples of one distribution."""

    size: float
    p_value: float


def distance(reference: Sequence[float], recent: Sequence[float]) -> Shift:
    """Return the largest gap between two cumulative distributions (Kolmogorov-Smirnov), two-sided.

    The p-value is the asymptotic one; it is good from about 25 values a side on.

    Source: Smirnov (1948); Press et al., "Numerical Recipes" (3rd ed.), 14.3.3, for the effective size.

    >>> distance([1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 6.0]).size
    0.5
    """
    first, second = np.sort(np.asarray(reference, float)), np.sort(np.asarray(recent, float))
    at = np.concatenate([first, second])
    below_first = np.searchsorted(first, at, side="right") / len(first)
    below_second = np.searchsorted(second, at, side="right") / len(second)
    gap = float(np.abs(below_first - below_second).max())
    effective = math.sqrt(len(first) * len(second) / (len(first) + len(second)))
    return Shift(gap, _kolmogorov_tail((effective + 0.12 + 0.11 / effective) * gap))


def _kolmogorov_tail(value: float) -> float:
    """Return the chance of a larger value of Kolmogorov's distribution."""
    if value < 0.2:  # noqa: PLR2004 - the series needs ever more terms; the chance is 1 to ten places
        return 1.0
    terms = ((-1) ** (k - 1) * math.exp(-2.0 * (k * value) ** 2) for k in range(1, _TERMS))
    return float(min(1.0, max(0.0, 2.0 * sum(terms))))


def stability(reference: Mapping[str, int], recent: Mapping[str, int], *, seed: int = 0) -> Shift:
    """Return the population stability index of two counts by category, which both must have.

    Half an item is added to each category, so that an empty one is no infinity. By rule of thumb, below 0.1
    is steady and 0.25 a shift; small samples lie above that by chance alone, so the p-value is that of the
    same items dealt at random.

    Source: Siddiqi, "Credit Risk Scorecards" (2006), ch. 9, for the index and the rule; Yurdakul,
    "Statistical properties of population stability index" (2018), for what small samples do to it.

    >>> stability({"a": 50, "b": 50}, {"a": 50, "b": 50}).size
    0.0
    """
    names = sorted({*reference, *recent})
    first = np.array([reference.get(name, 0) for name in names])
    second = np.array([recent.get(name, 0) for name in names])
    seen = float(_stability(first, second[np.newaxis, :])[0])
    pooled = first + second
    dealt = np.random.default_rng(seed).multivariate_hypergeometric(pooled, int(second.sum()), size=DRAWS)
    at_random = _stability(pooled - dealt, dealt)
    return Shift(seen, float((np.sum(at_random >= seen - 1e-12) + 1) / (DRAWS + 1)))


def _stability(first: Counts, second: Counts) -> Shares:
    """Return the index of each row of the second against that of the first, or against its only row.

    Both are int (rows, categories), the first perhaps (categories,); the result is (rows,).
    """
    p, q = _shares(np.atleast_2d(first)), _shares(second)
    found: Shares = ((q - p) * np.log(q / p)).sum(axis=1)
    return found


def _shares(counts: Counts) -> Shares:
    smoothed = counts + _SMOOTHING
    shares: Shares = smoothed / smoothed.sum(axis=1, keepdims=True)
    return shares


def rise(hits: int, n: int, *, usual_hits: int, usual_n: int) -> Shift:
    """Return how many times its usual rate a share is, and the chance of as many hits or more (exact).

    Source: Fisher's exact test, one-sided; "The Design of Experiments" (1935).

    >>> found = rise(8, 10, usual_hits=2, usual_n=10)
    >>> found.size, round(found.p_value, 4)
    (4.0, 0.0115)
    """
    pooled = hits + usual_hits
    most = min(n, pooled)
    every = _log_ways(n + usual_n, pooled)
    chance = sum(
        math.exp(_log_ways(n, k) + _log_ways(usual_n, pooled - k) - every) for k in range(hits, most + 1)
    )
    usual = usual_hits / usual_n
    times = (hits / n) / usual if usual else (math.inf if hits else 1.0)
    return Shift(times, min(1.0, chance))


def _log_ways(n: int, k: int) -> float:
    """Return the logarithm of the number of ways to choose k of n; minus infinity if there is none."""
    if not 0 <= k <= n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
