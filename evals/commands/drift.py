"""`coach drift`: whether questions, answers, feedback and the golden questions are what they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.options import collection_option, json_option, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coach.coach import Coach
    from coach.operate.drift import Finding

_FILE = click.Path(dir_okay=False, path_type=Path)
_WIDTH = 17


@click.command()
@click.option(
    "--days", type=click.FloatRange(min=0.04), default=7.0, show_default=True, help="That are judged."
)
@click.option(
    "--usual-days",
    type=click.FloatRange(min=0.04),
    default=28.0,
    show_default=True,
    help="Before those, that show what is usual.",
)
@click.option(
    "--golden", type=_FILE, metavar="FILE", help="Golden questions; default: the development split."
)
@click.option(
    "--items",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    help="Golden questions to ask; 0: none.",
)
@collection_option
@json_option
@click.pass_context
def drift(
    context: click.Context,
    *,
    days: float,
    usual_days: float,
    golden: Path | None,
    items: int,
    collection: str | None,
    as_json: bool,
) -> None:
    """Say whether what users ask, get and say has drifted, and whether golden questions still do as they did.

    The last days are held against the days before. Nothing of what users said is kept for it. Exits with 1
    if something has drifted.
    """
    from coach.coach import Coach
    from coach.operate.drift import Windows, find_drift
    from coach.operate.signals import SignalReader

    settings = load_settings(collection)
    windows = Windows.before(datetime.now(UTC), days=days, usual_days=usual_days)
    with open_database(settings) as database, Coach(settings) as coach:
        findings = [*find_drift(SignalReader(database), windows, coach), *_golden(coach, golden, items)]
    if as_json:
        click.echo(json.dumps([one.model_dump() for one in findings]))
    else:
        for one in findings:
            click.echo(f"{one.verdict:<8} {one.name:<{_WIDTH}} {one.words}")
    if any(one.verdict == "drifted" for one in findings):
        context.exit(1)


def _golden(coach: Coach, golden: Path | None, most: int) -> Iterator[Finding]:
    from coach.operate.drift import Finding
    from evals.drift import NAME, latest_run, replay
    from evals.runs import run_folder
    from evals.splits import golden_file

    if not most:
        return
    file = golden or golden_file("dev")
    kept = latest_run(run_folder(coach.settings.data_dir), file)
    if kept is None:
        words = f"no run of {file.name} is kept; 'coach eval retrieval' makes one"
        yield Finding(name=NAME, verdict="too few", words=words)
        return
    yield replay(coach, file, kept, most=most)
