"""The scorecard of a question set: anchors and room for evidence, and no sum.

The product never scores an applicant.
"""

from __future__ import annotations

from collections.abc import Iterator

from coach.export import Block, Field, Heading, PageBreak, Paragraph, Printable, Table, bold, plain
from coach.recruit.pack import QuestionPack
from coach.recruit.paper import Numbering, on_paper, rubric_table
from coach.recruit.sets import Interview, QuestionSet


def to_scorecard(made: QuestionSet) -> Printable:
    """Return the scorecard: anchors and room for evidence, a page or more for each interview."""
    numbering = Numbering()
    blocks: list[Block] = []
    for place, interview in enumerate(made.interviews):
        blocks += [PageBreak()] if place else []
        blocks += [
            Heading(level=1, text=f"Scorecard: {made.title}, {interview.name}"),
            Table(header=("Candidate", "Interviewer", "Date"), rows=((plain(""),) * 3,), min_row_mm=9),
            Paragraph(runs=plain(_weights_told(made, interview))),
        ]
        for number, pack in enumerate(interview.packs, start=1):
            blocks += _scored(number, pack, numbering)
        blocks.append(Field(label="What speaks for and against hiring, by the evidence above", lines=4))
    blocks += [*numbering.notes()]
    return on_paper(made, "Scorecard", blocks)


def _scored(number: int, pack: QuestionPack, numbering: Numbering) -> Iterator[Block]:
    yield Heading(level=2, text=f"{number}. {pack.question.text}")
    yield rubric_table(pack.rubric.points, numbering)
    yield Field(label="Evidence: what was said, as literally as you can", lines=4)
    yield Paragraph(runs=(bold("Rating: "), *plain("☐ poor   ☐ mixed   ☐ good   ☐ excellent")))


def _weights_told(made: QuestionSet, interview: Interview) -> str:
    here = {pack.question.id: number for number, pack in enumerate(interview.packs, start=1)}
    given = [one for one in made.weightings if one.question_id in here]
    if not given:
        return "All questions count alike."
    told = (f"question {here[one.question_id]} counts {one.weight:g} times: {one.reason}" for one in given)
    return f"All questions count alike, except: {'; '.join(told)}."
