"""`coach index`: the builds of a collection, changed without an outage."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.backups import backup, restore
from coach.cli.database import open_database
from coach.cli.operator import administration
from coach.cli.options import (
    DEFAULT_CORPUS,
    collection_option,
    json_option,
    load_settings,
    own_handbook_option,
    own_tenant,
)

if TYPE_CHECKING:
    from coach.settings import Settings
    from ingest.settings import IndexSettings
    from ingest.store.values import BuildState

HASH_CHARS = 12
_ADDRESS = re.compile(r"[\w.-]+:\d+/?$|\w[\w+.-]*://")
"""How a server's address begins that was written without its scheme, or with one that is not read."""


class _Index(click.Group):
    """The commands of this file, and "compare", which asks golden questions and so belongs to the evals."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted([*super().list_commands(ctx), *(["compare"] if self._compare(ctx) else [])])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None if there is none of this name."""
        return self._compare(ctx) if cmd_name == "compare" else super().get_command(ctx, cmd_name)

    def _compare(self, ctx: click.Context) -> click.Command | None:
        """Return the command of the evals, which the program knows by their entry point; None without."""
        program = ctx.find_root().command
        evals = program.get_command(ctx, "eval") if isinstance(program, click.Group) else None
        return evals.get_command(ctx, "compare") if isinstance(evals, click.Group) else None


@click.group(cls=_Index)
def index() -> None:
    """List, build, compare, promote, move and back up the builds of an index.

    A build is written once and never changed. One is live; what is made beside it can be looked at and
    promoted, and what was live before can come back. A running server follows within a second.
    """


@index.command("list")
@collection_option
@json_option
def list_builds(collection: str | None, *, as_json: bool) -> None:
    """List the builds of a collection, newest first."""
    from ingest.store import open_store

    settings = load_settings(collection)
    states = open_store(settings).builds(settings.collection)
    if as_json:
        click.echo(json.dumps([_row(state) for state in states]))
        return
    if not states:
        click.echo(f"{settings.collection}: no builds; 'coach ingest' makes the first")
    for state in states:
        click.echo(f"{state.status:<10}  {state.name}  {_summary(state)}")


@index.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@collection_option
@own_handbook_option
@json_option
def build(paths: tuple[Path, ...], collection: str | None, tenant: str | None, *, as_json: bool) -> None:
    """Build an index of the handbooks at PATHS (default corpus/) beside the live one.

    It is made with the settings in force. The live build goes on serving until 'coach index promote'.
    """
    from coach.cli.progress import bar
    from ingest import pipeline
    from ingest.embed import Embedder
    from ingest.store import open_store

    settings = load_settings(collection)
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    store = open_store(settings)
    with bar() as progress:
        manifest = pipeline.ingest(
            paths or (DEFAULT_CORPUS,),
            store=store,
            embedder=embedder,
            collection=settings.collection,
            parameters=settings.chunker,
            max_document_mb=settings.max_document_mb,
            progress=progress,
            beside=True,
            tenant=own_tenant(paths, tenant),
        )
    if as_json:
        click.echo(manifest.model_dump_json())
    elif store.live(settings.collection) == manifest.build:
        click.echo(f"nothing to build: the live build {manifest.build} holds all of it, made the same way")
    else:
        name = manifest.build
        click.echo(
            f"{name}: {manifest.chunks} chunks; 'coach index compare {name}' asks both builds the golden "
            f"questions, 'coach index promote {name}' makes it live"
        )


@index.command()
@click.argument("name", metavar="BUILD")
@collection_option
def promote(name: str, collection: str | None) -> None:
    """Make BUILD the live one; the one that was live stays for a rollback.

    'coach index compare BUILD' says first whether it answers worse.
    """
    _make_live(load_settings(collection), name)


@index.command()
@collection_option
def rollback(collection: str | None) -> None:
    """Make the build live again that was live before, the newest of those that are kept."""
    from coach.errors import UsageError
    from ingest.store import open_store

    settings = load_settings(collection)
    store = open_store(settings)
    earlier = [state.name for state in store.builds(settings.collection) if state.status == "earlier"]
    if not earlier:
        raise UsageError(
            f"collection {settings.collection!r} has no earlier build", hint="See 'coach index list'."
        )
    _make_live(settings, earlier[0])


@index.command()
@click.option(
    "--keep", type=click.IntRange(min=0), default=1, show_default=True, help="Earlier builds that stay."
)
@click.option("--beside", is_flag=True, help="Also remove those that were built beside and not promoted.")
@click.option("--dry-run", is_flag=True, help="Name them and remove nothing.")
@collection_option
def gc(keep: int, collection: str | None, *, beside: bool, dry_run: bool) -> None:
    """Remove builds that nobody needs: unfinished ones, and all but some earlier ones."""
    from ingest.store import open_store

    settings = load_settings(collection)
    store = open_store(settings)
    states = store.builds(settings.collection)
    earlier = [state.name for state in states if state.status == "earlier"]
    unneeded = {"unfinished", "beside"} if beside else {"unfinished"}
    names = [*earlier[keep:], *(state.name for state in states if state.status in unneeded)]
    if not dry_run:
        store.remove(settings.collection, names)
    for name in names:
        click.echo(f"{'would remove' if dry_run else 'removed'} {name}")
    if not names:
        click.echo("nothing to remove")


@index.command()
@click.argument("to")
@click.option(
    "--api-key", envvar="COACH_MOVE_API_KEY", default="", help="Key of that server; COACH_MOVE_API_KEY."
)
@collection_option
def move(to: str, api_key: str, collection: str | None) -> None:
    """Copy the live build to TO, a folder or the URL of a Qdrant server, and let it go live there.

    The copy is compared with the original before it goes live; the original stays. Then set
    COACH_QDRANT_URL or COACH_DATA_DIR to TO.
    """
    from coach.cli.progress import counting
    from ingest import move as moving
    from ingest.store import open_store

    settings = load_settings(collection)
    source, target = open_store(settings), open_store(_elsewhere(settings, to, api_key))
    with counting("copying", "chunks") as on_copied:
        manifest = moving.move(settings.collection, source, target, on_copied=on_copied)
    click.echo(
        f"{settings.collection}: build {manifest.build} is live in {to}; "
        f"{manifest.chunks} chunks and {len(manifest.documents)} documents compared, no difference"
    )


index.add_command(backup)
index.add_command(restore)


def _make_live(settings: Settings, build: str) -> None:
    with open_database(settings) as database:
        before = administration(database, settings).promote_index(settings, build)
    click.echo(f"{build} is live" + (f"; {before} was" if before not in ("", build) else ""))


def _elsewhere(settings: IndexSettings, to: str, api_key: str) -> IndexSettings:
    from pydantic import SecretStr

    from coach.errors import UsageError

    if to.startswith(("http://", "https://")):
        return settings.model_copy(update={"qdrant_url": to, "qdrant_api_key": SecretStr(api_key)})
    if _ADDRESS.match(to) and not Path(to).exists():
        raise UsageError(
            f"{to!r} may be a server or a folder",
            hint="Write http://HOST:PORT for a server, ./NAME for a folder.",
        )
    return settings.model_copy(update={"qdrant_url": "", "data_dir": Path(to)})


def _row(state: BuildState) -> dict[str, object]:
    made = state.manifest
    return {
        "build": state.name,
        "status": state.status,
        "created_at": made.created_at if made else None,
        "embedder": made.embed_model_version if made else None,
        "chunker": made.chunker.model_dump() if made else None,
        "corpus_hash": made.corpus_hash if made else None,
        "documents": len(made.documents) if made else None,
        "tenants": list(made.tenants or ()) if made else None,
        "chunks": made.chunks if made else None,
    }


def _summary(state: BuildState) -> str:
    made = state.manifest
    if made is None:
        return "cannot be read by this version" if state.status != "unfinished" else "was never published"
    tenants = f", tenants {', '.join(made.tenants)}" if made.tenants else ""
    return (
        f"{made.created_at}  {len(made.documents)} documents, {made.chunks} chunks of at most "
        f"{made.chunker.max_chars} characters, handbook {made.corpus_hash[:HASH_CHARS]}{tenants}"
    )
