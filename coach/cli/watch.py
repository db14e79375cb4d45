"""`coach watch`: an index that follows the files it is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from coach.cli.options import (
    DEFAULT_CORPUS,
    collection_option,
    json_option,
    load_settings,
    own_handbook_option,
    own_tenant,
)

COUNTED = ("added", "updated", "deleted")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@collection_option
@own_handbook_option
@json_option
def watch(paths: tuple[Path, ...], collection: str | None, tenant: str | None, *, as_json: bool) -> None:
    """Ingest PATHS (default corpus/) now and after each change, until Ctrl-C.

    What goes wrong with one change, a file that is half written or an index that is busy, is said and
    tried again with the next; the live index stays as it was.
    """
    for row in _updates(paths or (DEFAULT_CORPUS,), collection, own_tenant(paths, tenant)):
        if as_json:
            click.echo(json.dumps(row))
        elif row["error"]:
            click.echo(f"not updated: {row['error']}", err=True)
        else:
            counts = [f"{row[what]} {what}" for what in COUNTED if row[what]]
            told = ", ".join(counts) or "nothing changed"
            click.echo(f"{row['build']}: {told}; live after {row['waited_s']:.2f} s")


def _updates(paths: tuple[Path, ...], collection: str | None, tenant: str) -> Iterator[dict[str, object]]:
    from coach.errors import CoachError
    from ingest import pipeline
    from ingest.embed import Embedder
    from ingest.store import open_store
    from ingest.watch import changes

    settings = load_settings(collection)
    store = open_store(settings)
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    for change in changes(paths, own=(settings.data_dir, settings.index_dir)):
        row: dict[str, object] = dict.fromkeys(("build", *COUNTED), 0)
        try:
            made = pipeline.ingest(
                paths,
                store=store,
                embedder=embedder,
                collection=settings.collection,
                parameters=settings.chunker,
                max_document_mb=settings.max_document_mb,
                tenant=tenant,
            )
        except CoachError as error:
            yield row | {"error": f"{error}. {error.hint}", "waited_s": change.waited_s}
        else:
            counts = {what: len(getattr(made, what)) for what in COUNTED}
            yield row | counts | {"build": made.build, "error": "", "waited_s": change.waited_s}
