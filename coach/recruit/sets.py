"""A question set, whole: what was asked for, what was chosen, and all that an interviewer needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

from pydantic import Field, model_validator

from coach.errors import NotFoundError
from coach.recruit.contract import ChosenSet, Conflict, Selection, TemplateUse, Wishes
from coach.recruit.lint import Finding, lint_packs, lint_text
from coach.recruit.pack import QuestionPack, make_pack
from coach.recruit.pool import Pool
from coach.types import Citation
from ingest.contract import Frozen, ParsedDocument


class Weighting(Frozen):
    """A question that counts more or less than the others, and why; without one all count alike."""

    question_id: str
    weight: float = Field(gt=0, le=10)
    reason: str = Field(min_length=3, max_length=500)


class Interview(Frozen):
    """One set of questions with their packs, in the order in which they are asked."""

    name: str
    minutes: float
    difficulty: float
    competencies: dict[str, int]
    packs: tuple[QuestionPack, ...]


class QuestionSet(Frozen):
    """What is kept, shown and exported.

    Attributes:
        request: The text that the wishes were read from; empty if they were chosen by hand.
        titles: Title of each competency, by id.
        conflict: Why the wishes cannot be met, if they cannot; the interviews are then the nearest ones.
        compromises: Preferences that were not met, and assumptions, a sentence each.
        findings: What the lint has to say of the request and of what is asked.
        introduction: What interviewers say to every candidate first, word for word.
        notes: The organisation's own notes to its interviewers.
        template: The house rules that it follows, if any; what they gave stands in the other fields.
        corpus_hash: Of the handbook that all citations point into.
    """

    title: str = Field(max_length=200)
    request: str = ""
    wishes: Wishes
    titles: dict[str, str]
    interviews: tuple[Interview, ...]
    conflict: Conflict | None = None
    compromises: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    weightings: tuple[Weighting, ...] = ()
    introduction: str = ""
    notes: str = ""
    template: TemplateUse | None = None
    corpus_hash: str

    @model_validator(mode="after")
    def _check_weightings(self) -> Self:
        known = {pack.question.id for one in self.interviews for pack in one.packs}
        unknown = [one.question_id for one in self.weightings if one.question_id not in known]
        if unknown:
            raise ValueError(f"weights are given for questions that are not in the set: {unknown}")
        return self

    def citations(self) -> tuple[Citation, ...]:
        """Return every citation of the set."""
        return tuple(one for made in self.interviews for pack in made.packs for one in pack.citations())


def make_set(
    selection: Selection,
    pool: Pool,
    load: Callable[[str], ParsedDocument],
    *,
    title: str = "",
    request: str = "",
    weightings: tuple[Weighting, ...] = (),
) -> QuestionSet:
    """Return the set of a selection, with a pack for each question.

    Raises:
        NotFoundError: The index does not hold one of the questions any more, or a weight is given for a
            question that is not in the set.
    """
    interviews = tuple(make_interview(made, load) for made in selection.sets)
    check_weightings(weightings, interviews)
    wishes = selection.wishes
    return QuestionSet(
        title=title or usual_title(wishes),
        request=request,
        wishes=wishes,
        titles={one.id: one.title for one in pool.competencies},
        interviews=interviews,
        conflict=selection.conflict,
        compromises=selection.compromises,
        findings=(
            *lint_text(request),
            *lint_packs([(one.name, one.difficulty, one.packs) for one in interviews]),
        ),
        weightings=weightings,
        corpus_hash=pool.corpus_hash,
    )


def usual_title(wishes: Wishes) -> str:
    """Return what a set is called to which nobody has given a title."""
    return wishes.role or " ".join(filter(None, ("Interview:", wishes.level, "AI engineer")))


def check_weightings(weightings: Sequence[Weighting], interviews: Sequence[Interview]) -> None:
    """Raise NotFoundError if a weight is given for a question that is in none of the interviews."""
    known = {pack.question.id for one in interviews for pack in one.packs}
    for one in weightings:
        if one.question_id not in known:
            raise NotFoundError(
                f"a weight is given for question {one.question_id!r}, which is not in the set",
                hint="Build the set first, then weigh its questions in the next version.",
            )


def make_interview(made: ChosenSet, load: Callable[[str], ParsedDocument]) -> Interview:
    """Return a chosen set with the pack of each question."""
    return Interview(
        name=made.name,
        minutes=made.minutes,
        difficulty=made.difficulty,
        competencies=made.competencies,
        packs=tuple(make_pack(chosen, load) for chosen in made.questions),
    )
