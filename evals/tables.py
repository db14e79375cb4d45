"""How a run is shown in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from evals.catalogue import metric
from evals.runs import Estimate, Kind, Run

# What slices are shown by; the run file and the report hold the rest.
_SLICE_METRICS: dict[Kind, tuple[str, ...]] = {
    "retrieval": ("success@1", "success@5", "mrr@10", "false_refusals", "abstention_recall"),
    "answers": (
        "citation_recall",
        "citation_relevance",
        "key_fact_recall",
        "false_refusals",
        "abstention_recall",
    ),
    "faithfulness": ("faithfulness",),
}

# Columns of figures that are not broken over lines.
_WHOLE = frozenset({"mean", "95% interval", "items"})


def metric_table(run: Run) -> Table:
    """Return the table of all metrics with their intervals."""
    title = f"{run.kind} on {Path(run.golden).name} ({run.split}), collection {run.collection}"
    table = _table("metric", ("mean", "95% interval", "items", "unscored", "better"), title=escape(title))
    for name, found in run.metrics.items():
        unscored = str(found.unscored) if found.unscored else ""
        table.add_row(name, _value(found), _interval(found), str(found.n), unscored, metric(name).better)
    return table


def slice_tables(run: Run) -> Iterator[Table]:
    """Yield a table for each way in which the items are grouped."""
    columns = [name for name in _SLICE_METRICS[run.kind] if name in run.metrics]
    for name, by_value in run.slices.items():
        table = _table(name, ("items", *(column.replace("_", " ") for column in columns)))
        for value, found in by_value.items():
            items = sum(row.slices.get(name) == value for row in run.rows)
            cells = [_value(found[column]) if column in found else "" for column in columns]
            table.add_row(escape(value), str(items), *cells)
        yield table


def _table(first: str, others: Iterable[str], *, title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=name in _WHOLE)
    return table


def _value(found: Estimate) -> str:
    return "unscored" if found.value is None else f"{found.value:.3f}"


def _interval(found: Estimate) -> str:
    return "" if found.low is None or found.high is None else f"{found.low:.3f} - {found.high:.3f}"
