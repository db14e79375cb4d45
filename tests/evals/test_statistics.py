"""Intervals and tests of difference, against scipy's and against hand-worked ones."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from coach.errors import UsageError
from evals.statistics import (
    bootstrap_interval,
    compare,
    holm,
    minimal_detectable_difference,
    sign_flip_test,
)

RESAMPLES = 30_000
SHARES = st.lists(st.floats(0, 1, allow_subnormal=False), min_size=2, max_size=60)


def skewed(seed: int, n: int) -> list[float]:
    """Return values of which most are 1 and some trail off."""
    chance = random.Random(seed)
    return [1.0 if chance.random() < 0.7 else chance.random() for _ in range(n)]


def coins(seed: int, n: int) -> list[float]:
    """Return 0s and 1s, four in five of them 1."""
    chance = random.Random(seed)
    return [float(chance.random() < 0.8) for _ in range(n)]


@pytest.mark.parametrize("values", [skewed(1, 25), skewed(2, 230), coins(3, 40), coins(4, 230)])
def test_the_interval_is_that_of_scipy(values: list[float]) -> None:
    """Both ends agree with scipy's BCa interval of the mean, up to what two random generators differ."""
    theirs = stats.bootstrap((values,), np.mean, n_resamples=RESAMPLES, method="BCa", rng=1)
    ours = bootstrap_interval(values, resamples=RESAMPLES)
    step = float(np.std(values)) / math.sqrt(len(values))
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.15 * step)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.15 * step)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_right_is_not_certainty(value: float) -> None:
    """Where all values are 0, or all are 1, the interval is the exact binomial one."""
    exact = stats.binomtest(int(value * 12), 12).proportion_ci(method="exact")
    ours = bootstrap_interval([value] * 12)
    assert (ours.low, ours.high) == pytest.approx((exact.low, exact.high))


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Of 300 samples of 50 skewed values, at least 90% have the true mean within their interval."""
    truth = 0.7 + 0.3 * 0.5
    intervals = [bootstrap_interval(skewed(seed, 50), resamples=1000) for seed in range(300)]
    assert sum(low <= truth <= high for low, high in intervals) >= 270


@settings(max_examples=50)
@example([0.0, 2.08360632e-254])
@given(SHARES)
def test_the_interval_holds_the_mean_and_ignores_order(values: list[float]) -> None:
    """It surrounds the mean, stays within the values, or within 0 to 1, and repeats on any order."""
    low, high = bootstrap_interval(values, resamples=200)
    mean = sum(values) / len(values)
    assert min(0.0, *values) - 1e-9 <= low <= mean + 1e-9
    assert mean - 1e-9 <= high <= max(1.0, *values) + 1e-9
    assert bootstrap_interval(values[::-1], resamples=200) == (low, high)


@pytest.mark.parametrize("values", [[], [0.5, float("nan")], [float("inf")]])
def test_what_cannot_be_judged_is_an_error(values: list[float]) -> None:
    """No value, NaN and infinity are refused; none of them becomes a number."""
    for judge in (bootstrap_interval, sign_flip_test):
        with pytest.raises(UsageError):
            judge(values)


def randomised(differences: Sequence[float]) -> float:
    """Return scipy's p-value for paired samples, from all assignments."""

    def mean_difference(after: Sequence[float], before: Sequence[float]) -> float:
        return float(np.mean(after) - np.mean(before))

    found = stats.permutation_test(
        (differences, [0.0] * len(differences)),
        mean_difference,
        permutation_type="samples",
        n_resamples=2 ** len(differences),
    )
    return float(found.pvalue)


@pytest.mark.parametrize(
    "differences",
    [
        [1.0, 1.0, 0.0, -1.0, 1.0, 1.0],
        [0.2, -0.1, 0.4, 0.3, 0.25, -0.05, 0.1],
        [1.0, 0.0, 0.0],
        [0.1] * 10,
    ],
)
def test_few_changes_are_counted_exactly(differences: list[float]) -> None:
    """The p-value is the one that scipy finds over all assignments of signs."""
    assert sign_flip_test(differences) == pytest.approx(randomised(differences))


@pytest.mark.parametrize(("better", "worse"), [(20, 8), (18, 15), (40, 10)])
def test_many_changes_are_near_the_exact_sign_test(better: int, worse: int) -> None:
    """For items that turn by 1 the test is McNemar's exact one."""
    exact = stats.binomtest(better, better + worse).pvalue
    differences = [1.0] * better + [-1.0] * worse + [0.0] * 100
    assert sign_flip_test(differences) == pytest.approx(exact, abs=0.02)


def test_the_detectable_difference_is_detected_four_times_in_five() -> None:
    """With a true difference of just that size, about 80% of samples have p below 0.05."""
    n, deviation = 60, 0.3
    size = minimal_detectable_difference(n, deviation)
    chance = np.random.default_rng(7)
    samples = chance.normal(size, deviation, (200, n))
    found = sum(sign_flip_test(sample.tolist(), flips=1000) < 0.05 for sample in samples)
    assert 140 <= found <= 180


def test_runs_are_compared_pair_by_pair() -> None:
    """The same shift in every item is no noise at all, however far the items lie apart."""
    before = [number / 40 for number in range(20)]
    found = compare(before, [value + 0.01 for value in before])
    assert found.difference == pytest.approx(0.01)
    assert found.p_value < 0.001
    assert compare(before, before).p_value == 1.0


def test_a_single_item_has_no_detectable_difference() -> None:
    """One pair has no deviation, so that nothing is claimed of it."""
    assert compare([0.0], [1.0]).detectable is None


def test_runs_of_different_length_cannot_be_paired() -> None:
    """It is an error that gives both lengths."""
    with pytest.raises(UsageError, match="2 values cannot be paired with 1"):
        compare([0.0, 1.0], [1.0])


def test_many_tests_are_corrected_as_holm_does() -> None:
    """Holm's own adjustment, worked by hand: 0.01*4, 0.02*3, 0.03*2 lifted to the one before, 0.9."""
    assert holm([0.02, 0.9, 0.01, 0.03]) == pytest.approx([0.06, 0.9, 0.04, 0.06])
    assert holm([]) == []
