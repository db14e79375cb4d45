"""`coach eval diff`: what changed between two runs, and whether it is more than noise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import json_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evals.diff import Diff, MetricDiff, Turned
    from evals.runs import Run

_FILE = click.Path(path_type=Path)
_SHOWN = 20


@click.command()
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
@click.option("--show-items", is_flag=True, help="Name the items that turned even if the split is not dev.")
@json_option
def diff(before: Path, after: Path, *, show_items: bool, as_json: bool) -> None:
    """Compare the run files BEFORE and AFTER item by item.

    Each difference is tested in pairs and said in words: more than noise at this sample size, or not.
    """
    from evals.diff import diff as find
    from evals.runs import load

    earlier, later = load(before), load(after)
    found = find(earlier, later)
    if not show_items and {earlier.split, later.split} != {"dev"}:
        found = _without_items(found)
    if as_json:
        click.echo(found.model_dump_json())
        return
    _print(found, earlier, later)


def _without_items(found: Diff) -> Diff:
    """Return the difference without the outcomes of items, for a split that shows aggregates only."""
    hidden = tuple(one.model_copy(update={"turned": ()}) for one in found.metrics)
    return found.model_copy(update={"metrics": hidden})


def _print(found: Diff, earlier: Run, later: Run) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    for word, run in (("before", earlier), ("after", later)):
        console.print(
            f"{word:<7} {run.id}  {run.created_at:%Y-%m-%d %H:%M}  {run.golden}  stack {run.stack.hash}",
            soft_wrap=True,
        )
    console.print(_pairing_words(found), soft_wrap=True)
    table = Table("metric", box=SIMPLE_HEAD, pad_edge=False)
    for column in ("before", "after", "better", "worse", "same", "unscored"):
        table.add_column(column, justify="right")
    for one in found.metrics:
        counts = (one.better, one.worse, one.n - one.better - one.worse, one.unscored)
        table.add_row(one.metric, f"{one.before:.3f}", f"{one.after:.3f}", *map(str, counts))
    console.print(table)
    for one in found.metrics:
        console.print(f"{one.metric}: {one.words}", soft_wrap=True)
    for name, (was, became) in found.untested.items():
        console.print(f"{name}: {_number(was)} -> {_number(became)}, no mean over items and so not tested")
    console.print()
    for line in (*_slice_lines(found), *_item_lines(found.metrics)):
        console.print(line, soft_wrap=True, markup=False)


def _pairing_words(found: Diff) -> str:
    left_out = (
        (len(found.only_before), "only before"),
        (len(found.only_after), "only after"),
        (len(found.changed), "changed in between"),
    )
    said = f"compared on {found.compared} items" + "".join(f", {n} {what}" for n, what in left_out if n)
    if not found.same_golden:
        said += "; the golden files differ"
    return said + ("; same stack" if found.same_stack else "; different stacks")


def _slice_lines(found: Diff) -> list[str]:
    clear = [one for one in found.slices if one.verdict in {"better", "worse"}]
    return [
        f"{one.metric} in {one.slice} {one.value!r}: {one.verdict} by {abs(one.difference):.3f}, "
        f"more than noise on {one.n} items (p = {one.p_value:.3f})"
        for one in clear
    ]


def _item_lines(metrics: Iterable[MetricDiff]) -> list[str]:
    return [f"{one.metric} turned: {_names(one.turned)}" for one in metrics if one.turned]


def _names(turned: tuple[Turned, ...]) -> str:
    shown = ", ".join(f"{one.id} {one.before:.2f} -> {one.after:.2f}" for one in turned[:_SHOWN])
    return shown + (f" and {len(turned) - _SHOWN} more" if len(turned) > _SHOWN else "")


def _number(value: float | None) -> str:
    return "unscored" if value is None else f"{value:.3f}"
