"""From two runs to a level: tiers, points, slices, and what chance may have done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.operate.severity import assess
from evals.catalogue import _CATALOGUE
from evals.diff import diff
from evals.runs import save
from evals.severity import _TIER_ONE, changes
from tests.conftest import Ingested
from tests.support.sample_runs import rows_of, sample_run

GOOD = [1.0] * 400
WORSE = [1.0] * 352 + [0.0] * 48


def test_a_measured_drop_has_points_and_tier() -> None:
    """Twelve points of a tier-1 metric, proved by 400 items, are SEV-1."""
    before = sample_run(rows_of({"support_rate": GOOD}))
    after = sample_run(rows_of({"support_rate": WORSE}), name="after")
    found = changes(diff(before, after))
    assert [(one.metric, one.slice, one.tier, round(one.points, 6), one.is_measurable) for one in found] == [
        ("support_rate", "", 1, 12.0, True),
        ("support_rate", "style=plain", 1, 12.0, True),
    ]
    assert assess(found).level == "SEV-1"


def test_a_metric_that_is_better_low_counts_upwards() -> None:
    """More false refusals are points lost; fewer are none."""
    few, many = (
        rows_of({"false_refusals": [0.0] * 400}),
        rows_of({"false_refusals": [0.0] * 300 + [1.0] * 100}),
    )
    assert changes(diff(sample_run(few), sample_run(many, name="after")))[0].points == pytest.approx(25.0)
    assert not changes(diff(sample_run(many), sample_run(few, name="after")))


def test_a_drop_of_few_items_is_no_level() -> None:
    """One item of ten is ten points and may be chance."""
    before = sample_run(rows_of({"success@5": [1.0] * 10}))
    after = sample_run(rows_of({"success@5": [1.0] * 9 + [0.0]}), name="after")
    found = changes(diff(before, after))
    assert [one.is_measurable for one in found] == [False]
    assert assess(found).level is None


def test_a_slice_that_fell_is_not_hidden_by_the_whole() -> None:
    """A quarter of the items falls by a third: the slice is named with its own points."""
    styles = ("plain", "misspelt", "rambling", "jargon")
    fallen = [0.0 if number % 4 == 1 and number % 3 == 0 else 1.0 for number in range(400)]
    before = sample_run(rows_of({"key_fact_recall": GOOD}, styles))
    after = sample_run(rows_of({"key_fact_recall": fallen}, styles), name="after")
    found = changes(diff(before, after))
    assert (found[0].slice, round(found[0].points)) == ("style=misspelt", 33)
    assert assess(found).level == "SEV-1"


def test_tiers_are_of_known_headlines() -> None:
    """Each metric of the first tier is in the catalogue and a headline there."""
    assert all(_CATALOGUE[name].headline for name in _TIER_ONE)


def test_the_command_gives_level_and_reasons(ingested: Ingested, tmp_path: Path) -> None:
    """It prints the level with its duties, and ends with 1 where somebody is woken."""
    before = save(sample_run(rows_of({"support_rate": GOOD})), tmp_path)
    after = save(sample_run(rows_of({"support_rate": WORSE}), name="after", minutes_later=5), tmp_path)
    done = ingested.program.run("eval", "severity", str(after), "--baseline", str(before), data_dir=tmp_path)
    assert done.code == 1
    assert done.out.startswith("SEV-1  page at once, day and night, acknowledge 5 min")
    assert "support_rate (tier 1) lost 12.0 points on 400 items" in done.out
    quiet = ingested.program.run("eval", "severity", "--json", data_dir=tmp_path)
    assert (quiet.code, json.loads(quiet.out)) == (0, {"level": None, "reasons": []})
