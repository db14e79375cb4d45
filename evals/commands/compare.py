"""`coach index compare`, also `coach eval compare`: a build beside the live one, on golden questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import collection_option, json_option, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evals.compare import Comparison
    from evals.golden import GoldenItem

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("build")
@click.option("--golden", type=_FILE, metavar="FILE", help="Golden questions of your own, to develop with.")
@click.option(
    "--margin",
    type=click.FloatRange(min=0.0),
    default=0.03,
    show_default=True,
    help="By so much a headline metric may be worse.",
)
@collection_option
@json_option
@click.pass_context
def compare(
    context: click.Context,
    build: str,
    golden: Path | None,
    margin: float,
    collection: str | None,
    *,
    as_json: bool,
) -> None:
    """Ask BUILD and the live build the golden questions of the development set, side by side.

    Prints how far they find the same sections, and the metrics of retrieval and abstention. Exits with 1 if a
    headline metric of BUILD is worse than that of the live build by more than the margin.
    """
    from evals.compare import compare_builds
    from evals.splits import golden_file, split_of

    split_of(golden, "dev")  # a test split is not for choosing between builds
    settings = load_settings(collection)
    questions = golden or golden_file("dev")
    found = compare_builds(settings, build, questions, margin=margin, progress=_progress)
    if as_json:
        click.echo(found.model_dump_json())
    else:
        _print(found)
    if found.worse:
        context.exit(1)


def _print(found: Comparison) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"live       {found.live}\ncandidate  {found.candidate}", soft_wrap=True)
    console.print(
        f"{found.questions} questions: {found.overlap:.0%} of the first ten sections are the same, "
        f"{found.same_first:.0%} of the first ones",
        soft_wrap=True,
    )
    table = Table("metric", box=SIMPLE_HEAD, pad_edge=False)
    for column in ("live", "candidate", "better", "worse", "unscored"):
        table.add_column(column, justify="right")
    table.add_column("candidate is")
    for one in found.metrics:
        counts = (str(one.better), str(one.worse), str(one.unscored))
        table.add_row(one.metric, f"{one.before:.3f}", f"{one.after:.3f}", *counts, one.verdict)
    console.print(table)
    console.print(
        f"'coach eval diff {' '.join(found.files)}' names the questions that turned", soft_wrap=True
    )
    if found.worse:
        console.print(f"worse by more than {found.margin:g}: {', '.join(found.worse)}", soft_wrap=True)
    else:
        console.print(
            f"no headline metric is worse by more than {found.margin:g}; "
            f"'coach index promote {found.candidate}' makes it live",
            soft_wrap=True,
        )


def _progress(items: Sequence[GoldenItem]) -> Iterable[GoldenItem]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, "asking", console=console, transient=True, disable=not console.is_terminal)
