"""What a stopwatch says of stages that run within others."""

from __future__ import annotations

import pytest

from coach.retrieve.stopwatch import Stopwatch


def test_a_stage_within_a_stage_counts_in_the_outer_one_alone() -> None:
    """It is a lap of its own, with its place; milliseconds of stages never add up to more than the total."""
    watch = Stopwatch()
    with watch.stage("write"):
        with watch.stage("verify"):
            pass
        with watch.stage("verify"):
            pass
    with watch.stage("verify"):
        pass
    assert [(lap.name, lap.inside and lap.inside.name) for lap in watch.laps] == [
        ("write", None),
        ("verify", "write"),
        ("verify", "write"),
        ("verify", None),
    ]
    spent = watch.read_ms()
    assert list(spent) == ["write", "verify", "total"]
    assert spent["write"] + spent["verify"] <= spent["total"] + 0.002


def test_a_stage_that_fails_says_how_and_hands_back() -> None:
    """The next stage stands beside it, not within."""
    watch = Stopwatch()
    with pytest.raises(ZeroDivisionError), watch.stage("search"), watch.stage("dense"):
        _ = 1 / 0
    with watch.stage("rerank"):
        pass
    assert [(lap.name, lap.error) for lap in watch.laps] == [
        ("search", "ZeroDivisionError"),
        ("dense", "ZeroDivisionError"),
        ("rerank", ""),
    ]
    assert watch.laps[-1].inside is None
