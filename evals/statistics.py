"""How sure a mean is, and whether two runs differ by more than chance. Seeded, so that a run repeats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coach.errors import UsageError

RESAMPLES = 2000
LEVEL = 0.95
POWER = 0.8
FLIPS = 10_000
# Up to here every assignment of signs is counted, 2 ** 13 of them; above, `FLIPS` random ones.
EXACT_FLIPS_UP_TO = 13
_NORMAL = NormalDist()
_ROUNDING = 1e-9

Vector = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """Where a mean lies, at a level of confidence; both ends belong to it."""

    low: float
    high: float


class Comparison(NamedTuple):
    """Two runs on the same items, `after` minus `before`.

    Attributes:
        low: Of the bootstrap interval of `difference`; likewise `high`.
        p_value: Of the two-sided sign-flip test; 1.0 if no item changed.
        detectable: Smallest true difference that this many items would show 4 times in 5; None below 2.
        n: Items compared.
    """

    difference: float
    low: float
    high: float
    p_value: float
    detectable: float | None
    n: int


def bootstrap_interval(
    values: Sequence[float], *, seed: int = 0, resamples: int = RESAMPLES, level: float = LEVEL
) -> Interval:
    """Return the BCa bootstrap interval of the mean; it does not depend on the order of the values.

    A sample without spread gives an interval without width, except where every value is 0 or every value
    is 1: there it is the exact binomial one, so that 20 right of 20 is not taken for certainty.

    Source: Efron, "Better bootstrap confidence intervals" (1987), for the interval; Clopper & Pearson
    (1934) for the exception.

    Raises:
        UsageError: There is no value, or one is not a finite number.

    >>> low, high = bootstrap_interval([1.0] * 16 + [0.0] * 4)
    >>> round(low, 2), round(high, 2)
    (0.55, 0.95)
    >>> [round(end, 2) for end in bootstrap_interval([1.0] * 20)]
    [0.83, 1.0]
    >>> bootstrap_interval([0.3, 0.3])
    Interval(low=0.3, high=0.3)
    """
    sample = np.sort(_as_vector(values))  # so that not even the rounding depends on the order
    tail = (1.0 - level) / 2.0
    distinct, counts = np.unique(sample, return_counts=True)
    if len(distinct) == 1:
        return _without_spread(float(distinct[0]), len(sample), tail)
    drawn = np.random.default_rng(seed).multinomial(len(sample), counts / len(sample), size=resamples)
    means: Vector = drawn @ distinct / len(sample)
    low, high = np.quantile(means, _corrected(sample, means, tail))
    return Interval(float(low), float(high))


def sign_flip_test(differences: Sequence[float], *, seed: int = 0, flips: int = FLIPS) -> float:
    """Return the two-sided p-value of a paired randomisation test: that the mean difference is 0.

    Where nothing but chance told the runs apart, each difference could as well have had the other sign; the
    p-value is the share of sign assignments whose mean is at least as far from 0. Exact up to 13 items that
    changed, else from random signs, the given ones counted among them.

    Source: Smucker, Allan & Carterette, "A comparison of statistical significance tests for information
    retrieval evaluation" (2007).

    Raises:
        UsageError: There is no value, or one is not a finite number.

    >>> sign_flip_test([1.0, 1.0, 1.0, 1.0]), sign_flip_test([1.0, -1.0]), sign_flip_test([0.0])
    (0.125, 1.0, 1.0)
    """
    given = _as_vector(differences)
    changed = given[given != 0.0]
    seen = abs(float(changed.sum())) - _ROUNDING
    if not len(changed):
        return 1.0
    if len(changed) <= EXACT_FLIPS_UP_TO:
        bits = np.arange(2 ** len(changed))[:, np.newaxis] >> np.arange(len(changed)) & 1
        sums = np.abs((2 * bits - 1) @ changed)
        return float(np.mean(sums >= seen))
    # The sum over equal sizes is a binomial draw: no table of flips x items is ever held.
    sizes, counts = np.unique(np.abs(changed), return_counts=True)
    positive = np.random.default_rng(seed).binomial(counts, 0.5, size=(flips, len(sizes)))
    sums = np.abs((2 * positive - counts) @ sizes)
    return float((np.sum(sums >= seen) + 1) / (flips + 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values, in their order, corrected for there being several: one chance of error for all.

    Source: Holm, "A simple sequentially rejective multiple test procedure" (1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected = [0.0] * len(p_values)
    least = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = min(1.0, max(least, p_values[index] * (len(p_values) - rank)))
        corrected[index] = least
    return corrected


def minimal_detectable_difference(
    n: int, deviation: float, *, level: float = LEVEL, power: float = POWER
) -> float:
    """Return the smallest true mean difference that `n` pairs show with probability `power`.

    Args:
        n: Items that both runs scored; at least 1.
        deviation: Standard deviation of the differences item by item.
        level: Of confidence, two-sided.
        power: Chance to see a difference that is there.

    Source: Card et al., "With little power comes great responsibility" (2020); the normal approximation
    (z of level + z of power) * deviation / sqrt(n).

    >>> round(minimal_detectable_difference(100, 0.5), 2)
    0.14
    """
    reach = _NORMAL.inv_cdf(1.0 - (1.0 - level) / 2.0) + _NORMAL.inv_cdf(power)
    return reach * deviation / math.sqrt(n)


def compare(before: Sequence[float], after: Sequence[float], *, seed: int = 0) -> Comparison:
    """Return what changed in the mean between two runs on the same items, paired by position.

    Raises:
        UsageError: The runs have different lengths, no value, or one that is not a finite number.

    >>> found = compare([0.0] * 8 + [1.0] * 8, [1.0] * 6 + [0.0] * 2 + [1.0] * 8)
    >>> found.difference, round(found.p_value, 3), found.n
    (0.375, 0.031, 16)
    """
    if len(before) != len(after):
        raise UsageError(f"{len(before)} values cannot be paired with {len(after)}")
    differences = _as_vector(after) - _as_vector(before)
    n = len(differences)
    listed = differences.tolist()
    if np.all(differences == differences[0]):
        low = high = float(differences[0])
    else:
        low, high = bootstrap_interval(listed, seed=seed)
    deviation = float(differences.std(ddof=1)) if n > 1 else None
    return Comparison(
        difference=float(differences.mean()),
        low=low,
        high=high,
        p_value=sign_flip_test(listed, seed=seed),
        detectable=None if deviation is None else minimal_detectable_difference(n, deviation),
        n=n,
    )


def _as_vector(values: Sequence[float]) -> Vector:
    sample = np.asarray(values, dtype=np.float64)
    if not sample.size:
        raise UsageError("there is no value to judge", hint="Score at least one item.")
    if not np.isfinite(sample).all():
        raise UsageError("a value is not a finite number", hint="Leave what is unscored out and count it.")
    return sample


def _without_spread(value: float, n: int, tail: float) -> Interval:
    if value == 1.0:
        return Interval(tail ** (1.0 / n), 1.0)
    if value == 0.0:
        return Interval(0.0, 1.0 - tail ** (1.0 / n))
    return Interval(value, value)


def _corrected(sample: Vector, means: Vector, tail: float) -> Vector:
    """Return the two quantiles of the resampled means that BCa takes instead of `tail` and 1 - `tail`."""
    mean = float(sample.mean())
    below = float(np.mean(means < mean - _ROUNDING) + np.mean(np.abs(means - mean) <= _ROUNDING) / 2.0)
    edge = 1.0 / (2.0 * len(means))
    bias = _NORMAL.inv_cdf(min(max(below, edge), 1.0 - edge))
    # Left out one by one, the means lie off by the deviations over n - 1; that factor cancels.
    spread = sample - mean
    spread /= np.abs(spread).max()  # cancels, too, and keeps the powers of tiny ones above nothing
    acceleration = float((spread**3).sum() / (6.0 * (spread**2).sum() ** 1.5))
    ends = []
    for probability in (tail, 1.0 - tail):
        shifted = bias + _NORMAL.inv_cdf(probability)
        ends.append(_NORMAL.cdf(bias + shifted / (1.0 - acceleration * shifted)))
    return np.asarray(ends)
