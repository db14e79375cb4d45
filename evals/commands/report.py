"""`coach eval report`: a run as one page for a browser or for paper."""

from __future__ import annotations

from pathlib import Path

import click

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("run", type=_FILE)
@click.option("--html", type=_FILE, required=True, metavar="FILE", help="Page to write.")
def report(run: Path, html: Path) -> None:
    """Write the run file RUN as one HTML page that needs nothing from anywhere else.

    Runs of the same golden file in the folder of RUN become the trend.
    """
    from evals.report import write

    click.echo(f"wrote {write(run, html)}", err=True)
