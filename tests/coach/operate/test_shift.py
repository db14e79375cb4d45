"""Distances between samples agree with scipy's, and chance alone seldom passes for a shift."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coach.operate.shift import distance, rise, stability

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 50), min_size=1)


@pytest.mark.parametrize(("n", "m", "moved"), [(40, 60, 0.0), (200, 300, 0.3), (80, 80, 1.0)])
def test_distance_is_that_of_scipy(n: int, m: int, moved: float) -> None:
    """The gap is the statistic of the two-sample test to rounding; the p-value is near the exact one."""
    chance = np.random.default_rng(7)
    first, second = chance.normal(size=n), chance.normal(moved, size=m)
    found = distance(first.tolist(), second.tolist())
    wanted = stats.ks_2samp(first, second)
    assert found.size == pytest.approx(wanted.statistic)
    assert found.p_value == pytest.approx(wanted.pvalue, abs=0.02)


@given(st.integers(0, 40), st.integers(1, 60), st.integers(0, 40), st.integers(1, 60))
def test_rise_is_fishers_test(hits: int, others: int, usual_hits: int, usual_others: int) -> None:
    """The chance of a rise is the one-sided exact p-value of the two-by-two table."""
    n, usual_n = hits + others, usual_hits + usual_others
    found = rise(hits, n, usual_hits=usual_hits, usual_n=usual_n)
    table = [[hits, others], [usual_hits, usual_others]]
    assert found.p_value == pytest.approx(stats.fisher_exact(table, alternative="greater")[1], abs=1e-9)


def test_a_rise_from_nothing_is_beyond_all_measure() -> None:
    """What never happened and happens now has no factor; the chance still judges it."""
    assert rise(3, 10, usual_hits=0, usual_n=100).size == math.inf
    assert rise(0, 10, usual_hits=0, usual_n=100) == (1.0, 1.0)


@given(COUNTS, COUNTS)
def test_stability_is_symmetric_and_not_negative(first: dict[str, int], second: dict[str, int]) -> None:
    """The index is 0 or more, the same from both sides, and its chance is one."""
    found = stability(first, second)
    assert found.size == pytest.approx(stability(second, first).size)
    assert found.size >= 0.0
    assert 0.0 < found.p_value <= 1.0


def test_stability_by_hand() -> None:
    """Two categories that trade places: the sum over (q - p) ln(q / p), with half an item added to each."""
    p, q = 80.5 / 101, 20.5 / 101
    wanted = (q - p) * math.log(q / p) + (p - q) * math.log(p / q)
    assert stability({"a": 80, "b": 20}, {"a": 20, "b": 80}).size == pytest.approx(wanted)


def test_the_same_distribution_is_seldom_a_shift() -> None:
    """Of 200 pairs of samples from one distribution about one in a hundred has a chance below 1%."""
    chance = np.random.default_rng(3)
    shares = [0.4, 0.3, 0.2, 0.1]
    alarms = {"distance": 0, "stability": 0}
    for _ in range(200):
        alarms["distance"] += (
            distance(chance.normal(size=60).tolist(), chance.normal(size=60).tolist())[1] < 0.01
        )
        counts = [dict(zip("abcd", chance.multinomial(60, shares).tolist(), strict=True)) for _ in range(2)]
        alarms["stability"] += stability(counts[0], counts[1])[1] < 0.01
    assert max(alarms.values()) <= 8
