"""A story for behavioural questions, by its four parts, and what its form lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Literal

from pydantic import Field

from coach.practice.candidate import word_count
from coach.practice.interview import PracticeQuestion
from coach.practice.shape import WORDS_A_MINUTE
from ingest.contract import Frozen

MAX_PART_CHARS = 5000
MOST_QUESTIONS = 50
PartName = Literal["situation", "task", "action", "result"]
PARTS: tuple[PartName, ...] = ("situation", "task", "action", "result")
# Source: corpus/behavioural.md, "What shape does a good behavioural story have?": an incident takes three
# minutes, a project four to five; one fifth is the scene, and the result has a measure.
LONGEST_MINUTES = 5.0
_MOST_SCENE = 0.4
_SCENE_WORDS = 50
_FIGURE = re.compile(r"\d")
# "US" is a country, and "i" a counter.
_I = re.compile(r"\b(?:I|[Mm][ey])\b")
_WE = re.compile(r"\b(?:[Ww]e|[Oo]ur|[Uu]s)\b")


class StoryText(Frozen):
    """What somebody writes down.

    Attributes:
        question_ids: Questions that they mean to answer with it.
    """

    title: str = Field(min_length=1, max_length=200)
    situation: str = Field("", max_length=MAX_PART_CHARS)
    task: str = Field("", max_length=MAX_PART_CHARS)
    action: str = Field("", max_length=MAX_PART_CHARS)
    result: str = Field("", max_length=MAX_PART_CHARS)
    question_ids: tuple[str, ...] = Field((), max_length=MOST_QUESTIONS)

    @property
    def told(self) -> str:
        """The story as it is told."""
        return "\n".join(part for name in PARTS if (part := str(getattr(self, name)).strip()))


class Story(StoryText):
    """A story as it is kept; `version` counts its changes."""

    id: str
    created_at: datetime
    version: int


class StoryForm(Frozen):
    """How a story is built; it says nothing about what happened in it.

    Attributes:
        missing: Parts that are empty.
        minutes: To tell it.
        notes: What to mend, a sentence each; empty if nothing.
    """

    missing: tuple[PartName, ...]
    minutes: float
    notes: tuple[str, ...]


def with_questions(
    text: StoryText, find: Callable[[str], PracticeQuestion], *, kept: Collection[str] = ()
) -> StoryText:
    """Return a story whose questions are named by their ids, each once.

    Args:
        text: Names them by ids or slugs.
        find: Name to question.
        kept: Ids that the story had before; they stay, though the handbook may have lost them since.

    Raises:
        NotFoundError: There is no such question.
    """
    named = dict.fromkeys(one if one in kept else find(one).id for one in text.question_ids)
    return text.model_copy(update={"question_ids": tuple(named)})


def form_of(story: StoryText) -> StoryForm:
    """Return how a story is built.

    >>> form_of(StoryText(title="t", situation="It broke.", action="We fixed it.")).notes[:2]
    ('Write the task and result.', 'The result has no figure: say what was measured, and how.')
    """
    missing = tuple(name for name in PARTS if not getattr(story, name).strip())
    minutes = round(word_count(story.told) / WORDS_A_MINUTE, 1)
    scene = word_count(f"{story.situation} {story.task}")
    notes = []
    if missing:
        notes.append(f"Write the {' and '.join(missing)}.")
    if not _FIGURE.search(story.result):
        notes.append("The result has no figure: say what was measured, and how.")
    if len(_WE.findall(story.action)) > len(_I.findall(story.action)):
        notes.append("The action says “we” more often than “I”: say what you decided yourself.")
    if scene > _SCENE_WORDS and scene > _MOST_SCENE * word_count(story.told):
        notes.append("The scene takes more than two fifths: come to the decision sooner.")
    if minutes > LONGEST_MINUTES:
        notes.append(f"It takes {minutes:g} minutes; five are the most that are listened to.")
    return StoryForm(missing=missing, minutes=minutes, notes=tuple(notes))
