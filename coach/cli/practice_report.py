"""Reports of practice, as files and on standard output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import tell_unprintable, whole_file

if TYPE_CHECKING:
    from coach.export.blocks import Printable

form_option = click.option(
    "--format", "form", type=click.Choice(["markdown", "pdf", "json"]), default="markdown", show_default=True
)
output_option = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; needed for PDF."
)


def write_report(form: str, output: Path | None, found: Printable, as_json: str) -> None:
    """Write a report to a file, or to standard output.

    Raises:
        UsageError: A PDF has no file, or the file cannot be written.
    """
    from coach.errors import UsageError
    from coach.export.markdown import to_markdown

    if form == "pdf":
        from coach.export.pdf import to_pdf

        if output is None:
            raise UsageError("a PDF is no text for a terminal", hint="Name a file with --output.")
        content = to_pdf(found)
        with whole_file(output) as draft:
            draft.write_bytes(content)
        tell_unprintable(found)
        return
    text = as_json if form == "json" else to_markdown(found)
    if output is None:
        click.echo(text)
    else:
        with whole_file(output) as draft:
            draft.write_text(text, encoding="utf-8")
