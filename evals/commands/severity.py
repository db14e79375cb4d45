"""`coach eval severity`: how bad it is, by the handbook's own rubric."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from coach.cli.database import open_database
from coach.cli.options import json_option
from coach.errors import UsageError

if TYPE_CHECKING:
    from coach.operate.severity import Assessment, Change, Override

_FILE = click.Path(path_type=Path)
_HOURS_A_DAY = 24
_OVERRIDES = ("data-exposed", "unsafe-advice", "legal-exposure")


@click.command()
@click.argument("run", type=_FILE, required=False)
@click.option("--baseline", type=_FILE, metavar="FILE", help="Run file of the last good release.")
@click.option(
    "--hours", type=click.FloatRange(min=0.1), default=24.0, show_default=True, help="Of users to look at."
)
@click.option(
    "--usual-days",
    type=click.FloatRange(min=1),
    default=28.0,
    show_default=True,
    help="Before those, that show what is usual.",
)
@click.option(
    "--override",
    "overrides",
    type=click.Choice(_OVERRIDES),
    multiple=True,
    help="SEV-1 whatever the figures say; repeat for more.",
)
@json_option
@click.pass_context
def severity(
    context: click.Context,
    *,
    run: Path | None,
    baseline: Path | None,
    hours: float,
    usual_days: float,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Give the level of an incident, SEV-1 to SEV-4, with its reasons.

    It is the worse of two: what the run file RUN lost against its baseline, and what users met of late.
    Without RUN users alone decide. Exits with 1 for SEV-1 and SEV-2: somebody is woken.
    """
    from coach.operate.drift import Windows
    from coach.operate.severity import assess
    from coach.operate.signals import SignalReader

    if (run is None) != (baseline is None):
        raise UsageError("a run is held against a baseline", hint="Name both: RUN --baseline FILE.")
    found = _changes(run, baseline) if run and baseline else []
    windows = Windows.before(datetime.now(UTC), days=hours / _HOURS_A_DAY, usual_days=usual_days)
    with open_database() as database:
        reader = SignalReader(database)
        now, usual = reader.read(windows.recent), reader.read(windows.usual)
    made = assess(found, now, usual, cast("tuple[Override, ...]", overrides))
    click.echo(made.model_dump_json() if as_json else _told(made))
    if made.pages:
        context.exit(1)


def _changes(run: Path, baseline: Path) -> list[Change]:
    from evals.diff import diff
    from evals.runs import load
    from evals.severity import changes, untested, writer_changed

    before, after = load(baseline), load(run)
    found = diff(before, after)
    if writer_changed(before, after):
        click.echo(
            "The runs have different writers: compare a fallback with a baseline of its own.", err=True
        )
    if names := untested(found):
        click.echo(f"Not judged, being no means over items: {', '.join(names)}.", err=True)
    return changes(found)


def _told(made: Assessment) -> str:
    from coach.operate.severity import DUTIES

    if made.level is None:
        return "\n".join(["no incident: nothing moved by more than chance", *made.reasons])
    duty = DUTIES[made.level]
    duties = f"page {duty.page}, acknowledge {duty.acknowledge}, updates {duty.updates}, review {duty.review}"
    return "\n".join([f"{made.level}  {duties}", *made.reasons])
