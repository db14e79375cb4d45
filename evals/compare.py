"""Two builds of an index asked the same golden questions: what they find alike, and which finds better."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from coach.coach import Coach
from coach.errors import UsageError
from coach.settings import Settings
from evals.catalogue import metric
from evals.diff import MetricDiff, diff
from evals.runner import Finished, Progress, Task, run_golden
from evals.runs import ItemRow
from evals.support import SpanJudge
from ingest.contract import Frozen, IndexManifest
from ingest.store import open_store

MARGIN = 0.03
"""A headline metric may be worse by so much, in its own unit."""

_ROUNDING = 1e-9


class Comparison(Frozen):
    """A build beside the live one.

    Attributes:
        live: Name of the live build; likewise `candidate`.
        overlap: Mean share of the sections among the first ten hits of either that both have.
        same_first: Share of the questions for which both put the same section first.
        questions: That both were asked.
        metrics: Of retrieval and abstention; "before" is the live build.
        margin: By which a headline metric may be worse.
        worse: Headline metrics that are worse by more.
        files: The two runs, as `coach eval diff` takes them.
    """

    live: str
    candidate: str
    overlap: float
    same_first: float
    questions: int
    metrics: tuple[MetricDiff, ...]
    margin: float
    worse: tuple[str, ...]
    files: tuple[str, str]


def compare_builds(
    settings: Settings, candidate: str, golden: Path, *, margin: float = MARGIN, progress: Progress = iter
) -> Comparison:
    """Return how a build compares with the live one on the golden questions of a development set.

    Each is asked with the embedding model that made it; the search settings are those in force for both.

    Args:
        settings: Name the collection, and how it is searched.
        candidate: A published build.
        golden: The questions.
        margin: Largest loss of a headline metric that counts as no worse.
        progress: Shows how far each of the two passes is.

    Raises:
        UsageError: The candidate is the live build, or the golden file does not fit the collection.
        IndexMissingError: There is no live build, or no published one of this name.
        WeightsError: The weights that made one of them are missing.
    """
    live, beside = _manifests(settings, candidate)
    if live.build == beside.build:
        raise UsageError(f"build {candidate!r} is the live one", hint="See 'coach index list'.")
    runs = [_run(settings, one, golden, progress) for one in (live, beside)]
    before, after = (one.run for one in runs)
    pairs = list(zip(before.rows, after.rows, strict=True))
    found = diff(before, after)
    return Comparison(
        live=live.build,
        candidate=beside.build,
        overlap=_mean(pairs, _shared),
        same_first=_mean(pairs, lambda one, other: float(_sections(one)[:1] == _sections(other)[:1])),
        questions=len(pairs),
        metrics=found.metrics,
        margin=margin,
        worse=tuple(one.metric for one in found.metrics if _is_worse(one, margin)),
        files=(str(runs[0].path), str(runs[1].path)),
    )


def _manifests(settings: Settings, candidate: str) -> tuple[IndexManifest, IndexManifest]:
    with closing(open_store(settings)) as store:
        with closing(store.open(settings.collection)) as live:
            first = live.manifest
        with closing(store.open(settings.collection, candidate)) as beside:
            return first, beside.manifest


def _run(settings: Settings, made: IndexManifest, golden: Path, progress: Progress) -> Finished:
    chosen = settings.model_copy(update={"build": made.build, "embed_model": made.embed_model})
    with Coach(chosen) as coach:
        task = Task(("retrieval",), golden, "dev")
        (finished,) = run_golden(task, coach, judge=SpanJudge(), progress=progress)
    return finished


def _is_worse(one: MetricDiff, margin: float) -> bool:
    read = metric(one.metric)
    return read.headline and read.gain(one.before, one.after) < -margin - _ROUNDING


def _mean(pairs: list[tuple[ItemRow, ItemRow]], of: Callable[[ItemRow, ItemRow], float]) -> float:
    return sum(of(one, other) for one, other in pairs) / len(pairs)


def _shared(one: ItemRow, other: ItemRow) -> float:
    """Return the share of sections that both rows have; two that found nothing are alike."""
    left, right = set(_sections(one)), set(_sections(other))
    return len(left & right) / len(left | right) if left | right else 1.0


def _sections(row: ItemRow) -> list[tuple[str, str]]:
    """Return document and heading of each hit of a row, best first; none of a question that was not asked."""
    hits = row.details.get("hits", [])
    if not isinstance(hits, list):
        raise TypeError(hits)
    return [(str(hit["document"]), str(hit["heading"])) for hit in hits if isinstance(hit, dict)]
