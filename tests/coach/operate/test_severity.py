"""The handbook's rubric, row by row: each level from what the page says makes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coach.operate.severity import DUTIES, LEVELS, Change, Level, Tier, assess
from coach.operate.signals import Share, Signals

TEMPLATES = Path(__file__).parents[3] / "corpus" / "templates.md"
ROW = r"^\| (SEV-\d \|(?:[^|]+\|){5}[^|]+)\|$"
"""A line of the rubric, whose columns are level, two measures and four duties."""
QUIET = Share(hits=5, n=100)
LOUD = Share(hits=10, n=100)


def users(*, abstained: Share = QUIET, degraded: Share = QUIET, down: Share = QUIET) -> Signals:
    return Signals(abstained=abstained, degraded=degraded, down=down, topics={})


def drop(points: float, tier: Tier = 1, *, is_measurable: bool = True) -> Change:
    return Change(metric="support_rate", tier=tier, points=points, n=500, is_measurable=is_measurable)


@pytest.mark.parametrize(
    ("change", "quiet", "loud"),
    [
        (drop(2.0), "SEV-3", "SEV-2"),
        (drop(5.0), "SEV-2", "SEV-1"),
        (drop(10.0), "SEV-2", "SEV-1"),
        (drop(12.0), "SEV-1", "SEV-1"),
        (drop(12.0, 2), "SEV-2", "SEV-1"),
        (drop(4.0, 2), "SEV-4", "SEV-3"),
    ],
)
def test_the_decision_table(change: Change, quiet: Level, loud: Level) -> None:
    """Points and tier give the level; thumbs down at twice their usual rate raise it by one."""
    assert assess([change], users(), users()).level == quiet
    assert assess([change], users(down=LOUD), users()).level == loud


def test_nothing_moved_is_no_incident() -> None:
    """Quiet users and no drop give no level and no reason."""
    made = assess([], users(), users())
    assert (made.level, made.reasons, made.pages) == (None, (), False)


def test_complaints_alone_are_an_incident() -> None:
    """Users are believed although no eval moved."""
    assert assess([], users(down=LOUD), users()).level == "SEV-3"


def test_a_drop_that_may_be_chance_is_named_and_counts_for_nothing() -> None:
    """Three points on too few answers page nobody, and stand among the reasons."""
    made = assess([drop(3.0, is_measurable=False)])
    assert made.level is None
    assert "may be chance" in made.reasons[0]


def test_the_worse_column_wins() -> None:
    """Refusals at twice their usual rate are SEV-2 beside a drop that is SEV-3, and come first."""
    made = assess([drop(1.0)], users(abstained=LOUD), users())
    assert (made.level, made.pages) == ("SEV-2", True)
    assert made.reasons[0].startswith("SEV-2: abstentions 10% against 5%")


@pytest.mark.parametrize(("hits", "level"), [(20, "SEV-3"), (60, "SEV-2")])
def test_degraded_answers_count_by_their_share(hits: int, level: Level) -> None:
    """Some with a workaround are SEV-3, most of all are SEV-2."""
    assert assess([], users(degraded=Share(hits=hits, n=100)), users()).level == level


@pytest.mark.parametrize("few", [Share(hits=4, n=100), Share(hits=9, n=15), Share(hits=0, n=0)])
def test_too_few_users_raise_nothing(few: Share) -> None:
    """A rate that doubled on a handful of opinions is chance."""
    assert assess([], users(down=few), users(down=Share(hits=1, n=100))).level is None


def test_an_override_is_the_highest_level() -> None:
    """Data shown to the wrong person is SEV-1 whatever the figures say."""
    assert assess([], users(), users(), ["data-exposed"]).level == "SEV-1"


def test_duties_are_those_of_the_handbook() -> None:
    """Each level's row of the page names the same time to acknowledge and the same review."""
    page = TEMPLATES.read_text(encoding="utf-8")
    rows = [
        [cell.strip().casefold() for cell in row.split("|")] for row in re.findall(ROW, page, re.MULTILINE)
    ]
    assert [row[0].upper() for row in rows] == list(LEVELS)
    for level, row in zip(LEVELS, rows, strict=True):
        assert (row[4], row[6]) == (DUTIES[level].acknowledge.casefold(), DUTIES[level].review)
