"""`coach eval retrieval`, `coach eval answers` and `coach eval all`: golden questions through the coach."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from coach.cli.options import collection_option, json_option, load_settings

if TYPE_CHECKING:
    from evals.golden import GoldenItem
    from evals.runner import Finished
    from evals.runs import Kind, Split

_FILE = click.Path(dir_okay=False, path_type=Path)
_Command = TypeVar("_Command", bound=Callable[..., None])


def _golden_options(command: _Command) -> _Command:
    """Return the command with the options that all runs over a golden set take."""
    for option in reversed(
        (
            click.option(
                "--split",
                type=click.Choice(["dev", "test", "locked"]),
                help="Split to run, or that --golden is. Default: what the file's name says, else dev.",
            ),
            click.option("--golden", type=_FILE, metavar="FILE", help="Golden questions of your own."),
            collection_option,
            json_option,
            click.option("--html", type=_FILE, metavar="FILE", help="Write a report to this file, too."),
            click.option(
                "--show-items", is_flag=True, help="Show and keep single items, also those of a test split."
            ),
            click.option("--reason", default="", metavar="TEXT", help="Why a locked split is looked at."),
        )
    ):
        command = option(command)
    return command


@click.command()
@_golden_options
def retrieval(**options: object) -> None:
    """Measure whether what answers a question is found, in which order, and known to be missing."""
    _run(("retrieval",), **options)  # type: ignore[arg-type]  # click has checked them


@click.command()
@_golden_options
def answers(**options: object) -> None:
    """Measure citations, key facts, abstention, repetition and length of answers."""
    _run(("answers",), **options)  # type: ignore[arg-type]  # click has checked them


@click.command("all")
@_golden_options
def everything(**options: object) -> None:
    """Measure retrieval and answers in one pass: each question is asked once."""
    _run(("retrieval", "answers"), **options)  # type: ignore[arg-type]  # click has checked them


def _run(
    kinds: tuple[Kind, ...],
    *,
    split: Split | None,
    golden: Path | None,
    collection: str | None,
    as_json: bool,
    html: Path | None,
    show_items: bool,
    reason: str,
) -> None:
    from coach.coach import Coach
    from evals.golden import load_golden
    from evals.runner import Task, run_golden
    from evals.splits import describe_leaks, golden_file, split_of
    from evals.support import SpanJudge

    chosen = split_of(golden, split)
    task = Task(kinds, golden or golden_file(chosen), chosen, show_items=show_items, reason=reason)
    settings = load_settings(collection)
    notes = describe_leaks(load_golden(task.golden), chosen, task.golden)
    with Coach(settings) as coach:
        try:
            finished = run_golden(task, coach, judge=SpanJudge(), notes=notes, progress=_progress)
        except KeyboardInterrupt:
            click.echo("What was measured is kept; the same command goes on from there.", err=True)
            raise
    if html:
        _write_reports(finished, html)
    for one in finished:
        if as_json:
            click.echo(json.dumps(_as_json(one, show_items=show_items), ensure_ascii=False))
        else:
            _print(one)


def _write_reports(finished: Sequence[Finished], html: Path) -> None:
    """Write the report of each run; of several, each to a file with its kind in the name."""
    from evals.report import write

    for one in finished:
        file = html if len(finished) == 1 else html.with_stem(f"{html.stem}-{one.run.kind}")
        click.echo(f"wrote {write(one.path, file)}", err=True)


def _as_json(finished: Finished, *, show_items: bool) -> dict[str, object]:
    """Return a run as it is printed: its file, and without its items unless they are asked for."""
    hidden = {"item_hashes"} if show_items else {"item_hashes", "rows"}
    return {"file": str(finished.path), **finished.run.model_dump(mode="json", exclude=hidden)}


def _print(finished: Finished) -> None:
    from rich.console import Console

    from evals.tables import metric_table, slice_tables

    console, run = Console(highlight=False), finished.run
    console.print(metric_table(run))
    for table in slice_tables(run):
        console.print(table)
    if run.split != "dev":
        console.print(f"Look {run.look + 1} at this {run.split} split.")
    for note in run.notes:
        console.print(note, markup=False, soft_wrap=True)
    console.print(f"{run.duration_s:.0f} s; the run is kept in {finished.path}", markup=False, soft_wrap=True)


def _progress(items: Sequence[GoldenItem]) -> Iterable[GoldenItem]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, "asking", console=console, transient=True, disable=not console.is_terminal)
