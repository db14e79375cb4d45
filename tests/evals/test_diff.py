"""What is said about two runs: which items turned, and what is noise."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coach.errors import UsageError
from evals.commands.diff import diff as command
from evals.diff import Diff, diff
from evals.runs import Split, save
from tests.support.sample_runs import rows_of, sample_run

HALF = [1.0] * 50 + [0.0] * 50


def compared(before: list[float | None], after: list[float | None], metric: str = "success@5") -> Diff:
    """Return the difference of two runs of one metric."""
    return diff(sample_run(rows_of({metric: before})), sample_run(rows_of({metric: after}), name="after"))


def test_items_that_turned_are_named_each_way() -> None:
    """Items are better or worse by id; those that stayed are in neither list."""
    found = compared([1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.5]).metrics[0]
    assert (found.better, found.worse, found.n) == (2, 1, 4)
    assert [(one.id, one.before, one.after) for one in found.turned] == [
        ("q001", 0.0, 1.0),
        ("q002", 1.0, 0.0),
        ("q003", 0.0, 0.5),
    ]


def test_where_less_is_better_a_fall_is_for_the_better() -> None:
    """The direction comes from the catalogue, in counts, verdict and words alike."""
    found = compared(list(HALF), [0.0] * 100, "false_refusals").metrics[0]
    assert (found.better, found.worse, found.verdict) == (50, 0, "better")
    assert found.difference == -0.5
    assert found.words.startswith("better by 0.500 (0.4")


def test_one_item_of_a_hundred_is_noise() -> None:
    """The words say that it is noise, and what these items could have shown."""
    found = compared(list(HALF), [1.0] * 51 + [0.0] * 49).metrics[0]
    assert (found.verdict, found.p_value) == ("within noise", 1.0)
    assert found.words == (
        "better by 0.010: noise on 100 items (p = 1.000), which would show a difference of 0.028 or more"
    )


def test_many_items_one_way_are_more_than_noise() -> None:
    """Twelve of a hundred turned, all for the worse."""
    found = compared(list(HALF), [0.0] * 12 + HALF[12:]).metrics[0]
    assert found.verdict == "worse"
    assert "more than noise on 100 items" in found.words


def test_the_same_run_twice_is_unchanged() -> None:
    """Nothing turned, and the words say so."""
    found = compared(list(HALF), list(HALF)).metrics[0]
    assert (found.verdict, found.words) == ("unchanged", "the same in each of 100 items")


def test_many_metrics_make_one_harder_to_believe() -> None:
    """A p-value of 0.03 is a finding alone, and noise among twenty metrics that were looked at."""
    before, after = [0.0] * 20, [1.0] * 6 + [0.0] * 14
    names = [f"recall@{k}" for k in range(1, 20)]
    rest = {name: [0.5] * 10 + [1.0] * 10 for name in names}
    alone = compared(list(before), list(after)).metrics[0]
    many = diff(
        sample_run(rows_of({"success@5": before, **rest})), sample_run(rows_of({"success@5": after, **rest}))
    )
    assert (alone.verdict, many.metrics[0].verdict) == ("better", "within noise")


def test_unscored_items_are_left_out_and_counted() -> None:
    """An item that either run could not score is no change, and no zero."""
    found = compared([1.0, None, 1.0, 0.0], [1.0, 1.0, None, 0.0]).metrics[0]
    assert (found.n, found.unscored, found.better, found.worse) == (2, 2, 0, 0)


def test_slices_are_compared_too() -> None:
    """What fell in one style alone is found there."""
    columns = {"success@5": [1.0] * 80}
    fell = {"success@5": [0.0 if number % 4 == 1 else 1.0 for number in range(80)]}
    styles = ("plain", "misspelt", "rambling", "jargon")
    found = diff(sample_run(rows_of(columns, styles)), sample_run(rows_of(fell, styles)))
    assert {one.value: one.verdict for one in found.slices} == {
        "misspelt": "worse",
        "plain": "unchanged",
        "rambling": "unchanged",
        "jargon": "unchanged",
    }
    assert {one.value: one.n for one in found.slices} == dict.fromkeys(styles, 20)


def test_other_golden_files_are_compared_on_the_items_they_share() -> None:
    """An item whose content changed is not paired; each kind of left-out item is told."""
    old = sample_run(rows_of({"success@5": [1.0] * 5}))
    new = sample_run(rows_of({"success@5": [0.0] * 6}), golden="newer.jsonl")
    new = new.model_copy(update={"item_hashes": new.item_hashes | {"q002": "asks something else"}})
    found = diff(old, new)
    assert not found.same_golden
    assert (found.compared, found.only_before, found.only_after, found.changed) == (
        4,
        (),
        ("q005",),
        ("q002",),
    )


def test_runs_without_a_common_item_are_refused() -> None:
    """The error names both golden files."""
    old, new = (sample_run(rows_of({"success@5": [1.0]}), golden=name) for name in ("a.jsonl", "b.jsonl"))
    new = new.model_copy(update={"item_hashes": {"q000": "asks something else"}})
    with pytest.raises(UsageError, match=r"no item in common \(1 of 'a.jsonl', 1 of 'b.jsonl'\)"):
        diff(old, new)


def test_runs_of_two_kinds_are_refused() -> None:
    """Retrieval and answers have nothing to compare."""
    rows = rows_of({"success@5": [1.0]})
    with pytest.raises(UsageError, match="retrieval cannot be compared with one of answers"):
        diff(sample_run(rows, kind="retrieval"), sample_run(rows))


def test_a_metric_that_is_no_mean_over_items_is_shown_untested() -> None:
    """F1 has no value an item, so that nothing is claimed about noise."""
    rows = rows_of({"faithfulness": [1.0, 0.5]})
    before, after = (
        sample_run(rows).model_copy(update={"metrics": {"f1": sample_run(rows).metrics["faithfulness"]}})
        for _ in range(2)
    )
    assert diff(before, after).untested == {"f1": (0.75, 0.75)}


def test_a_metric_that_nobody_declared_is_refused() -> None:
    """Which way is better must be known, not guessed."""
    with pytest.raises(UsageError, match="metric 'sparkle' is not in the catalogue"):
        compared([1.0], [0.0], "sparkle")


def run_command(tmp_path: Path, *options: str, split: Split = "dev") -> Result:
    """Return how the command ended on two saved runs."""
    files = [
        save(sample_run(rows_of({"success@5": values}), name=name, split=split), tmp_path)
        for name, values in (("before", HALF), ("after", [0.0] * 12 + HALF[12:]))
    ]
    return CliRunner().invoke(command, [*map(str, files), *options], catch_exceptions=False)


def test_the_command_says_it_in_words_and_names_the_items(tmp_path: Path) -> None:
    """A reader gets the verdict, the number of items and the ids."""
    shown = run_command(tmp_path).output
    assert "compared on 100 items; different stacks" in shown
    assert "success@5 turned: q000 1.00 -> 0.00, q001" in shown


def test_the_command_names_no_item_of_a_test_split(tmp_path: Path) -> None:
    """Aggregates only, in JSON too, unless the items are asked for."""
    hidden = Diff.model_validate_json(run_command(tmp_path, "--json", split="test").output)
    assert (hidden.metrics[0].worse, hidden.metrics[0].turned) == (12, ())
    assert "q000" not in run_command(tmp_path, split="test").output
    assert "q000" in run_command(tmp_path, "--show-items", split="test").output
