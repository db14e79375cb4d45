"""`coach eval faithfulness`: whether answers say only what their passages say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import json_option, load_settings

if TYPE_CHECKING:
    from coach.faithfulness import Scorer
    from evals.faithfulness import Item, Metrics, Row

_MEASURES = ("precision", "recall", "f1", "balanced_accuracy", "auroc")
_WORST_SHOWN = 5
_CLAIM_CHARS = 100


@click.command()
@click.option(
    "--file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Answers with their passages, one JSON object a line.",
)
@click.option("--fast", is_flag=True, help="Judge by words and figures alone, without the learned reader.")
@json_option
def faithfulness(*, file: Path, fast: bool, as_json: bool) -> None:
    """Judge answers claim by claim against their passages, without a language model.

    Where the lines have labels, the judgement is measured against them; unfaithful is the positive class.
    """
    from coach.faithfulness import Scorer
    from evals.faithfulness import Stopwatch, judge, load_items, measure

    items, settings = load_items(file), load_settings(None)
    scorer = Scorer(learned=not fast)
    watch, rows = Stopwatch(), []
    for row in judge(_progress(items), scorer):
        rows.append(row)
        if as_json:
            click.echo(row.model_dump_json())
    rate, found = watch.rate(len(rows)), measure(rows)
    click.echo(f"{len(rows)} answers, {rate:.1f} a second", err=True)
    if found.n:
        from evals.judge.record import save_calibration
        from evals.judge.scorer import calibration_of

        made = calibration_of(rows, found, file, f"{scorer.version}{', fast' if fast else ''}")
        click.echo(f"stored in {save_calibration(made, settings.data_dir)}", err=True)
    if as_json:
        click.echo(json.dumps({"metrics": found.model_dump()} | _origin(scorer)))
        return
    _show(rows, found, scorer)


def _origin(scorer: Scorer) -> dict[str, object]:
    return {
        "threshold": scorer.thresholds.answer,
        "threshold_origin": scorer.thresholds.origin,
        "scorer": scorer.version,
    }


def _show(rows: Sequence[Row], found: Metrics, scorer: Scorer) -> None:
    verdicts = [row.verdict for row in rows]
    click.echo(
        f"{len(rows)} answers: {verdicts.count('faithful')} faithful, "
        f"{verdicts.count('unfaithful')} unfaithful, {found.unscored} unscored (no claim)"
    )
    if found.n:
        click.echo(f"against {found.n} labels, unfaithful being the positive class:")
        for name in _MEASURES:
            value = getattr(found, name)
            click.echo(f"  {name.replace('_', ' '):<18}{'undefined' if value is None else f'{value:.3f}'}")
    click.echo(f"threshold {scorer.thresholds.answer:.3f}: {scorer.thresholds.origin}")
    worst = sorted((row for row in rows if row.verdict == "unfaithful"), key=lambda row: (-row.risk, row.id))
    for row in worst[:_WORST_SHOWN]:
        claim = max(row.claims, key=lambda one: one.risk)
        why = "; ".join(
            f"{problem.kind}: {problem.said!r}" + (f", not {problem.found!r}" if problem.found else "")
            for problem in claim.problems[:3]
        )
        text = claim.claim if len(claim.claim) <= _CLAIM_CHARS else f"{claim.claim[:_CLAIM_CHARS]}…"
        click.echo(f"\n{row.id}  risk {row.risk:.2f}\n  {text}" + (f"\n  {why}" if why else ""))


def _progress(items: Sequence[Item]) -> Iterable[Item]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(
        items, description="judging", console=console, transient=True, disable=not console.is_terminal
    )
