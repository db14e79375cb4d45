"""`coach eval requests`: requests of recruiters, read and built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import collection_option, json_option, load_settings

if TYPE_CHECKING:
    from evals.requests import RequestSplit

_FOLDER = Path(__file__).parents[1] / "golden"


@click.command()
@click.option("--split", type=click.Choice(["dev", "plain", "test"]), default="dev", show_default=True)
@json_option
@collection_option
def requests(*, split: RequestSplit, as_json: bool, collection: str | None) -> None:
    """Measure how requests of recruiters are read, and whether the sets meet what was asked for.

    "plain" are those that name topics by their usual names and hardly anything else. Requests of the test
    split are never shown: of them the figures alone are printed.
    """
    from coach.coach import Coach
    from coach.recruit.recruiter import Recruiter
    from evals.requests import load_requests, measure, summarise

    golden = load_requests(_FOLDER / "requests" / f"{split}.jsonl")
    with Coach(load_settings(collection)) as coach:
        recruiter = Recruiter(coach)
        rows = list(
            measure(golden, recruiter.pool, lambda text: recruiter.read(text).wishes, recruiter.choose)
        )
    figures = summarise(rows, split)
    if as_json:
        click.echo(figures.model_dump_json(indent=2))
        return
    for row in rows if split != "test" else ():
        if row.missed or not row.level_right or row.spurious or row.missing:
            level = "" if row.level_right else " level wrong"
            click.echo(f"{row.id}{level} +{row.spurious} -{row.missing} {'; '.join(row.missed)}")
    for name, value in figures.model_dump().items():
        click.echo(f"{name:24} {value:.3f}" if isinstance(value, float) else f"{name:24} {value}")
