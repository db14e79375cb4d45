"""What keeps the gate shut, and what opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coach.errors import UsageError
from evals.commands.gate import gate as command
from evals.gate import EXIT_CODE, GateVerdict, judge
from evals.runs import Run, list_runs, save
from tests.support.sample_runs import Columns, rows_of, sample_run

STYLES = ("plain", "misspelt")


def shares(ones: int, n: int = 100) -> list[float]:
    """Return n values of which `ones` are 1, as many of them at even places as at odd ones."""
    return [1.0] * ones + [0.0] * (n - ones)


def run_of(columns: Columns, name: str = "before") -> Run:
    """Return a run in two slices."""
    return sample_run(rows_of(columns, STYLES), name=name)


def judged(before: Columns, after: Columns) -> GateVerdict:
    """Return the gate's verdict on two sets of columns."""
    return judge(run_of(after, "after"), run_of(before))


@pytest.mark.parametrize(("after", "passes"), [(97, True), (100, True), (96, False)])
def test_a_headline_may_fall_by_three_percent(after: int, *, passes: bool) -> None:
    """Three percent exactly passes; the fourth does not."""
    verdict = judged({"success@5": shares(100)}, {"success@5": shares(after)})
    assert verdict.passed is passes
    if not passes:
        assert verdict.failures[0].drop == pytest.approx(0.04)
        assert (
            verdict.failures[0].words == "success@5 is worse by 4.0%, more than 3%: 1.000 -> 0.960 (n = 100)"
        )


def test_the_drop_is_relative() -> None:
    """From one half, three points down are six percent."""
    failed = judged({"mrr@10": [0.5] * 100}, {"mrr@10": [0.47] * 100}).failures
    assert failed[0].drop == pytest.approx(0.06)


@pytest.mark.parametrize(("before", "after", "passes"), [(40, 41, True), (40, 42, False), (40, 20, True)])
def test_where_less_is_better_a_rise_fails(before: int, after: int, *, passes: bool) -> None:
    """False refusals may fall as far as they like and rise by three percent."""
    assert judged({"false_refusals": shares(before)}, {"false_refusals": shares(after)}).passed is passes


def test_from_nothing_any_worsening_is_too_much() -> None:
    """A baseline without false refusals makes the first one a failure; nothing is divided by zero."""
    failure = judged({"false_refusals": shares(0)}, {"false_refusals": shares(1)}).failures[0]
    assert (failure.drop, failure.before, failure.after) == (None, 0.0, 0.01)
    assert failure.words.startswith("false_refusals is worse than none at all: 0.000 -> 0.010")


def test_a_slice_may_fall_by_ten_percent() -> None:
    """A style that fell by a fifth fails although the whole fell by less than three percent."""
    styles = ("plain",) * 9 + ("misspelt",)
    after = shares(100)
    after[9] = after[19] = 0.0
    before_run = sample_run(rows_of({"success@5": shares(100)}, styles))
    verdict = judge(sample_run(rows_of({"success@5": after}, styles), name="after"), before_run)
    assert [(one.slice, one.n) for one in verdict.failures] == [("style=misspelt", 10)]
    assert verdict.failures[0].drop == pytest.approx(0.2)


def test_a_small_slice_says_nothing() -> None:
    """Nine items are too few to hold a release."""
    styles = ("plain",) * 10 + ("misspelt",)
    after = shares(99, 99)
    after[10] = after[21] = 0.0
    before_run = sample_run(rows_of({"success@5": shares(99, 99)}, styles))
    assert judge(sample_run(rows_of({"success@5": after}, styles), name="after"), before_run).passed


def test_what_is_no_headline_may_fall() -> None:
    """Spoken minutes are shown, not gated."""
    assert judged({"spoken_minutes": shares(0)}, {"spoken_minutes": shares(100)}).passed


def test_a_missing_metric_is_a_failure() -> None:
    """What the baseline measured and the run did not has not passed; in its slices as well."""
    both: Columns = {"success@5": shares(100), "mrr@10": shares(100)}
    failures = judged(both, {"mrr@10": shares(100)}).failures
    assert {(one.metric, one.slice, one.problem) for one in failures} == {
        ("success@5", part, "missing") for part in ("", "style=plain", "style=misspelt")
    }


def test_a_metric_that_no_item_has_is_a_failure() -> None:
    """All unscored is missing, not zero and not a pass."""
    failures = judged({"success@5": shares(100)}, {"success@5": [None] * 100}).failures
    assert {one.problem for one in failures} == {"missing"}


def test_unscored_items_are_counted_and_hold_the_gate() -> None:
    """A run that could not score five hard items in a hundred has not become better."""
    after: list[float | None] = [*shares(90, 95), *[None] * 5]
    verdict = judged({"success@5": shares(90)}, {"success@5": after})
    assert verdict.unscored == {"success@5": 5}
    assert "unscored" in {one.problem for one in verdict.failures}
    assert "success@5 has 5 unscored items of 100, the baseline 0 of 100" in verdict.failures[0].words


def test_items_that_were_not_run_are_a_failure() -> None:
    """Of one golden file, all is run or the gate stays shut."""
    verdict = judged({"success@5": shares(100)}, {"success@5": shares(98, 98)})
    assert [one.words for one in verdict.failures] == ["2 items of the baseline were not run, 'q098' first"]


def test_another_golden_file_is_judged_on_the_shared_items() -> None:
    """New items, however badly they go, do not count against the old baseline."""
    after = rows_of({"success@5": [1.0] * 50 + [0.0] * 50}, STYLES)
    before = rows_of({"success@5": [1.0] * 50}, STYLES)
    verdict = judge(sample_run(after, name="after", golden="longer.jsonl"), sample_run(before))
    assert verdict.passed
    assert (verdict.compared, verdict.items) == ("shared items", 50)


def test_a_metric_without_item_values_fails_on_another_golden_file() -> None:
    """F1 of other items is another number, so that it counts as missing."""
    rows = rows_of({"faithfulness": shares(50)}, STYLES)
    before, after = sample_run(rows), sample_run(rows, golden="longer.jsonl")
    before = before.model_copy(update={"metrics": before.metrics | {"f1": before.metrics["faithfulness"]}})
    after = after.model_copy(update={"metrics": before.metrics})
    assert [(one.metric, one.problem) for one in judge(after, before).failures] == [("f1", "missing")]


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_override_needs_a_reason(reason: str) -> None:
    """An empty one is refused even where nothing failed."""
    same = run_of({"success@5": shares(100)})
    with pytest.raises(UsageError, match="needs a reason"):
        judge(same, same, override=reason)


def command_on(tmp_path: Path, after: int, *options: str) -> Result:
    """Return how the command ended on two saved runs."""
    files = [
        save(run_of({"success@5": shares(ones)}, name), tmp_path)
        for name, ones in (("before", 100), ("after", after))
    ]
    arguments = [str(files[1]), "--baseline", str(files[0]), *options]
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def stored(tmp_path: Path) -> GateVerdict:
    """Return the verdict that the command stored."""
    (file,) = tmp_path.glob("gate-*.json")
    return GateVerdict.model_validate_json(file.read_bytes())


def test_the_command_fails_with_its_own_code(tmp_path: Path) -> None:
    """The code, the reasons in words, and the same verdict in a file."""
    done = command_on(tmp_path, 90)
    assert done.exit_code == EXIT_CODE == 40
    assert "dropped: success@5 is worse by 10.0%" in done.output
    assert not stored(tmp_path).passed


def test_the_command_passes_with_a_reason_and_stores_it(tmp_path: Path) -> None:
    """An override passes, and what it passed over stays on record."""
    done = command_on(tmp_path, 90, "--override", " other index ")
    assert done.exit_code == 0
    assert "because: other index" in done.output
    verdict = stored(tmp_path)
    assert (verdict.passed, verdict.override, verdict.failures[0].metric) == (
        True,
        "other index",
        "success@5",
    )


def test_a_verdict_says_what_was_compared(tmp_path: Path) -> None:
    """Beside the failures it holds each headline metric of both runs, and it is no run itself."""
    command_on(tmp_path, 98)
    verdict = stored(tmp_path)
    change = verdict.headlines["success@5"]
    assert change.after is not None
    assert (change.before.value, change.after.value, change.after.n) == (1.0, 0.98, 100)
    assert (verdict.measured, verdict.split) == ("answers", "dev")
    assert len(list_runs(tmp_path)) == 2


def test_the_command_passes_quietly(tmp_path: Path) -> None:
    """One line and code 0, or one JSON object."""
    done = command_on(tmp_path, 98)
    assert (done.exit_code, done.stdout) == (
        0,
        "passed (run after against before, whole runs, 100 items)\n",
    )
    assert GateVerdict.model_validate_json(command_on(tmp_path, 98, "--json").stdout).passed
