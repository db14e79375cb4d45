"""What a question set is made from and what it is: plain data.

Two kinds of conditions are told apart. What somebody asked for is *stated* and holds, or the set says that
it cannot. What nobody asked for is a *preference*: it is followed as far as possible, and the set says how
far that was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Literal, Self

from pydantic import Field, model_validator

from ingest.contract import Frequency, Frozen, Level, QuestionKind

LEVELS: tuple[Level, ...] = ("junior", "mid", "senior", "staff")
KINDS: tuple[QuestionKind, ...] = ("scenario", "debugging", "design", "conceptual", "behavioural")
MAX_SETS = 12
MAX_QUESTIONS = 60
MAX_MINUTES = 480.0

ConditionName = Literal[
    "count",
    "minutes",
    "level",
    "kinds",
    "competencies",
    "must_have",
    "never_with",
    "no_near_duplicates",
    "balance",
    "request",
]


class Competency(Frozen):
    """What questions are about: a chapter of the handbook.

    Attributes:
        id: Name of the chapter's file without its ending; of a handbook in one file, the heading's words.
        questions: How many questions the handbook has on it.
    """

    id: str
    title: str
    questions: int


class PoolQuestion(Frozen):
    """A question that can be chosen.

    Attributes:
        id: As in the handbook's list of questions.
        levels: Empty where the handbook names none; such a question suits every level.
        minutes: To answer it aloud, as the handbook says, or `DEFAULT_MINUTES`.
        probes: How many further questions the page gives rise to; see `probes_of`.
        difficulty: 0 to 5; see `difficulty_of`.
        related: Questions that its page links to.
        prerequisites: Those of them that are easier, and so are asked before it.
        rubric_points: Key points of its rubric; 0 if it has none.
    """

    id: str
    slug: str
    text: str
    document: str
    path: tuple[str, ...]
    start: int
    end: int
    competency: str
    levels: tuple[Level, ...]
    kind: QuestionKind | None
    frequency: Frequency | None
    stages: tuple[str, ...]
    minutes: float
    minutes_stated: bool
    probes: int
    difficulty: float
    related: tuple[str, ...]
    prerequisites: tuple[str, ...]
    rubric_points: int


class CompetencyWish(Frozen):
    """A competency with its share of the set; the weights are relative."""

    id: str = Field(max_length=200)
    weight: float = Field(1.0, gt=0, le=100)


class Wishes(Frozen):
    """What a set is to be like. Everything that is given holds; see the module.

    Attributes:
        level: None means any; else half of the questions are for that level, the others for one beside it.
        competencies: Empty means all of the handbook, spread evenly.
        minutes: For one set, within 5%.
        count: Questions of one set, exactly; then neither `fewest` nor `most` is given.
        fewest: At least so many questions in one set. So is `most`: at most.
        kinds: The only kinds that are wanted, each at least once; empty means any.
        avoid_competencies: No question of these.
        avoid_questions: Ids that must not come, such as those used before.
        avoid_topics: Words; no question whose wordings hold all words of one of them.
        focus: Words that questions should come near to: a stack, a product. A preference.
        must_have: Ids that must come.
        never_with: Pairs of ids that must not meet in a set.
        rounds: Interviews of a loop, each with a set of its own.
        forms: Equivalent sets for different candidates. No question stands in two rounds or forms.
        seed: Another seed gives another set, as good by the same measure where there is one.
    """

    role: str = Field("", max_length=200)
    level: Level | None = None
    competencies: tuple[CompetencyWish, ...] = Field((), max_length=60)
    minutes: float | None = Field(None, ge=5, le=MAX_MINUTES)
    count: int | None = Field(None, ge=1, le=MAX_QUESTIONS)
    fewest: int | None = Field(None, ge=1, le=MAX_QUESTIONS)
    most: int | None = Field(None, ge=1, le=MAX_QUESTIONS)
    kinds: tuple[QuestionKind, ...] = ()
    avoid_kinds: tuple[QuestionKind, ...] = ()
    avoid_competencies: tuple[str, ...] = Field((), max_length=60)
    avoid_questions: tuple[str, ...] = Field((), max_length=500)
    avoid_topics: tuple[str, ...] = Field((), max_length=60)
    focus: str = Field("", max_length=4000)
    must_have: tuple[str, ...] = Field((), max_length=MAX_QUESTIONS)
    never_with: tuple[tuple[str, str], ...] = Field((), max_length=200)
    rounds: int = Field(1, ge=1, le=6)
    forms: int = Field(1, ge=1, le=MAX_SETS)
    seed: int = Field(0, ge=0, le=2**31 - 1)

    @property
    def is_sized(self) -> bool:
        """Whether something is said of how many questions there are."""
        return any(one is not None for one in (self.count, self.fewest, self.most))

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.count is not None and (self.fewest is not None or self.most is not None):
            raise ValueError("give either count, which is exact, or fewest and most")
        if self.fewest is not None and self.most is not None and self.fewest > self.most:
            raise ValueError("fewest must not be more than most")
        return self


class TemplateUse(Frozen):
    """The house rules that a set follows: a version of a template, under the title that it had then."""

    id: str
    version: int = Field(ge=1)
    title: str = ""


class Conflict(Frozen):
    """Conditions that cannot hold together.

    Attributes:
        conditions: A smallest group: without any one of them the others can be met.
        because: The reason, in a sentence.
        given_up: How the nearest set departs from what was asked, a sentence each.
    """

    conditions: tuple[ConditionName, ...]
    because: str
    given_up: tuple[str, ...] = ()


class ChosenQuestion(Frozen):
    """A question of a set, in its place.

    Attributes:
        probes: How many of the page's further questions there is time for.
        minutes: For answer and probes.
        reasons: Why it is in, a short sentence each.
    """

    question: PoolQuestion
    probes: int
    minutes: float
    reasons: tuple[str, ...]


class ChosenSet(Frozen):
    """One interview.

    Attributes:
        name: "A", or "Round 2, form B".
        difficulty: Mean of its questions.
        competencies: How many questions by competency.
    """

    name: str
    questions: tuple[ChosenQuestion, ...]
    minutes: float
    difficulty: float
    competencies: dict[str, int]

    @classmethod
    def of(cls, name: str, chosen: Sequence[ChosenQuestion]) -> Self:
        """Return questions in their order, at least one, as a set with what they add up to."""
        return cls(
            name=name,
            questions=tuple(chosen),
            minutes=sum(one.minutes for one in chosen),
            difficulty=round(fmean(one.question.difficulty for one in chosen), 3),
            competencies=dict(Counter(one.question.competency for one in chosen)),
        )


class Selection(Frozen):
    """What came of wishes: sets that meet them, or the nearest ones and why no set can.

    Attributes:
        conflict: None if everything that was stated holds.
        compromises: Preferences that were not met, a sentence each.
        optimal: Whether no better choice exists, by the solver's proof.
    """

    wishes: Wishes
    sets: tuple[ChosenSet, ...]
    conflict: Conflict | None = None
    compromises: tuple[str, ...] = ()
    optimal: bool = True
