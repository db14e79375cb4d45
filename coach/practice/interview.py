"""A mock interview as a value: what is planned, what was asked and said, what is asked next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from random import Random
from typing import Literal

from pydantic import Field

from coach.faithfulness.frequencies import rarity
from coach.faithfulness.tokens import tokenise
from coach.practice.grade import Grade, PointGrade
from ingest.contract import Frequency, Frozen, Level, QuestionKind

DEFAULT_MINUTES = 2.0
# Of the time of an interview so much goes to follow-ups and to reading the next question.
_BETWEEN = 1.5
# A point that earned less is worth a follow-up.
_THIN = 0.5
_RANK: dict[Frequency | None, int] = {"very-common": 0, "common": 1, "occasional": 2, None: 2}


class PracticeQuestion(Frozen):
    """A question that can be practised.

    Attributes:
        document: Its chapter, as a document.
        follow_ups: What an interviewer asks next.
        wordings: Every way in which it is put.
        is_gradable: Whether its page holds something that an answer can be held against.
    """

    id: str
    question: str
    document: str
    chapter: str
    levels: tuple[Level, ...]
    kind: QuestionKind | None
    frequency: Frequency | None
    minutes: float
    follow_ups: tuple[str, ...]
    wordings: tuple[str, ...]
    is_gradable: bool = True

    def is_for(self, level: Level) -> bool:
        """Return whether it can be asked at a level; one that names no level is for all."""
        return not self.levels or level in self.levels

    def wording(self, successes: int) -> str:
        """Return how to put the question to somebody who answered it well so many times before."""
        return self.wordings[successes % len(self.wordings)]


class Wish(Frozen):
    """What interview is wanted; no chapters means all of them, by the ids of their documents."""

    level: Level = "senior"
    chapters: tuple[str, ...] = Field((), max_length=50)
    minutes: int = Field(30, ge=5, le=180)


class Turn(Frozen):
    """One question with what was said to it.

    Attributes:
        number: From 0 without gaps.
        kind: "follow_up" asks on where the answer before was thin.
        minutes: The time box.
        answer: Empty until it was submitted.
        grade: None until then; of a follow-up, that of both answers together.
    """

    number: int
    kind: Literal["question", "follow_up"]
    question_id: str
    prompt: str
    minutes: float
    asked_at: datetime
    submitted_at: datetime | None = None
    answer: str = ""
    grade: Grade | None = None


class Interview(Frozen):
    """A mock interview; grades are shown once it is finished.

    Attributes:
        version: Grows by one with every change.
        planned: Ids of the questions, in order; the clock may end it before the last.
        ends_at: What is submitted after this moment counts, and is the last.
    """

    id: str
    created_at: datetime
    version: int
    status: Literal["running", "finished"]
    wish: Wish
    planned: tuple[str, ...]
    ends_at: datetime
    turns: tuple[Turn, ...]

    def shown(self) -> Interview:
        """Return what the candidate may see: no grade before the end."""
        if self.status == "finished":
            return self
        hidden = tuple(turn.model_copy(update={"grade": None}) for turn in self.turns)
        return self.model_copy(update={"turns": hidden})


def plan(questions: Iterable[PracticeQuestion], wish: Wish, *, seed: str) -> tuple[PracticeQuestion, ...]:
    """Return the questions of an interview: of the level and chapters, mixed in kind and chapter, in time.

    The same seed plans the same interview. Empty if no question fits.
    """
    random = Random(seed)  # noqa: S311 - a draw of questions
    pool = [one for one in questions if one.is_gradable and one.is_for(wish.level)]
    if wish.chapters:
        pool = [one for one in pool if one.document in wish.chapters]
    left = sorted(pool, key=lambda one: (_RANK[one.frequency], random.random(), one.id))
    chosen: list[PracticeQuestion] = []
    spent = 0.0
    while left:
        # What adds a chapter and a kind that were not asked yet comes first, then what is asked often.
        best = min(left, key=lambda one: _repeats(one, chosen))
        left.remove(best)
        cost = best.minutes * _BETWEEN
        if spent + cost <= wish.minutes or not chosen:
            chosen.append(best)
            spent += cost
    return tuple(chosen)


def _repeats(question: PracticeQuestion, chosen: Sequence[PracticeQuestion]) -> int:
    chapters = sum(one.document == question.document for one in chosen)
    return chapters + sum(one.kind == question.kind for one in chosen)


def weakest(points: Iterable[PointGrade]) -> PointGrade | None:
    """Return the point that cost most, the first of equals; None if there is none."""
    return max(points, key=lambda one: one.weight * (1 - one.credit), default=None)


def follow_up(question: PracticeQuestion, grade: Grade) -> str | None:
    """Return what to ask after an answer: the page's follow-up nearest to its thinnest point, if thin."""
    point = weakest(grade.points)
    if not question.follow_ups:
        return None
    if point is None:  # nothing could be graded; the interviewer asks on all the same
        return question.follow_ups[0]
    if point.credit >= _THIN:
        return None
    said = f"{point.point} {point.handbook.quote if point.handbook else ''}"
    wanted = {token.stem for token in tokenise(said) if token.is_content}
    shared = [
        sum(rarity(token.stem) for token in tokenise(asked) if token.stem in wanted)
        for asked in question.follow_ups
    ]
    return question.follow_ups[shared.index(max(shared))]
