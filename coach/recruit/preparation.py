"""What a candidate may know beforehand: the topics and the form of a set, and no question."""

from __future__ import annotations

from coach.export import Block, Bullets, Heading, Paragraph, Printable, plain
from coach.recruit.paper import on_paper
from coach.recruit.sets import QuestionSet

_PREPARE = {
    "scenario": "Situations: say what you would do first, what you would check, and how you would know.",
    "debugging": "Fault finding: think aloud, name what you rule out and why.",
    "design": "Design: ask for requirements and sizes, weigh two options, name the price of your choice.",
    "conceptual": "Concepts: explain in your own words, with an example and a limit.",
    "behavioural": "Your own work: a few stories with the situation, what you did, what came of it. "
    "Leave out names and confidential figures.",
}


def to_preparation(made: QuestionSet) -> Printable:
    """Return what a candidate may know beforehand: the topics and the form, and no question."""
    packs = [pack for interview in made.interviews for pack in interview.packs]
    names = dict.fromkeys(pack.question.competency for pack in packs)
    kinds = [kind for kind in _PREPARE if any(pack.question.kind == kind for pack in packs)]
    rounds = made.wishes.rounds
    blocks: list[Block] = [
        Heading(level=1, text=f"How to prepare: {made.title}"),
        Paragraph(runs=plain(_invitation(made, rounds))),
        Heading(level=2, text="Topics"),
        Bullets(items=tuple(plain(made.titles.get(name, name)) for name in names)),
        Heading(level=2, text="Kinds of questions"),
        Bullets(items=tuple(plain(_PREPARE[kind]) for kind in kinds)),
        Heading(level=2, text="What to expect"),
        Bullets(
            items=(
                plain("Everybody is asked the same questions and judged by the same written scale."),
                plain("Interviewers take notes throughout; that says nothing about your answer."),
                plain("Say it if you need another form of interview, more time or a pause."),
                plain("No question is about your private life. If one is, you need not answer."),
            )
        ),
    ]
    return on_paper(made, "Preparation", blocks)


def _invitation(made: QuestionSet, rounds: int) -> str:
    lengths = sorted({round(interview.minutes) for interview in made.interviews})
    spans = " to ".join(str(length) for length in dict.fromkeys((*lengths[:1], *lengths[-1:])))
    times = "one interview" if rounds == 1 else f"{rounds} interviews"
    return f"You will have {times} of about {spans} minutes. These are the topics; the questions come then."
