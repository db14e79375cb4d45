"""`coach eval judge`: a model as judge, measured against people, over a run, or between two runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import json_option, load_settings
from coach.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from coach.models.contract import Request
    from coach.settings import Settings
    from evals.judge.judge import Asked, Judge
    from evals.judge.record import Calibration
    from evals.judge.runs import Comparison

_FILE = click.Path(path_type=Path)
CACHE = Path("evals") / "judge-replies"
"""Below `Settings.data_dir`."""


@click.command()
@click.option("--labels", type=_FILE, metavar="FILE", help="Answers that people judged: measure the judge.")
@click.option("--run", "run_file", type=_FILE, metavar="FILE", help="Run of answers: judge its claims.")
@click.option(
    "--compare",
    type=_FILE,
    nargs=2,
    metavar="BEFORE AFTER",
    help="Two runs of answers: say which are better.",
)
@click.option("--model", metavar="NAME", help="Judge to use instead of COACH_JUDGE_MODEL.")
@click.option("--writer", default="", metavar="NAME", help="Model that wrote the labelled answers, if known.")
@click.option("--force", is_flag=True, help="Judge although writer and judge are of one family.")
@click.option(
    "--max-usd",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    metavar="N",
    help="Most that may be spent, as reckoned beforehand.",
)
@json_option
def judge(
    *,
    labels: Path | None,
    run_file: Path | None,
    compare: tuple[Path, Path] | None,
    model: str | None,
    writer: str,
    force: bool,
    max_usd: float,
    as_json: bool,
) -> None:
    """Let a model judge, at temperature 0 and with its replies kept.

    What it will take is printed before, and what it took after. A reply that cannot be read leaves its item
    unscored: counted and shown, never zero.
    """
    if sum(one is not None for one in (labels, run_file, compare)) != 1:
        raise UsageError("one thing is judged at a time", hint="Give --labels, --run or --compare.")
    settings = load_settings(None)
    made = _open_judge(settings, model)
    if labels:
        _measure(labels, made, settings, writer, force=force, max_usd=max_usd, as_json=as_json)
    elif run_file:
        _judge_run(run_file, made, settings, force=force, max_usd=max_usd, as_json=as_json)
    elif compare:
        _compare(compare, made, settings, force=force, max_usd=max_usd, as_json=as_json)
    taken = made.taken
    cost = "at an unknown price" if taken.cost_usd is None else f"${taken.cost_usd:.4f}"
    click.echo(f"took {taken.calls} calls, {taken.tokens} tokens, {cost}", err=True)


def _measure(
    labels: Path, made: Judge, settings: Settings, writer: str, *, force: bool, max_usd: float, as_json: bool
) -> None:
    from evals.judge.calibration import calibrate, labelling_requests, load_labels
    from evals.judge.family import check_family
    from evals.judge.record import save_calibration

    check_family(made.name, writer, force=force)
    items = load_labels(labels)
    _prepare(made, list(labelling_requests(items)), max_usd)
    found = calibrate(items, made, labels=str(labels))
    stored = save_calibration(found, settings.data_dir)
    click.echo(found.model_dump_json() if as_json else _calibration_text(found))
    click.echo(f"stored in {stored}", err=True)


def _judge_run(
    file: Path, made: Judge, settings: Settings, *, force: bool, max_usd: float, as_json: bool
) -> None:
    from evals.judge.family import NO_MODEL, check_family
    from evals.judge.record import warning
    from evals.judge.runs import claim_requests, judge_claims
    from evals.runs import load, run_folder, save

    run = load(file)
    check_family(made.name, run.stack.parts.get("writer", NO_MODEL), force=force)
    warned = warning(made.name, settings.data_dir)
    _prepare(made, list(claim_requests(run)), max_usd)
    found = judge_claims(run, made, notes=[warned] if warned else [])
    stored = save(found, run_folder(settings.data_dir))
    if as_json:
        click.echo(found.model_dump_json(exclude={"rows", "item_hashes"}))
    else:
        one = found.metrics["faithfulness"]
        value = "unscored" if one.value is None else f"{one.value:.3f}"
        click.echo(f"faithfulness {value} on {one.n} answers, {one.unscored} unscored")
        for note in found.notes:
            click.echo(note)
    click.echo(f"stored in {stored}", err=True)


def _compare(
    files: tuple[Path, Path], made: Judge, settings: Settings, *, force: bool, max_usd: float, as_json: bool
) -> None:
    from evals.judge.family import NO_MODEL, check_family
    from evals.judge.record import warning
    from evals.judge.runs import compare_answers, pair_requests
    from evals.runs import load

    before, after = (load(file) for file in files)
    for run in (before, after):
        check_family(made.name, run.stack.parts.get("writer", NO_MODEL), force=force)
    _prepare(made, list(pair_requests(before, after)), max_usd)
    found = compare_answers(before, after, made)
    click.echo(found.model_dump_json() if as_json else _comparison_text(found))
    if warned := warning(made.name, settings.data_dir):
        click.echo(warned, err=True)


def _open_judge(settings: Settings, name: str | None) -> Judge:
    from coach.models.assemble import open_model
    from coach.models.clock import SystemClock
    from coach.models.prices import price_table
    from evals.judge.judge import Judge

    chosen = name or settings.judge_model
    if not chosen:
        raise SettingsError("no judge is named", hint="Set COACH_JUDGE_MODEL, or give --model provider/name.")
    if "/" not in chosen.strip("/"):
        raise UsageError(f"{chosen!r} is no model", hint="Name it as provider/name.")
    return Judge(
        open_model(chosen, settings),
        settings.data_dir / CACHE,
        clock=SystemClock(),
        price=settings.model_prices.get(chosen) or price_table().get(chosen),
        attempts=settings.model_attempts,
    )


def _prepare(made: Judge, requests: Sequence[Request], max_usd: float) -> None:
    """Say what judging will take, and have it done.

    Raises:
        UsageError: It may cost more than is wanted.
    """
    ahead = made.forecast(requests)
    cost = "at an unknown price" if ahead.cost_usd is None else f"at most ${ahead.cost_usd:.4f}"
    click.echo(
        f"{ahead.calls} calls to {made.name}, {ahead.cached} known already; "
        f"at most {ahead.tokens} tokens, {cost}",
        err=True,
    )
    if ahead.cost_usd is not None and ahead.cost_usd > max_usd:
        raise UsageError(
            f"judging may cost ${ahead.cost_usd:.2f}, more than ${max_usd:.2f}", hint="Raise --max-usd."
        )
    made.prepare(requests, _progress)


def _progress(asked: Sequence[Asked]) -> Iterable[Asked]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(
        asked, description="judging", console=console, transient=True, disable=not console.is_terminal
    )


def _calibration_text(found: Calibration) -> str:
    verdict = "good enough" if found.is_trusted else "too little to be relied on"
    lines = [
        f"{found.judge} on {found.n} answers that people judged, {found.unscored} unscored",
        f"agreement {_number(found.agreement.value)}, Cohen's kappa {_number(found.kappa)}: {verdict}",
        "people, judge:",
        *(f"  {labels}: {count}" for labels, count in found.confusion.items()),
    ]
    if found.length:
        lines.append(
            f"length: {found.length.shorter:+.3f} faithful in the shorter half against people's labels, "
            f"{found.length.longer:+.3f} in the longer"
        )
    if found.position:
        lines.append(
            f"position: of {found.position.pairs} pairs {found.position.flipped:.3f} turn with the place; "
            f"the first answer is preferred in {found.position.first:.3f} of the verdicts"
        )
    return "\n".join(lines)


def _comparison_text(found: Comparison) -> str:
    chance = "" if found.p_value is None else f" (p = {found.p_value:.3f})"
    return (
        f"on {found.n} items, each judged both ways round: {found.wins} better after, {found.losses} better "
        f"before{chance}; {found.ties} ties, {found.flipped} of them because the verdict went with the "
        f"place; {found.unscored} unscored"
    )


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
