"""`coach drill`: rehearse a runbook on a service of the drill's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import json_option

if TYPE_CHECKING:
    from coach.operate.drills.step import Drill, Rehearsal, Step

_WIDTH = 40


@click.command()
@click.argument("names", metavar="[NAME ...]", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="List the drills, each with its runbook's name.")
@click.option("--all", "everything", is_flag=True, help="Run all drills, one after the other.")
@click.option(
    "--qdrant",
    type=click.Path(path_type=Path),
    metavar="PROGRAM",
    help="Qdrant server that index-unreachable starts; default: 'qdrant' on the path.",
)
@json_option
@click.pass_context
def drill(
    context: click.Context,
    names: tuple[str, ...],
    qdrant: Path | None,
    *,
    listing: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Rehearse the runbooks of these NAMEs, for whoever operates the service.

    Each drill starts a service of its own in a temporary folder, breaks it, reads the signal that the
    runbook names, does what it says and looks whether that helped. Your data and your servers are left alone.
    Exits with 1 if a step does not hold, with 41 if all else held and a drill needs a server that this
    machine does not have. Candidates' incident drills are 'coach practice drill'.
    """
    from coach.cli.up import interrupted_by_signals
    from coach.errors import UsageError
    from coach.operate.drills.catalogue import ABSENT, drills, find
    from coach.operate.drills.qdrant import find_program

    if listing:
        _list(drills(), as_json=as_json)
        return
    chosen = drills() if everything else tuple(find(name) for name in names)
    if not chosen:
        raise UsageError("name a drill", hint="'coach drill --list' shows them; --all runs all of them.")
    program = find_program(qdrant)
    missing = [one.name for one in chosen if one.needs_qdrant and program is None]
    with interrupted_by_signals():  # so that what a drill has started ends with it
        done = [_run(one, program, as_json=as_json) for one in chosen if one.name not in missing]
    for name in missing:
        where = f"{str(qdrant)!r} is no program" if qdrant else "'qdrant' is not on the path"
        click.echo(
            f"coach: {name} was not run: it needs a Qdrant server, and {where}; see --qdrant.", err=True
        )
    if not all(one.passed for one in done):
        context.exit(1)
    if missing:
        context.exit(ABSENT)


def _list(known: tuple[Drill, ...], *, as_json: bool) -> None:
    if as_json:
        rows = [{"name": one.name, "summary": one.summary, "needs_qdrant": one.needs_qdrant} for one in known]
        click.echo(json.dumps(rows))
        return
    for one in known:
        needs = " Needs a Qdrant server." if one.needs_qdrant else ""
        click.echo(f"{one.name:<21} {one.summary}{needs}")


def _run(one: Drill, program: Path | None, *, as_json: bool) -> Rehearsal:
    """Run one drill, telling each step as it is done."""
    from coach.operate.drills.catalogue import rehearse

    if not as_json:
        click.echo(f"{one.name}: {one.summary}")
    found = rehearse(one, qdrant=program, on_step=_quiet if as_json else _tell)
    if as_json:
        click.echo(found.model_dump_json())
    else:
        click.echo(f"  {'passed' if found.passed else 'FAILED'} in {found.seconds:.0f} s\n")
    return found


def _tell(step: Step) -> None:
    mark = "ok" if step.held else "NO"
    click.echo(f"  {mark}  {step.part:<11} {step.what:<{_WIDTH}} {step.seen}")


def _quiet(step: Step) -> None:
    del step
