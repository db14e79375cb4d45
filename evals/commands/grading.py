"""`coach eval grading`: whether the grader grades as people meant it to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import json_option, load_settings

if TYPE_CHECKING:
    from coach.coach import Coach
    from evals.grading import GradingReport

_GOLDEN = Path(__file__).parents[1] / "golden"
# Of every so many pages one lends its direct answer.
_PADDING_STRIDE = 5


@click.command()
@click.option("--split", type=click.Choice(["dev", "test"]), default="dev", show_default=True)
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Graded answers of one's own, one question a line, instead of a split.",
)
@click.option("--collection", metavar="NAME", help="The collection whose handbook has the questions.")
@json_option
def grading(*, split: str, file: Path | None, collection: str | None, as_json: bool) -> None:
    """Measure the grader on answers of intended quality; works without a model.

    The split "test" is for the last look before a release: nothing may be tuned on it.
    """
    from coach.coach import Coach
    from evals.grading import grade_all, load_items, misplaced_scores, padding_gains, summarise

    items = load_items(file or _GOLDEN / "grading" / f"{split}.jsonl")
    with Coach(load_settings(collection)) as coach:
        graded = list(grade_all(items, coach.grade))
        gains = padding_gains(items, graded, _padding(coach), coach.grade)
        misplaced = misplaced_scores(items, coach.grade)
    report = summarise(graded, gains, misplaced)
    click.echo(report.model_dump_json() if as_json else _table(report))


def _padding(coach: Coach) -> dict[str, list[str]]:
    """Return direct answers of every few pages, by document."""
    found: dict[str, list[str]] = {}
    for row in coach.manifest.documents:
        parsed = coach.document(row.name)
        for section in [one for one in parsed.sections if one.question][::_PADDING_STRIDE]:
            found.setdefault(row.name, []).extend(
                parsed.document.text[part.start : part.end]
                for part in section.parts
                if part.kind == "direct_answer"
            )
    return found


def _table(report: GradingReport) -> str:
    rows = [
        ("rank correlation (mean over questions)", f"{report.rank_correlation:.3f}", "0.85"),
        (f"pairs in order ({report.pairs})", f"{report.pairs_in_order:.3f}", "0.92"),
        (f"point F1, credited or not ({report.points})", f"{report.point_f1:.3f}", "0.80"),
        ("point F1, mean of the four verdicts", f"{report.verdict_macro_f1:.3f}", ""),
        (f"floors held ({report.floors})", f"{report.floors_held:.3f}", "1"),
        (f"paraphrases within 0.5 ({report.paraphrases})", f"{report.paraphrase_within_half:.3f}", "1"),
        ("paraphrases, mean difference", f"{report.paraphrase_mean:.2f}", ""),
        ("paraphrases, worst difference", f"{report.paraphrase_worst:.2f}", "0.5"),
        (f"padding gain, worst ({report.padded})", f"{report.padding_worst:.2f}", "0.3"),
        ("the same with words left out, worst", f"{report.altered_padding_worst:.2f}", ""),
        ("the same with words left out, mean", f"{report.altered_padding_mean:.2f}", ""),
        (f"beside other questions, 2.5 at most ({report.misplaced})", f"{report.misplaced_held:.3f}", ""),
        ("beside other questions, mean score", f"{report.misplaced_mean:.2f}", ""),
        ("beside other questions, worst score", f"{report.misplaced_worst:.2f}", ""),
        ("score by the labels lies in the interval", f"{report.interval_holds:.3f}", "0.9"),
    ]
    lines = [f"{report.answers} answers to {report.questions} questions", ""]
    lines += [f"  {name:<42}{value:>8}   {'aim ' + aim if aim else ''}".rstrip() for name, value, aim in rows]
    means = ", ".join(f"{name} {value:.1f}" for name, value in report.mean_scores.items())
    lines += ["", f"mean scores: {means}"]
    if report.mean_by_voice:
        voices = "; ".join(f"{name}: {value:.1f}" for name, value in report.mean_by_voice.items())
        lines.append(f"by voice: {voices}")
    if report.floors_broken:
        lines.append(f"floors that did not hold: {', '.join(report.floors_broken)}")
    return "\n".join(lines)
