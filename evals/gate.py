"""Whether a run may replace its baseline: no headline metric and no slice of it has become clearly worse."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from coach.errors import UsageError
from evals.catalogue import metric
from evals.pairing import Pairs, pair
from evals.runs import Estimate, Run, Split, file_name, summarise, summarise_slices, write_whole
from evals.runs import Kind as RunKind
from ingest.contract import Frozen

MAX_HEADLINE_DROP = 0.03
"""Largest fall of a headline metric that passes, as a share of the baseline's value."""
MAX_SLICE_DROP = 0.10
MIN_SLICE_ITEMS = 10
MAX_UNSCORED_RISE = 0.03
"""Of the share of items that could not be scored: what is not scored cannot fall."""
EXIT_CODE = 40
"""With which `coach eval gate` ends if the gate stays shut."""

_ROUNDING = 1e-9

Problem = Literal["dropped", "missing", "unscored"]
Metrics = Mapping[str, Estimate]


class Failure(Frozen):
    """One reason why the gate stays shut.

    Attributes:
        slice: "style=misspelt", or empty for the whole run.
        drop: How much worse, as a share of `before`; None if there is nothing to divide by or into.
        n: Scored items in the baseline.
    """

    metric: str
    slice: str
    problem: Problem
    before: float | None
    after: float | None
    drop: float | None
    n: int
    words: str


class Change(Frozen):
    """A headline metric in both runs; `after` is None if the run does not have it."""

    before: Estimate
    after: Estimate | None


class GateVerdict(Frozen):
    """What the gate found; kept beside the runs as a record of its own kind.

    Attributes:
        measured: Kind of the runs.
        golden: Golden file of the run, as it was named; so `split`.
        headlines: Headline metric -> both runs, on the items that were compared.
        passed: Whether the run may replace the baseline: nothing failed, or an override gave a reason.
        override: The reason that was given for letting it pass all the same; empty if none was.
        unscored: Metric -> items that the run could not score; those with none are left out.
        compared: "whole runs", or "shared items" where the golden files differ.
    """

    id: str
    kind: Literal["gate"] = "gate"
    run: str
    baseline: str
    measured: RunKind
    golden: str
    split: Split
    created_at: datetime
    headlines: dict[str, Change]
    passed: bool
    override: str
    failures: tuple[Failure, ...]
    unscored: dict[str, int]
    compared: Literal["whole runs", "shared items"]
    items: int


def judge(run: Run, baseline: Run, *, override: str | None = None) -> GateVerdict:
    """Return whether the run passes: no headline metric fell by more than 3%, no slice of it by 10%.

    A drop is relative to the baseline's own value, in the direction that the catalogue calls worse; from a
    baseline of 0, any worsening is one too many. Slices count from 10 scored items on. What the baseline
    measured and the run did not is a failure, and so is a share of unscored items that rose by more than 3
    points. Where the golden files differ, both are measured on the items they share.

    Raises:
        UsageError: The runs cannot be compared (see `evals.pairing.pair`), or the override has no reason.
    """
    reason = "" if override is None else override.strip()
    if override is not None and not reason:
        raise UsageError(
            "an override needs a reason", hint='Say why: --override "new index, slower by design".'
        )
    pairs = pair(baseline, run)
    failures = tuple(_failures(run, baseline, pairs))
    return GateVerdict(
        id=secrets.token_hex(4),
        run=run.id,
        baseline=baseline.id,
        measured=run.kind,
        golden=run.golden,
        split=run.split,
        created_at=datetime.now(tz=UTC),
        headlines=_headlines(run, baseline, pairs),
        passed=not failures or bool(reason),
        override=reason,
        failures=failures,
        unscored={name: one.unscored for name, one in run.metrics.items() if one.unscored},
        compared="whole runs" if pairs.same_golden else "shared items",
        items=len(pairs.after),
    )


def verdict_file(verdict: GateVerdict, folder: Path) -> Path:
    """Return where a verdict is kept in a folder of runs."""
    return folder / file_name(verdict.kind, verdict.created_at, verdict.id)


def save_verdict(verdict: GateVerdict, path: Path) -> Path:
    """Return the file that now holds the verdict; it appears whole or not at all."""
    return write_whole(verdict, path)


def _headlines(run: Run, baseline: Run, pairs: Pairs) -> dict[str, Change]:
    before, after = _measured(run, baseline, pairs)
    return {
        name: Change(before=one, after=after.get(name))
        for name, one in before.items()
        if metric(name).headline
    }


def _measured(run: Run, baseline: Run, pairs: Pairs) -> tuple[Metrics, Metrics]:
    """Return the metrics of the baseline and of the run, on the items that are compared."""
    if pairs.same_golden:
        return baseline.metrics, run.metrics
    return summarise(pairs.before), summarise(pairs.after)


def _failures(run: Run, baseline: Run, pairs: Pairs) -> Iterator[Failure]:
    before, after = _measured(run, baseline, pairs)
    if pairs.same_golden:
        slices_before, slices_after = baseline.slices, run.slices
        if pairs.only_before:
            yield _missing_items(pairs)
    else:
        slices_before, slices_after = summarise_slices(pairs.before), summarise_slices(pairs.after)
        for name in baseline.metrics:
            if metric(name).headline and name not in before:
                yield _missing(
                    name, "", baseline.metrics[name], "cannot be computed on the shared items alone"
                )
    yield from _compare(before, after, "", MAX_HEADLINE_DROP)
    for dimension, values in slices_before.items():
        for value, metrics in values.items():
            large = {name: one for name, one in metrics.items() if one.n >= MIN_SLICE_ITEMS}
            later = slices_after.get(dimension, {}).get(value, {})
            yield from _compare(large, later, f"{dimension}={value}", MAX_SLICE_DROP)


def _compare(before: Metrics, after: Metrics, part: str, limit: float) -> Iterator[Failure]:
    for name, was in before.items():
        if not metric(name).headline or was.value is None:
            continue
        became = after.get(name)
        if became is None or became.value is None:
            yield _missing(name, part, was, "has no value in the run")
            continue
        if failure := _dropped(name, part, was, became, limit):
            yield failure
        if failure := _unscored(name, part, was, became):
            yield failure


def _dropped(name: str, part: str, was: Estimate, became: Estimate, limit: float) -> Failure | None:
    if was.value is None or became.value is None:
        return None
    lost = -metric(name).gain(was.value, became.value)
    if lost <= abs(was.value) * limit + _ROUNDING:
        return None
    drop = lost / abs(was.value) if was.value else None
    amount = f"by {drop:.1%}, more than {limit:.0%}" if drop is not None else "than none at all"
    words = f"{_place(name, part)} is worse {amount}: {was.value:.3f} -> {became.value:.3f} (n = {was.n})"
    return Failure(
        metric=name,
        slice=part,
        problem="dropped",
        before=was.value,
        after=became.value,
        drop=drop,
        n=was.n,
        words=words,
    )


def _unscored(name: str, part: str, was: Estimate, became: Estimate) -> Failure | None:
    rise = _unscored_share(became) - _unscored_share(was)
    if rise <= MAX_UNSCORED_RISE + _ROUNDING:
        return None
    return Failure(
        metric=name,
        slice=part,
        problem="unscored",
        before=was.value,
        after=became.value,
        drop=None,
        n=was.n,
        words=f"{_place(name, part)} has {became.unscored} unscored items of {became.unscored + became.n}, "
        f"the baseline {was.unscored} of {was.unscored + was.n}",
    )


def _unscored_share(one: Estimate) -> float:
    return one.unscored / (one.n + one.unscored) if one.n + one.unscored else 0.0


def _missing(name: str, part: str, was: Estimate, why: str) -> Failure:
    return Failure(
        metric=name,
        slice=part,
        problem="missing",
        before=was.value,
        after=None,
        drop=None,
        n=was.n,
        words=f"{_place(name, part)} {why}; the baseline has {was.value:.3f} (n = {was.n})"
        if was.value is not None
        else f"{_place(name, part)} {why}",
    )


def _missing_items(pairs: Pairs) -> Failure:
    count = len(pairs.only_before)
    return Failure(
        metric="items",
        slice="",
        problem="missing",
        before=None,
        after=None,
        drop=None,
        n=count,
        words=f"{count} items of the baseline were not run, {pairs.only_before[0]!r} first",
    )


def _place(name: str, part: str) -> str:
    return f"{name} in {part}" if part else name
