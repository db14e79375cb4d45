"""A question set as a few lines of text, for a terminal and for a model that called a tool."""

from __future__ import annotations

from collections.abc import Iterator

from coach.answer.plain import printable
from coach.recruit.sets import QuestionSet


def tell(made: QuestionSet) -> str:
    """Return what a set holds and why, or why there is none; lines without an end."""
    return "\n".join(_lines(made))


def _lines(made: QuestionSet) -> Iterator[str]:
    if made.conflict is not None:
        yield f"Cannot be met because {made.conflict.because}"
        yield "This is the nearest set:" if made.interviews else "There is no nearest set."
        yield from (f"  {told}" for told in made.conflict.given_up)
    for interview in made.interviews:
        yield ""
        yield f"{interview.name}: {interview.minutes:g} minutes, difficulty {interview.difficulty:.2f} of 5"
        for number, pack in enumerate(interview.packs, start=1):
            question = pack.question
            place = f"{question.document}:{question.start}-{question.end}"
            yield f"{number:3}. {printable(question.text)}  ({pack.minutes:g} min, {pack.asked} probes)"
            yield f"     {printable(' '.join(pack.reasons))} [{place}]"
    yield from (f"Note: {told}" for told in made.compromises)
    for one in made.findings:
        quote = f" (“{printable(one.quote)}”)" if one.quote else ""
        yield f"Mend: {one.place}: {one.about}{quote}. {one.advice}"
