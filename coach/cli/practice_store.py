"""The database, as the commands of practice use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coach.export.blocks import Printable
    from coach.settings import Settings
    from coach.store.database import Database

form_option = click.option(
    "--format", "form", type=click.Choice(["markdown", "pdf", "json"]), default="markdown", show_default=True
)
output_option = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; needed for PDF."
)


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Give the database with its tables of this version."""
    from coach.store.database import Database

    with Database.from_settings(settings) as database:
        database.migrate()
        yield database


def write_report(form: str, output: Path | None, found: Printable, as_json: str) -> None:
    """Write a report to a file, or to standard output. Raises UsageError for a PDF without a file."""
    from coach.errors import UsageError
    from coach.export.markdown import to_markdown

    if form == "pdf":
        from coach.export.pdf import to_pdf

        if output is None:
            raise UsageError("a PDF is no text for a terminal", hint="Name a file with --output.")
        output.write_bytes(to_pdf(found))
        return
    text = as_json if form == "json" else to_markdown(found)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text, encoding="utf-8")
