"""`coach lint`: what is wrong with a handbook, by file and line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import DEFAULT_CORPUS, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.lint.finding import Finding
    from ingest.lint.handbook import Handbook
    from ingest.lint.stats import Stats


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=DEFAULT_CORPUS)
@click.option("--stats", "show_stats", is_flag=True, help="Print counts as a table instead of the findings.")
@click.option(
    "--max-age-months",
    type=click.IntRange(min=1),
    default=36,
    show_default=True,
    metavar="N",
    help="Age from which a sourced figure is stale.",
)
@click.option(
    "--originals",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Documents that the handbook was written from: runs of eight words that both have are errors.",
)
@json_option
@click.pass_context
def lint(
    context: click.Context,
    path: Path,
    max_age_months: int,
    originals: Path | None,
    *,
    show_stats: bool,
    as_json: bool,
) -> None:
    """Check the handbook at PATH (a file or folder; default corpus/) and print what is wrong with it.

    A handbook in the format of corpus/README.md is held to it; any other gets the rules that suit every
    handbook: links, near-duplicates, readability, empty headings. Exits with 1 if there are errors.
    """
    from ingest.lint import lint as find
    from ingest.lint.finding import Limits
    from ingest.lint.handbook import read_handbook
    from ingest.lint.stats import count, to_markdown
    from ingest.sources import read_sources

    handbook = read_handbook(path)
    reading = read_sources([originals]) if originals else None
    for row in reading.report if reading else ():
        click.echo(f"{row.document}: {row.outcome}: {row.reason}", err=True)
    texts = tuple(one.text for one in reading.documents) if reading else ()
    findings = find(handbook, Limits(datetime.now(tz=UTC).date(), max_age_months, texts))
    stats = count(handbook)
    if as_json:
        click.echo(json.dumps(_as_data(findings, stats, handbook), ensure_ascii=False))
    elif show_stats:
        click.echo(to_markdown(stats))
    else:
        for finding in findings:
            place = f"{handbook.root / finding.file}:{finding.line}"
            click.echo(f"{place}: {finding.severity} {finding.rule}: {finding.message}")
    errors = _count(findings, "error")
    if not as_json:
        questions = sum(one.questions for one in stats.chapters)
        warnings = _count(findings, "warning")
        click.echo(f"{errors} errors, {warnings} warnings, {questions} questions", err=True)
    if errors:
        context.exit(1)


def _as_data(findings: Sequence[Finding], stats: Stats, handbook: Handbook) -> dict[str, object]:
    return {
        "root": str(handbook.root),
        "errors": _count(findings, "error"),
        "warnings": _count(findings, "warning"),
        "findings": [finding.model_dump() for finding in findings],
        "stats": stats.model_dump(),
    }


def _count(findings: Sequence[Finding], severity: str) -> int:
    return sum(finding.severity == severity for finding in findings)
