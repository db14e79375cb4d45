"""What changed between two runs, item by item, and whether it is more than noise at this sample size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from evals.catalogue import Metric, metric
from evals.pairing import Pairs, pair
from evals.runs import ItemRow, Run
from evals.statistics import LEVEL, Comparison, compare, holm, sign_flip_test
from ingest.contract import Frozen

Verdict = Literal["better", "worse", "within noise", "unchanged"]


class Turned(Frozen):
    """An item whose value changed."""

    id: str
    before: float
    after: float


class MetricDiff(Frozen):
    """One metric over the items that both runs scored.

    Attributes:
        difference: After minus before; `low` and `high` are its 95% interval.
        p_value: Of a paired randomisation test, corrected (Holm) for the number of metrics compared.
        detectable: Smallest true difference that so many items would show 4 times in 5; None below 2.
        unscored: Shared items that one run or both could not score.
        better: Items that turned for the better; likewise `worse`. They are listed in `turned`.
        words: The finding as a sentence.
    """

    metric: str
    n: int
    unscored: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p_value: float
    detectable: float | None
    verdict: Verdict
    better: int
    worse: int
    turned: tuple[Turned, ...]
    words: str


class SliceDiff(Frozen):
    """One metric in one slice; p-values are corrected for the number of slices of that metric."""

    slice: str
    value: str
    metric: str
    n: int
    before: float
    after: float
    difference: float
    p_value: float
    verdict: Verdict


class Diff(Frozen):
    """Two runs side by side.

    Attributes:
        compared: Items that both asked in the same words with the same expectations.
        changed: Items of both whose content differs; left out.
        untested: Metrics that are no means over items (F1, AUROC): name -> before and after. Nothing says
            whether these differ by more than noise.
    """

    before: str
    after: str
    same_golden: bool
    same_stack: bool
    compared: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    changed: tuple[str, ...]
    metrics: tuple[MetricDiff, ...]
    slices: tuple[SliceDiff, ...]
    untested: dict[str, tuple[float | None, float | None]]


class _Column(NamedTuple):
    """The values of one metric, of the items that both runs scored."""

    ids: list[str]
    before: list[float]
    after: list[float]
    unscored: int


def diff(before: Run, after: Run) -> Diff:
    """Return what changed from one run to the other, on the items that they share.

    Raises:
        UsageError: The runs share no item or are of different kinds, or a metric is in no catalogue.
    """
    pairs = pair(before, after)
    in_rows = dict.fromkeys(name for row in pairs.after for name in row.values)
    columns = {name: _column(pairs.before, pairs.after, name) for name in in_rows}
    columns = {name: column for name, column in columns.items() if column.ids}
    untested = [name for name in after.metrics if name not in columns and name in before.metrics]
    return Diff(
        before=before.id,
        after=after.id,
        same_golden=pairs.same_golden,
        same_stack=before.stack.hash == after.stack.hash,
        compared=len(pairs.after),
        only_before=pairs.only_before,
        only_after=pairs.only_after,
        changed=pairs.changed,
        metrics=_metric_diffs(columns),
        slices=tuple(one for name in columns for one in _slice_diffs(pairs, name)),
        untested={name: (before.metrics[name].value, after.metrics[name].value) for name in untested},
    )


def _column(before: Sequence[ItemRow], after: Sequence[ItemRow], name: str) -> _Column:
    column, unscored = _Column([], [], [], 0), 0
    for earlier, later in zip(before, after, strict=True):
        if name not in earlier.values or name not in later.values:
            continue
        was, became = earlier.values[name], later.values[name]
        if was is None or became is None:
            unscored += 1
            continue
        column.ids.append(later.id)
        column.before.append(was)
        column.after.append(became)
    return column._replace(unscored=unscored)


def _metric_diffs(columns: dict[str, _Column]) -> tuple[MetricDiff, ...]:
    found = {name: compare(column.before, column.after) for name, column in columns.items()}
    corrected = holm([one.p_value for one in found.values()])
    return tuple(
        _metric_diff(name, columns[name], comparison, p_value)
        for (name, comparison), p_value in zip(found.items(), corrected, strict=True)
    )


def _metric_diff(name: str, column: _Column, found: Comparison, p_value: float) -> MetricDiff:
    read = metric(name)
    rows = zip(column.ids, column.before, column.after, strict=True)
    turned = [Turned(id=item, before=was, after=became) for item, was, became in rows if was != became]
    better = sum(read.gain(one.before, one.after) > 0 for one in turned)
    verdict = _verdict(read, found.difference, p_value, changed=bool(turned))
    return MetricDiff(
        metric=name,
        n=found.n,
        unscored=column.unscored,
        before=sum(column.before) / found.n,
        after=sum(column.after) / found.n,
        difference=found.difference,
        low=found.low,
        high=found.high,
        p_value=p_value,
        detectable=found.detectable,
        verdict=verdict,
        better=better,
        worse=len(turned) - better,
        turned=tuple(turned),
        words=_words(read, found, p_value, verdict),
    )


def _verdict(read: Metric, difference: float, p_value: float, *, changed: bool) -> Verdict:
    if not changed:
        return "unchanged"
    if p_value >= 1.0 - LEVEL:
        return "within noise"
    return "better" if read.gain(0.0, difference) > 0 else "worse"


def _words(read: Metric, found: Comparison, p_value: float, verdict: Verdict) -> str:
    """Return the finding as a sentence.

    >>> _words(Metric("hits"), Comparison(0.05, 0.02, 0.08, 0.01, 0.04, 100), 0.01, "better")
    'better by 0.050 (0.020 to 0.080): more than noise on 100 items (p = 0.010)'
    >>> _words(Metric("hits"), Comparison(-0.01, -0.03, 0.01, 0.4, 0.04, 100), 0.4, "within noise")
    'worse by 0.010: noise on 100 items (p = 0.400), which would show a difference of 0.040 or more'
    """
    items = f"{found.n} item{'' if found.n == 1 else 's'}"
    if verdict == "unchanged":
        return f"the same in each of {items}"
    gain = read.gain(0.0, found.difference)
    direction = "better" if gain > 0 else "worse" if gain < 0 else "changed"
    chance = f"p = {p_value:.3f}" if p_value >= 0.001 else "p < 0.001"  # noqa: PLR2004 - what is shown
    if verdict == "within noise":
        reach = f", which would show a difference of {found.detectable:.3f} or more"
        said = f"{direction} by {abs(gain):.3f}: noise on {items} ({chance})"
        return said + (reach if found.detectable is not None else "")
    sign = 1.0 if found.difference > 0 else -1.0
    low, high = sorted((sign * found.low, sign * found.high))
    return f"{direction} by {abs(gain):.3f} ({low:.3f} to {high:.3f}): more than noise on {items} ({chance})"


def _slice_diffs(pairs: Pairs, name: str) -> list[SliceDiff]:
    read = metric(name)
    columns = {
        (dimension, value): column
        for dimension in dict.fromkeys(key for row in pairs.after for key in row.slices)
        for value in sorted({row.slices[dimension] for row in pairs.after if dimension in row.slices})
        if (column := _column(*_within(pairs, dimension, value), name)).ids
    }
    differences = [
        [became - was for was, became in zip(column.before, column.after, strict=True)]
        for column in columns.values()
    ]
    corrected = holm([sign_flip_test(one) for one in differences])
    return [
        SliceDiff(
            slice=dimension,
            value=value,
            metric=name,
            n=len(column.ids),
            before=sum(column.before) / len(column.ids),
            after=sum(column.after) / len(column.ids),
            difference=sum(changes) / len(changes),
            p_value=p_value,
            verdict=_verdict(read, sum(changes), p_value, changed=any(changes)),
        )
        for ((dimension, value), column), changes, p_value in zip(
            columns.items(), differences, corrected, strict=True
        )
    ]


def _within(pairs: Pairs, dimension: str, value: str) -> tuple[list[ItemRow], list[ItemRow]]:
    chosen = [number for number, row in enumerate(pairs.after) if row.slices.get(dimension) == value]
    return [pairs.before[number] for number in chosen], [pairs.after[number] for number in chosen]
