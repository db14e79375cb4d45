"""Golden replay: some golden questions asked again, and held against the run that is kept of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from coach.coach import Coach
from coach.errors import UsageError
from coach.operate.drift import Finding
from evals.catalogue import metric
from evals.diff import MetricDiff, diff
from evals.golden import GoldenItem, load_golden
from evals.retrieval import HITS, measure_retrieval, unscored_retrieval
from evals.runs import ItemRow, Run, list_runs, load
from evals.splits import item_hash

NAME = "golden replay"


def latest_run(folder: Path, golden: Path) -> Run | None:
    """Return the newest retrieval run of a golden file that a folder keeps, or None."""
    sha256 = hashlib.sha256(golden.read_bytes()).hexdigest()
    runs = (load(path) for path in reversed(list_runs(folder, "retrieval")))
    return next((run for run in runs if run.golden_sha256 == sha256), None)


def replay(coach: Coach, golden: Path, kept: Run, *, most: int) -> Finding:
    """Return whether the live index and stack still give what the kept run has, on so many of its items.

    Always the same items are asked, picked by the hash of what they ask, so that two replays compare. No
    model is asked.
    """
    items = [item for item in load_golden(golden) if kept.item_hashes.get(item.id) == item_hash(item)]
    chosen = sorted(items, key=item_hash)[:most]
    if not chosen:
        return Finding(name=NAME, verdict="too few", words=f"run {kept.id} has no item of {golden.name}")
    rows = tuple(_row(coach, item) for item in chosen)
    stack = coach.stack
    found = diff(kept, kept.model_copy(update={"id": "replay", "rows": rows, "stack": stack}))
    compared = [one for one in found.metrics if metric(one.metric).headline]
    worse = [one for one in compared if one.verdict == "worse"]
    same = "same stack" if stack.hash == kept.stack.hash else "another stack"
    words = f"{len(chosen)} items against run {kept.id}, {same}: {_told(worse or compared)}"
    return Finding(name=NAME, verdict="drifted" if worse else "steady", words=words)


def _row(coach: Coach, item: GoldenItem) -> ItemRow:
    try:
        hits, answer = coach.search(item.query, limit=HITS), coach.replay(item.query).answer
    except UsageError:  # it cannot be asked, as in the run
        return ItemRow(id=item.id, slices={}, values=unscored_retrieval(item))
    return ItemRow(id=item.id, slices={}, values=measure_retrieval(item, hits, answer))


def _told(metrics: Sequence[MetricDiff]) -> str:
    shown: Iterable[str] = (
        f"{one.metric} {one.before:.2f} -> {one.after:.2f}" for one in metrics if one.verdict != "unchanged"
    )
    return ", ".join(shown) or "the same item by item"
