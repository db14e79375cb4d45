"""`coach db`: the tables that the coach keeps its state in, and how other commands open them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from coach.cli.options import json_option, load_settings

if TYPE_CHECKING:
    from coach.settings import Settings
    from coach.store.database import Database


@contextmanager
def open_database(settings: Settings | None = None) -> Iterator[Database]:
    """Give the database that the settings name, with its tables of this version."""
    from coach.store.database import Database

    with Database.from_settings(settings or load_settings(None)) as database:
        database.migrate()
        yield database


@click.group()
def db() -> None:
    """Show and upgrade the database of answers, feedback, conversations and keys."""


@db.command()
def upgrade() -> None:
    """Bring the tables to this version; safe to repeat, and while servers run."""
    from coach.store.database import Database

    with Database.from_settings(load_settings(None)) as database:
        click.echo(f"{database.name}: revision {database.migrate()}", err=True)


@db.command()
@json_option
@click.pass_context
def status(context: click.Context, *, as_json: bool) -> None:
    """Say which database is used and whether its tables are of this version.

    Exits with 15 if they are not.
    """
    from coach.errors import SchemaError, exit_code
    from coach.store.database import Database

    with Database.from_settings(load_settings(None)) as database:
        name = database.name
        try:
            database.check()
            problem = mend = ""
        except SchemaError as error:
            problem, mend = str(error), error.hint
    if as_json:
        click.echo(json.dumps({"database": name, "problem": problem, "mend": mend}))
    else:
        click.echo(f"{problem}. {mend}" if problem else f"{name}: ready")
    if problem:
        context.exit(exit_code(SchemaError(problem)))
