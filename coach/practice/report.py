"""The report of a mock interview: by competency, the strongest and weakest moment, and the transcript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coach.errors import ConflictError
from coach.export.blocks import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    Printable,
    Run,
    Table,
    Text,
    bold,
    paragraphs,
    plain,
)
from coach.practice.grade import PointGrade
from coach.practice.interview import Interview, PracticeQuestion, Turn
from coach.types import Citation
from ingest.contract import Frozen


class CompetencyScore(Frozen):
    """How the questions of one kind went; "other" where the handbook names none."""

    competency: str
    questions: int
    score: float


class Moment(Frozen):
    """A point of an answer that stands out, with both quotes."""

    question: str
    point: str
    candidate: str
    handbook: Citation | None


class InterviewReport(Frozen):
    """How a mock interview went.

    Attributes:
        score: Mean over the questions that could be graded; None if none could.
        minutes: From the first question to the last answer.
        unscored: Questions that were answered and could not be graded.
        not_reached: Planned questions that were not asked.
    """

    interview: Interview
    score: float | None
    minutes: float
    unscored: int
    not_reached: int
    competencies: tuple[CompetencyScore, ...]
    strongest: Moment | None
    weakest: Moment | None


def report(interview: Interview, questions: Mapping[str, PracticeQuestion]) -> InterviewReport:
    """Return the report of an interview that is finished.

    A follow-up completes the answer before it: the question has the grade of both together, or that of the
    first where both together could not be graded.

    Raises:
        ConflictError: It still runs; its grades are not shown yet.
    """
    if interview.status != "finished":
        raise ConflictError("the interview still runs", hint="Finish it first.")
    last: dict[str, Turn] = {}
    for turn in interview.turns:
        if turn.grade and (turn.question_id not in last or turn.grade.score is not None):
            last[turn.question_id] = turn
    scores = {
        one: turn.grade.score for one, turn in last.items() if turn.grade and turn.grade.score is not None
    }
    kinds: dict[str, list[float]] = {}
    for question_id, score in scores.items():
        asked = questions.get(question_id)
        kinds.setdefault((asked.kind if asked else None) or "other", []).append(score)
    points = [(turn, point) for turn in last.values() if turn.grade for point in turn.grade.points]
    said = [one for one in points if one[1].candidate and one[1].verdict in {"covered", "partly"}]
    ended = max((turn.submitted_at for turn in interview.turns if turn.submitted_at), default=None)
    return InterviewReport(
        interview=interview,
        score=_mean([*scores.values()]) if scores else None,
        minutes=round((ended - interview.created_at).total_seconds() / 60, 1) if ended else 0.0,
        unscored=len(last) - len(scores),
        not_reached=len(set(interview.planned) - {turn.question_id for turn in interview.turns}),
        competencies=tuple(
            CompetencyScore(competency=kind, questions=len(found), score=_mean(found))
            for kind, found in sorted(kinds.items())
        ),
        strongest=_moment(max(said, key=lambda one: one[1].weight * one[1].credit, default=None)),
        weakest=_moment(max(points, key=lambda one: one[1].weight * (1 - one[1].credit), default=None)),
    )


def printable(found: InterviewReport) -> Printable:
    """Return a report as a document that can be written as Markdown, PDF or DOCX."""
    return Printable(title="Mock interview", subject=found.interview.wish.level, blocks=tuple(_blocks(found)))


def _blocks(found: InterviewReport) -> Iterator[Block]:
    interview = found.interview
    yield Heading(level=1, text="Mock interview")
    score = "not scored" if found.score is None else f"{found.score:.1f} of 10"
    told = f"{interview.created_at:%Y-%m-%d} · {interview.wish.level} · {found.minutes:g} minutes · {score}"
    yield Paragraph(runs=plain(told))
    if found.unscored or found.not_reached:
        yield Paragraph(
            runs=plain(f"{found.unscored} could not be graded; {found.not_reached} were not reached.")
        )
    if found.competencies:
        rows = tuple(
            (plain(one.competency), plain(str(one.questions)), plain(f"{one.score:.1f}"))
            for one in found.competencies
        )
        yield Table(header=("Competency", "Questions", "Score"), rows=rows)
    for name, moment in (("Strongest moment", found.strongest), ("Weakest moment", found.weakest)):
        if moment:
            yield Heading(level=2, text=name)
            yield from _moment_blocks(moment)
    yield Heading(level=2, text="Transcript")
    for turn in interview.turns:
        yield from _turn_blocks(turn)


def _moment_blocks(moment: Moment) -> Iterator[Block]:
    yield Paragraph(runs=(bold(moment.point), Run(text=f" · {moment.question}")))
    said = Run(text=moment.candidate, style="quote") if moment.candidate else Run(text="nothing on this")
    items: list[Text] = [(Run(text="You: "), said)]
    if moment.handbook:
        items.append((Run(text="Handbook: "), Run(text=moment.handbook.quote, style="quote")))
    yield Bullets(items=tuple(items))


def _turn_blocks(turn: Turn) -> Iterator[Block]:
    yield Heading(level=3, text=turn.prompt)
    yield from paragraphs(turn.answer, quote=True) or paragraphs("No answer.")
    if turn.grade:
        score = turn.grade.message if turn.grade.score is None else f"{turn.grade.score:.1f} of 10"
        together = " (with the answer before)" if turn.kind == "follow_up" else ""
        verdicts = "; ".join(f"{point.point}: {point.verdict}" for point in turn.grade.points)
        yield Paragraph(runs=(bold(f"{score}{together}"), Run(text=f" {verdicts}")))


def _moment(found: tuple[Turn, PointGrade] | None) -> Moment | None:
    if found is None or found[0].grade is None:
        return None
    return Moment(
        question=found[0].grade.question,
        point=found[1].point,
        candidate=found[1].candidate.quote if found[1].candidate else "",
        handbook=found[1].handbook,
    )


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 2)
