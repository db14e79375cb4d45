"""`coach index backup` and `coach index restore`: the live build as one file."""

from __future__ import annotations

from pathlib import Path

import click

from coach.cli.options import collection_option, load_settings

_FILE = click.Path(dir_okay=False, path_type=Path)
BYTES_A_MB = 1_000_000


@click.command()
@click.argument("file", type=_FILE)
@collection_option
def backup(file: Path, collection: str | None) -> None:
    """Write the live build to FILE, whole or not at all; what FILE held before is replaced.

    Of a Qdrant server it holds snapshots, which only a server can read; of the embedded engine its files,
    which can be restored to either. Ingesting goes on meanwhile.
    """
    from coach.cli.progress import counting
    from ingest.backup import back_up
    from ingest.store import open_store

    settings = load_settings(collection)
    with counting("reading", "chunks") as on_checked:
        made = back_up(settings.collection, open_store(settings), file, on_checked=on_checked)
    held = made.manifest
    click.echo(
        f"{settings.collection}: build {held.build} is in {file}; {held.chunks} chunks and "
        f"{len(held.documents)} documents, {file.stat().st_size / BYTES_A_MB:.1f} MB"
    )


@click.command()
@click.argument("file", type=_FILE)
@click.option("--collection", metavar="NAME", help="Restore under this name instead of the one it had.")
def restore(file: Path, collection: str | None) -> None:
    """Bring back what 'coach index backup' wrote to FILE, into a collection that holds nothing yet.

    What came back is compared with what was backed up before it goes live.
    """
    from coach.cli.progress import counting
    from ingest.backup import restore as bring_back
    from ingest.store import open_store

    settings = load_settings(collection)
    with counting("checking", "chunks") as on_checked:
        held = bring_back(file, open_store(settings), collection=collection or "", on_checked=on_checked)
    click.echo(
        f"{held.collection}: build {held.build} is live; {held.chunks} chunks and "
        f"{len(held.documents)} documents checked, no difference"
    )
