"""`coach eval gate`: whether a run may replace its baseline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import json_option

if TYPE_CHECKING:
    from evals.gate import GateVerdict

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("run", type=_FILE)
@click.option("--baseline", type=_FILE, required=True, metavar="FILE", help="Run file to be no worse than.")
@click.option("--override", metavar="REASON", help="Pass all the same; the reason is stored in the verdict.")
@click.option(
    "--verdict",
    type=_FILE,
    metavar="FILE",
    help="Where the verdict is stored instead of beside the run.",
)
@json_option
@click.pass_context
def gate(
    context: click.Context,
    run: Path,
    baseline: Path,
    override: str | None,
    verdict: Path | None,
    *,
    as_json: bool,
) -> None:
    """Fail with exit code 40 if the run file RUN is clearly worse than its baseline.

    That is: a headline metric fell by more than 3%, or by more than 10% in a slice of 10 items or more, or
    is missing, or could not be scored where the baseline was.
    """
    from evals.gate import EXIT_CODE, judge, save_verdict, verdict_file
    from evals.runs import load

    found = judge(load(run), load(baseline), override=override)
    stored = save_verdict(found, verdict or verdict_file(found, run.parent))
    if as_json:
        click.echo(found.model_dump_json())
    else:
        _print(found)
        click.echo(f"stored in {stored}", err=True)
    if not found.passed:
        context.exit(EXIT_CODE)


def _print(found: GateVerdict) -> None:
    for failure in found.failures:
        click.echo(f"{failure.problem}: {failure.words}")
    for name, count in found.unscored.items():
        click.echo(f"unscored: {count} items of {name}")
    count = len(found.failures)
    said = "passed" if found.passed else f"failed: {count} {'reason' if count == 1 else 'reasons'}"
    if found.override and count:
        said = f"passed over {count} {'failure' if count == 1 else 'failures'}, because: {found.override}"
    click.echo(f"{said} (run {found.run} against {found.baseline}, {found.compared}, {found.items} items)")
