"""`coach practice drill ...`: staged incidents in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.options import collection_option, json_option, load_settings
from coach.cli.practice_report import form_option, output_option, write_report

if TYPE_CHECKING:
    from coach.practice.drill_run import DrillView
    from coach.practice.drills import Drills

_HELP = "A number picks a move, words say one, an empty line waits; 'leave' leaves, 'finish' ends it."


@click.group()
def drill() -> None:
    """Run a staged incident: signals arrive, some mislead, and you decide."""


@drill.command("list")
@collection_option
@json_option
def list_drills(collection: str | None, *, as_json: bool) -> None:
    """List the drills whose pages the handbook has."""
    import json

    with _drills(collection) as drills:
        shelf = drills.shelf()
    for one in shelf:
        if as_json:
            row = {"id": one.id, "title": one.title, "level": one.level, "minutes": one.minutes}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{one.id:28} {one.level:7} {one.minutes:g} min  {one.title}")
    if not shelf and not as_json:
        click.echo("This handbook has none of the pages that the drills stand on.")


@drill.command()
@click.argument("drill_id", required=False)
@click.option("--resume", "run_id", help="Go on with a run that was left, by its id.")
@collection_option
def run(drill_id: str | None, run_id: str | None, collection: str | None) -> None:
    """Run DRILL_ID, reading decisions from standard input, one a line."""
    from coach.errors import UsageError
    from coach.guard.principal import LOCAL
    from coach.practice.drill_report import printable, report

    if bool(drill_id) == bool(run_id):
        raise UsageError("name a drill, or a run with --resume", hint="'coach practice drill list' has them.")
    with _drills(collection) as drills:
        view = drills.get(LOCAL.owner, run_id) if run_id else drills.start(LOCAL.owner, drill_id or "")
        click.echo(f"{view.title} · run {view.id}\n\n{view.briefing}\n\n{_HELP}")
        view = _conduct(drills, view, sys.stdin)
        if view.status == "running":
            click.echo(f"\nLeft at {view.minute:g}. Go on: coach practice drill run --resume {view.id}")
            return
        found = report(drills.run(LOCAL.owner, view.id))
    click.echo()
    write_report("markdown", None, printable(found), "")


@drill.command()
@click.option("-n", "limit", type=click.IntRange(1, 200), default=20, show_default=True)
@collection_option
@json_option
def runs(limit: int, collection: str | None, *, as_json: bool) -> None:
    """List your runs, newest first."""
    from coach.guard.principal import LOCAL

    with _drills(collection) as drills:
        page = drills.list(LOCAL.owner, limit=limit)
    for one in page.items:
        told = f"{one.created_at:%Y-%m-%d %H:%M}  {one.status:8}  {one.title}  {one.id}"
        click.echo(one.model_dump_json() if as_json else told)


@drill.command()
@click.argument("run_id")
@form_option
@output_option
@collection_option
def report(run_id: str, form: str, output: Path | None, collection: str | None) -> None:
    """Print how the run RUN_ID went: each criterion with the handbook's words, and what misled."""
    from coach.guard.principal import LOCAL
    from coach.practice import drill_report

    with _drills(collection) as drills:
        found = drill_report.report(drills.run(LOCAL.owner, run_id))
    write_report(form, output, drill_report.printable(found), found.model_dump_json())


def _conduct(drills: Drills, view: DrillView, lines: IO[str]) -> DrillView:
    """Return the run as it stands after the last line, or after its end."""
    from coach.guard.principal import LOCAL

    shown = 0
    while view.status == "running":
        shown = _show(view, shown)
        line = lines.readline()
        said = line.strip()
        if not line or said == "leave":
            return view
        if said == "finish":
            return drills.finish(LOCAL.owner, view.id)
        move = _picked(view, said)
        view = drills.decide(LOCAL.owner, view.id, view.decision, move=move, said="" if move else said)
    _show(view, shown)
    return view


def _picked(view: DrillView, said: str) -> str:
    """Return the move that a number or an empty line picks; nothing for words."""
    from coach.practice.drill import WAIT

    if not said:
        return WAIT
    number = int(said) if said.isascii() and said.isdigit() else 0
    return view.moves[number - 1].id if 1 <= number <= len(view.moves) else ""


def _show(view: DrillView, shown: int) -> int:
    """Print what is new, and what can be done; return how much was seen in all."""
    for one in view.feed[shown:]:
        click.echo(f"\n[{one.minute:4.0f}] {one.channel}: {one.text}")
    if view.status == "running":
        click.echo(f"\nMinute {view.minute:g} of {view.minutes:g}")
        for number, move in enumerate(view.moves, start=1):
            click.echo(f"  {number:2}. {move.text}")
        click.echo("> ", nl=False)
    return len(view.feed)


@contextmanager
def _drills(collection: str | None) -> Iterator[Drills]:
    from coach.coach import Coach
    from coach.practice.drill_words import MoveReader
    from coach.practice.drills import Drills

    settings = load_settings(collection)
    with open_database(settings) as database, Coach(settings) as coach:
        yield Drills(database, coach.practice_drills, MoveReader(coach.embed).read)
