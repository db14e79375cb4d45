"""The interviewer's guide of a question set: how to interview, the plan, a pack for each question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coach.export import (
    Block,
    Bullets,
    Heading,
    Numbered,
    PageBreak,
    Paragraph,
    Printable,
    Run,
    Table,
    Text,
    bold,
    paragraphs,
    plain,
)
from coach.recruit.pack import QuestionPack
from coach.recruit.paper import Numbering, on_paper, rubric_table
from coach.recruit.sets import Interview, QuestionSet
from coach.types import Claim

_RULES = (
    "Ask every candidate the same questions in the same order and words.",
    "Take notes of what is said; rate each question from the notes before the next one.",
    "Judge the answer against the anchors, not against other candidates and not against your own answer.",
    "Use the probes as they are written; they give nothing away. Leave out those for which there is no time.",
    "Rate alone. Meet the other interviewers only when all ratings are written down; then decide together.",
    "Nothing here adds ratings up or decides: people do.",
)


def to_guide(made: QuestionSet) -> Printable:
    """Return the interviewer's guide: how to interview, the plan, and a page for each question."""
    numbering = Numbering()
    blocks: list[Block] = [
        Heading(level=1, text=made.title),
        Paragraph(runs=plain(_summary(made))),
        *_warnings(made),
        Heading(level=2, text="How to use this guide"),
        Bullets(items=tuple(plain(rule) for rule in _RULES)),
        *_house_words(made),
    ]
    for interview in made.interviews:
        blocks += [Heading(level=2, text=f"Plan: {interview.name}"), _plan(made, interview)]
    for interview in made.interviews:
        for number, pack in enumerate(interview.packs, start=1):
            blocks += [PageBreak(), *_question(made, interview, number, pack, numbering)]
    blocks += [PageBreak(), *numbering.notes()]
    return on_paper(made, "Interviewer's guide", blocks)


def _summary(made: QuestionSet) -> str:
    level = f"{made.wishes.level} level" if made.wishes.level else "any level"
    told = [
        f"{interview.name}: {len(interview.packs)} questions, {interview.minutes:g} minutes, "
        f"difficulty {interview.difficulty:.2f} of 5"
        for interview in made.interviews
    ]
    return f"For {level}. {'; '.join(told)}." if told else f"For {level}. No set could be made."


def _warnings(made: QuestionSet) -> Iterator[Block]:
    if made.conflict is not None:
        yield Heading(level=2, text="What was asked for cannot be met")
        yield Paragraph(runs=plain(f"Because {made.conflict.because}"))
        if made.conflict.given_up:
            yield Paragraph(runs=plain("This is the nearest set. It departs from what was asked:"))
            yield Bullets(items=tuple(plain(told) for told in made.conflict.given_up))
    if made.compromises:
        yield Heading(level=2, text="What to know about this set")
        yield Bullets(items=tuple(plain(told) for told in made.compromises))
    if made.findings:
        yield Heading(level=2, text="To mend before it is used")
        yield Bullets(
            items=tuple(
                plain(f"{one.place}: {one.about}{f' (“{one.quote}”)' if one.quote else ''}. {one.advice}")
                for one in made.findings
            )
        )


def _house_words(made: QuestionSet) -> Iterator[Block]:
    """Yield what the organisation says to its interviewers, and what these say to every candidate."""
    if made.notes:
        yield Heading(level=2, text="Notes for interviewers")
        yield from paragraphs(made.notes)
    if made.introduction:
        yield Heading(level=2, text="Say this first, to every candidate")
        yield from paragraphs(made.introduction, quote=True)


def _plan(made: QuestionSet, interview: Interview) -> Table:
    rows: list[tuple[Text, ...]] = []
    clock = 0.0
    for number, pack in enumerate(interview.packs, start=1):
        question = pack.question
        rows.append(
            (
                plain(str(number)),
                plain(question.text),
                plain(made.titles.get(question.competency, question.competency)),
                plain(question.kind or "not stated"),
                plain(f"{clock:g}–{clock + pack.minutes:g}"),
            )
        )
        clock += pack.minutes
    header = ("No.", "Question", "Competency", "Kind", "Minutes")
    return Table(header=header, rows=tuple(rows), widths=(1.3, 8, 4, 2.5, 2))


def _question(
    made: QuestionSet, interview: Interview, number: int, pack: QuestionPack, numbering: Numbering
) -> Iterator[Block]:
    question = pack.question
    name = f"{interview.name}, question {number}" if len(made.interviews) > 1 else f"Question {number}"
    yield Heading(level=2, text=f"{name}: {question.text}")
    facts = (
        made.titles.get(question.competency, question.competency),
        question.kind or "no stated kind",
        " and ".join(question.levels) or "no stated level",
        f"{pack.minutes:g} minutes",
        f"difficulty {question.difficulty:.2f} of 5",
    )
    yield Paragraph(runs=(*plain(" · ".join(facts), notes=numbering.of([pack.source])),))
    yield Paragraph(runs=(bold("Why it is here: "), *plain(" ".join(pack.reasons))))
    if pack.outline.probing:
        yield Paragraph(runs=(bold("What it tests: "), *_running(pack.outline.probing, numbering)))
    yield Heading(level=3, text="What a full answer says")
    if pack.outline.direct_answer:
        yield Paragraph(runs=_running(pack.outline.direct_answer, numbering))
    if pack.outline.steps:
        yield Numbered(items=tuple(_said(claim, numbering) for claim in pack.outline.steps))
    yield from _listed("Figures that may come up", pack.outline.numbers, numbering)
    yield Heading(level=3, text="Rubric" + (" (made of the page's steps and traps)" * pack.rubric.derived))
    yield rubric_table(pack.rubric.points, numbering)
    yield from _listed("By level", pack.outline.signals, numbering)
    yield Heading(level=3, text="Probes")
    yield Paragraph(runs=plain(f"There is time for {pack.asked}, in this order."))
    yield Bullets(items=tuple(_probe(pack, place, numbering) for place in range(len(pack.probes))))
    yield from _listed("Red flags", pack.red_flags, numbering)
    yield Heading(level=3, text="What not to ask")
    yield Bullets(items=tuple(plain(told) for told in pack.do_not_ask))


def _probe(pack: QuestionPack, place: int, numbering: Numbering) -> Text:
    probe = pack.probes[place]
    runs = [Run(text=probe.ask, style="bold" if place < pack.asked else "plain")]
    if probe.when:
        runs.append(Run(text=f" If “{probe.when}” has not come up."))
    if probe.listen_for:
        runs.append(Run(text=f" Listen for: {probe.listen_for}"))
    runs[-1] = runs[-1].model_copy(update={"notes": numbering.of([probe.citation])})
    return tuple(runs)


def _listed(title: str, claims: Sequence[Claim], numbering: Numbering) -> Iterator[Block]:
    if claims:
        yield Heading(level=3, text=title)
        yield Bullets(items=tuple(_said(claim, numbering) for claim in claims))


def _said(claim: Claim, numbering: Numbering) -> Text:
    label = (bold(f"{claim.label}: "),) if claim.label else ()
    return (*label, Run(text=claim.text, notes=numbering.of(claim.citations)))


def _running(claims: Sequence[Claim], numbering: Numbering) -> Text:
    """Return claims as running text; a claim that the check found partly supported says so."""
    return tuple(
        run
        for claim in claims
        for run in (Run(text=claim.text, notes=numbering.of(claim.citations)), Run(text=" "))
    )
