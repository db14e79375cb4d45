"""How a drill went: each criterion with its proof, what misled, and what a good run does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from coach.errors import ConflictError
from coach.export.blocks import (
    Block,
    Bullets,
    Heading,
    Numbered,
    Paragraph,
    Printable,
    Run,
    Text,
    bold,
    plain,
)
from coach.practice.drill import Before, Criterion, Done, Never, Rule
from coach.practice.drill_run import DrillRun, FeedItem, Made, arrived, end_of, feed, made
from coach.practice.grade import MOST_POINTS
from coach.types import Citation
from ingest.contract import Frozen, Level

Verdict = Literal["met", "partly", "missed"]
_CREDITS: dict[Verdict, float] = {"met": 1.0, "partly": 0.5, "missed": 0.0}


class CriterionGrade(Frozen):
    """A criterion, judged by what was done and when.

    Attributes:
        why: What decided it, in words.
        rubric: The row of the page's rubric; `handbook` is the sentence that asks for it.
    """

    id: str
    text: str
    weight: int
    verdict: Verdict
    why: str
    rubric: Citation
    handbook: Citation


class Misleading(Frozen):
    """A signal that arrived and misled, with what it really meant."""

    minute: float
    channel: str
    text: str
    truth: str


class DrillReport(Frozen):
    """How a run went.

    Attributes:
        score: 0 to 10: the weights of the criteria that were met, half of those that were partly.
        good_run: What a good response does, in its order.
    """

    id: str
    drill: str
    title: str
    level: Level
    minute: float
    score: float
    criteria: tuple[CriterionGrade, ...]
    misleading: tuple[Misleading, ...]
    feed: tuple[FeedItem, ...]
    good_run: tuple[str, ...]


def report(run: DrillRun) -> DrillReport:
    """Return the report of a run that is over. Raises ConflictError if it still runs."""
    if run.status != "finished":
        raise ConflictError("the drill still runs", hint="Finish it first.")
    done = [*made(run)]
    graded = tuple(_grade(run, one, done) for one in run.drill.criteria)
    total = sum(one.weight for one in graded)
    earned = sum(one.weight * _CREDITS[one.verdict] for one in graded)
    return DrillReport(
        id=run.id,
        drill=run.drill.id,
        title=run.drill.title,
        level=run.drill.level,
        minute=end_of(run),
        score=round(MOST_POINTS * earned / total, 1),
        criteria=graded,
        misleading=tuple(
            Misleading(minute=one.minute, channel=one.channel, text=one.text, truth=one.truth)
            for one in arrived(run, end_of(run))
            if one.truth
        ),
        feed=feed(run, end_of(run)),
        good_run=tuple(move.text for name in run.drill.good_run if (move := run.drill.move(name))),
    )


def _grade(run: DrillRun, criterion: Criterion, done: Sequence[Made]) -> CriterionGrade:
    verdict, why = judge(criterion.rule, done)
    proof = run.proofs[criterion.id]
    return CriterionGrade(
        id=criterion.id,
        text=criterion.text,
        weight=criterion.weight,
        verdict=verdict,
        why=why,
        rubric=proof.rubric,
        handbook=proof.handbook,
    )


def judge(rule: Rule, done: Sequence[Made]) -> tuple[Verdict, str]:
    """Return whether moves, in their order, meet a rule, and what decided it."""
    match rule:
        case Done():
            return _judge_done(rule, done)
        case Before():
            return _judge_before(rule, done)
        case Never():
            return _judge_never(rule, done)


def _judge_done(rule: Done, done: Sequence[Made]) -> tuple[Verdict, str]:
    first = _first(rule.moves, done)
    if first is None:
        return "missed", "You did not do it."
    if rule.by_minute is not None and first.minute > rule.by_minute:
        return "partly", f"{_told(first)} It was wanted by minute {rule.by_minute:g}."
    return "met", _told(first)


def _judge_before(rule: Before, done: Sequence[Made]) -> tuple[Verdict, str]:
    first, then = _first(rule.first, done), _first(rule.then, done)
    if first is None:
        return "missed", f"You did not do it; instead: {_told(then)}" if then else "You did not do it."
    if then is not None and done.index(then) < done.index(first):
        return "partly", f"You did it, but only after this. {_told(then)}"
    return "met", _told(first)


def _judge_never(rule: Never, done: Sequence[Made]) -> tuple[Verdict, str]:
    wrong, given = _first(rule.moves, done), _first(rule.given, done)
    if wrong is not None:
        return "missed", f"{_told(wrong)} {wrong.move.outcome}"
    if given is None:
        return "missed", "You did not do what it is about."
    return "met", _told(given)


def _first(moves: Sequence[str], done: Sequence[Made]) -> Made | None:
    return next((one for one in done if one.move.id in moves), None)


def _told(one: Made) -> str:
    return f"Minute {one.minute:.0f}: {one.move.text}"


def printable(found: DrillReport) -> Printable:
    """Return a report as a document that can be written as Markdown, PDF or DOCX."""
    return Printable(title=found.title, subject=found.level, blocks=tuple(_blocks(found)))


def _blocks(found: DrillReport) -> Iterator[Block]:
    yield Heading(level=1, text=found.title)
    yield Paragraph(runs=plain(f"Incident drill · {found.score:.1f} of 10 · {found.minute:.0f} minutes"))
    for one in found.criteria:
        yield Heading(level=2, text=f"{one.text}: {one.verdict}")
        yield Paragraph(runs=plain(one.why))
        items: list[Text] = [
            (Run(text="Handbook: "), Run(text=one.handbook.quote, style="quote")),
            plain(f"{one.handbook.document}, “{one.handbook.heading}”; weight {one.weight}"),
        ]
        yield Bullets(items=tuple(items))
    if found.misleading:
        yield Heading(level=2, text="What misled")
        yield Bullets(
            items=tuple(
                (bold(f"{one.channel}: {one.text} "), Run(text=one.truth)) for one in found.misleading
            )
        )
    yield Heading(level=2, text="A good run")
    yield Numbered(items=tuple(plain(one) for one in found.good_run))
    yield Heading(level=2, text="What happened")
    rows = tuple(plain(f"Minute {one.minute:.0f} · {one.channel}: {one.text}") for one in found.feed)
    if rows:
        yield Bullets(items=rows)
