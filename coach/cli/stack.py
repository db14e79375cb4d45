"""`coach stack`: what answers are made with, switched and switched back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.operator import administration
from coach.cli.options import collection_option, json_option, load_settings

if TYPE_CHECKING:
    from coach.settings import Settings
    from coach.stack import SavedStack, StackStore

SETTINGS_NAME = "settings"


@click.group()
def stack() -> None:
    """List, show and switch stacks: models, prompts, retriever and index as one versioned unit.

    A running server follows a switch with its next question; questions under way end as they began.
    """


@stack.command("list")
@collection_option
@json_option
def list_stacks(collection: str | None, *, as_json: bool) -> None:
    """List the saved stacks; the one in force is marked."""
    settings = load_settings(collection)
    store = _store(settings)
    active = store.active()
    rows = [
        {
            "hash": saved.stack.hash,
            "in_force": active is not None and saved.stack.hash == active.stack.hash,
            "writer": saved.stack.parts["writer"],
            "index": saved.stack.parts["index"],
        }
        for saved in store.all()
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    click.echo(f"{' ' if active else '*'} {SETTINGS_NAME:<16}  what the settings name")
    for row in rows:
        mark = "*" if row["in_force"] else " "
        click.echo(f"{mark} {row['hash']:<16}  writer {row['writer']}, index {row['index']}")


@stack.command()
@click.argument("name", required=False)
@collection_option
@json_option
def show(name: str | None, collection: str | None, *, as_json: bool) -> None:
    """Show the parts of stack NAME, a hash or the beginning of one (default: the one in force)."""
    from coach.coach import Coach

    settings = load_settings(collection)
    if name:
        shown = _store(settings).get(name).stack
    else:
        with Coach(settings) as coach:
            shown = coach.stack
    if as_json:
        click.echo(shown.model_dump_json())
        return
    click.echo(shown.hash)
    for part, value in shown.parts.items():
        click.echo(f"  {part:<14} {value}")


@stack.command()
@click.argument("name", required=False)
@collection_option
def use(name: str | None, collection: str | None) -> None:
    """Put stack NAME in force; without a NAME, save what the settings name now and hold on to it.

    While a stack is in force, its models, prompts and retriever go before those of the settings. NAME
    "settings" follows the settings again.
    """
    settings = load_settings(collection)
    if name is None:
        from coach.switch import save_stack

        name = save_stack(settings).stack.hash
    with open_database(settings) as database:
        chosen = administration(database, settings).use_stack(name)
    _tell(chosen, settings)


@stack.command()
@collection_option
def rollback(collection: str | None) -> None:
    """Put in force what was in force before."""
    settings = load_settings(collection)
    with open_database(settings) as database:
        chosen = administration(database, settings).roll_back_stack()
    _tell(chosen, settings)


def _store(settings: Settings) -> StackStore:
    from coach.stack import StackStore

    return StackStore(settings.data_dir, settings.collection)


def _tell(saved: SavedStack | None, settings: Settings) -> None:
    """Say what is in force now, and whether its index is still the live one."""
    if saved is None:
        click.echo("In force: what the settings name.")
        return
    click.echo(f"In force: {saved.stack.hash}, writer {saved.stack.parts['writer']}.")
    from ingest.store import open_store

    build = open_store(settings).open(settings.collection)
    live = build.manifest.build
    build.close()
    if live != saved.stack.parts["index"]:
        click.echo(
            f"Its index {saved.stack.parts['index']} was replaced by {live}, which is what is searched.",
            err=True,
        )
