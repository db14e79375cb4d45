"""Which behavioural questions a person's stories answer, and where there is a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np

from coach.practice.interview import PracticeQuestion
from coach.practice.story import Story, StoryForm, form_of
from ingest.contract import Frozen, Level
from ingest.store.values import Vector

# A story is offered for at most so many questions, the nearest, if it is this much nearer to them than to
# behavioural questions on average, in standard deviations. Five of seven stories that were written for trying
# it had a question that they were meant for among these.
_MOST_OFFERED = 3
_STANDS_OUT = 1.4
_FEWEST_TO_COMPARE = 4
State = Literal["covered", "offered", "gap"]


class Match(Frozen):
    """A story for a question; `chosen` if its person said so, else because it comes near."""

    story_id: str
    title: str
    chosen: bool


class CoveredQuestion(Frozen):
    """A behavioural question with the stories for it.

    Attributes:
        state: "covered" if somebody chose a story for it; "offered" if one comes near; else a "gap".
    """

    question_id: str
    question: str
    levels: tuple[Level, ...]
    state: State
    stories: tuple[Match, ...]


class BankedStory(Frozen):
    """A story with how it is built."""

    story: Story
    form: StoryForm


class Coverage(Frozen):
    """The bank held against the handbook's behavioural questions, gaps last in the handbook's order.

    Attributes:
        covered: Questions for which a story was chosen; `offered` and `gaps` count the others.
    """

    covered: int
    offered: int
    gaps: int
    questions: tuple[CoveredQuestion, ...]
    stories: tuple[BankedStory, ...]


def coverage(
    stories: Sequence[Story],
    questions: Mapping[str, PracticeQuestion],
    vectors: Mapping[str, Vector],
    embed: Callable[[str], Vector],
    level: Level | None = None,
) -> Coverage:
    """Return which behavioural questions are answered by some story.

    Args:
        stories: Of one person.
        questions: All that can be practised, by id.
        vectors: Of each question's wordings together, unit norm, by id.
        embed: Text to its vector, in the same space.
        level: Only questions of this level; None means all.
    """
    asked = {
        one.id: one
        for one in questions.values()
        if one.kind == "behavioural" and (level is None or one.is_for(level))
    }
    matches: dict[str, list[Match]] = {name: [] for name in asked}
    for story in stories:
        for name in _offered(story, asked, vectors, embed):
            if name not in story.question_ids:
                matches[name].append(Match(story_id=story.id, title=story.title, chosen=False))
        for name in story.question_ids:
            if name in matches:
                matches[name].insert(0, Match(story_id=story.id, title=story.title, chosen=True))
    found = tuple(_question(one, matches[one.id]) for one in asked.values())
    states = [one.state for one in found]
    return Coverage(
        covered=states.count("covered"),
        offered=states.count("offered"),
        gaps=states.count("gap"),
        questions=found,
        stories=tuple(BankedStory(story=one, form=form_of(one)) for one in stories),
    )


def _question(question: PracticeQuestion, matches: Sequence[Match]) -> CoveredQuestion:
    state: State = "gap"
    if matches:
        state = "covered" if any(one.chosen for one in matches) else "offered"
    return CoveredQuestion(
        question_id=question.id,
        question=question.question,
        levels=question.levels,
        state=state,
        stories=tuple(matches),
    )


def _offered(
    story: Story,
    asked: Mapping[str, PracticeQuestion],
    vectors: Mapping[str, Vector],
    embed: Callable[[str], Vector],
) -> list[str]:
    """Return the questions that a story stands out for, the nearest first."""
    names = sorted(set(asked) & set(vectors))
    if not story.told or len(names) < _FEWEST_TO_COMPARE:
        return []
    scores = np.stack([vectors[name] for name in names]) @ embed(f"{story.title}\n{story.told}")
    bound = float(scores.mean() + _STANDS_OUT * scores.std())
    nearest = np.argsort(-scores, kind="stable")[:_MOST_OFFERED]
    return [names[place] for place in nearest if scores[place] >= bound and scores[place] > 0]
