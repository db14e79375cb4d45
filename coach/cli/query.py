"""`coach search`, `coach ask` and `coach replay`: questions to the index."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

import click

from coach.cli.options import (
    as_level,
    batch_option,
    collection_option,
    filter_option,
    json_option,
    level_option,
    load_settings,
    open_coach,
    parse_filters,
    read_batch,
    tenant_option,
)

if TYPE_CHECKING:
    from rich.console import Console

    from coach.types import Hit


@click.command()
@click.argument("query", required=False)
@click.option(
    "-k",
    "limit",
    type=click.IntRange(1, 200),
    default=10,
    show_default=True,
    help="Most hits to print; there are never more than chunks that are looked at (COACH_RERANK_LIMIT).",
)
@collection_option
@tenant_option
@filter_option
@batch_option
@json_option
def search(
    query: str | None,
    limit: int,
    collection: str | None,
    filters: tuple[str, ...],
    batch: IO[str] | None,
    *,
    tenant: str | None,
    as_json: bool,
) -> None:
    """Find the sections that answer QUERY.

    With --batch, lines {"id","query"} go in and lines {"id","hits"} come out, in order.
    """
    _check_one(query, batch)
    where = parse_filters(filters)
    settings = load_settings(collection)
    rows = read_batch(batch, "query", max_chars=settings.max_question_chars) if batch else []
    with open_coach(settings, tenant) as coach:
        if batch:
            for identity, text in rows:
                hits = coach.search(text, limit=limit, where=where)
                row = {"id": identity, "hits": [hit.model_dump(mode="json") for hit in hits]}
                click.echo(json.dumps(row, ensure_ascii=False))
            return
        hits = coach.search(query or "", limit=limit, where=where)
    if as_json:
        found = {"query": query, "hits": [hit.model_dump(mode="json") for hit in hits]}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        _print_hits(hits)


@click.command()
@click.argument("question", required=False)
@level_option
@collection_option
@tenant_option
@batch_option
@json_option
def ask(
    question: str | None,
    level: str,
    collection: str | None,
    tenant: str | None,
    batch: IO[str] | None,
    *,
    as_json: bool,
) -> None:
    """Answer QUESTION with an outline in which every claim carries a checked quote.

    With --batch, lines {"id","question"} go in and one answer a line comes out, in order.
    """
    from coach.answer.render import to_terminal

    _check_one(question, batch)
    settings = load_settings(collection)
    rows = read_batch(batch, "question", max_chars=settings.max_question_chars) if batch else []
    with open_coach(settings, tenant) as coach:
        if batch:
            for identity, text in rows:
                answer = coach.ask(text, level=as_level(level))
                click.echo(json.dumps({**answer.model_dump(mode="json"), "id": identity}, ensure_ascii=False))
            return
        answer = coach.ask(question or "", level=as_level(level))
    if as_json:
        click.echo(answer.model_dump_json())
    else:
        to_terminal(answer, _console())


@click.command()
@click.argument("question")
@level_option
@collection_option
@tenant_option
@json_option
def replay(question: str, level: str, collection: str | None, tenant: str | None, *, as_json: bool) -> None:
    """Show what every stage saw and did for QUESTION."""
    from coach.cli.replay import print_replay

    with open_coach(load_settings(collection), tenant) as coach:
        found = coach.replay(question, level=as_level(level))
    if as_json:
        click.echo(found.model_dump_json())
    else:
        print_replay(found, _console())


def _check_one(text: str | None, batch: IO[str] | None) -> None:
    from coach.errors import UsageError

    if (text is None) == (batch is None):
        command = click.get_current_context().command_path
        raise UsageError("give either a question or --batch FILE", hint=f"See '{command} --help'.")


def _console() -> Console:
    from rich.console import Console

    return Console()


def _print_hits(hits: list[Hit]) -> None:
    from rich.markup import escape

    console = _console()
    if not hits:
        console.print("No section fits; try other words or fewer filters.")
    for hit in hits:
        trail = " > ".join(hit.path)
        console.print(f"[bold]{hit.rank:>2}. {escape(hit.heading)}[/]  [dim]{hit.score:.3f}[/]")
        console.print(f"    [dim]{escape(hit.document)}:{hit.start}-{hit.end}  {escape(trail)}[/]")
        console.print(f"    {escape(' '.join(hit.text.split())[:240])}", highlight=False)
