"""What the page reads of stories, progress and plans."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ui.models import Level, Reply

State = Literal["covered", "offered", "gap"]


class Story(Reply):
    """A story of the bank."""

    id: str
    version: int
    title: str
    situation: str
    task: str
    action: str
    result: str
    question_ids: tuple[str, ...]


class StoryForm(Reply):
    """How a story is built."""

    minutes: float
    notes: tuple[str, ...]


class BankedStory(Reply):
    """A story with how it is built."""

    story: Story
    form: StoryForm


class StoryMatch(Reply):
    """A story for a question."""

    story_id: str
    title: str
    chosen: bool


class CoveredQuestion(Reply):
    """A behavioural question with the stories for it."""

    question_id: str
    question: str
    state: State
    stories: tuple[StoryMatch, ...]


class Coverage(Reply):
    """The bank held against the behavioural questions."""

    covered: int
    offered: int
    gaps: int
    questions: tuple[CoveredQuestion, ...]
    stories: tuple[BankedStory, ...]


class GroupProgress(Reply):
    """Questions of one chapter, competency or level."""

    name: str
    questions: int
    practised: int
    score: float | None = None


class SelfRating(Reply):
    """How self-ratings compare with grades."""

    answers: int
    bias: float
    error: float


class Progress(Reply):
    """Where one stands."""

    answers: int
    days: int
    chapters: tuple[GroupProgress, ...]
    competencies: tuple[GroupProgress, ...]
    levels: tuple[GroupProgress, ...]
    self_rating: SelfRating | None = None


class PlanDay(Reply):
    """What to practise on a day."""

    day: date
    question_ids: tuple[str, ...]
    minutes: float
    activities: tuple[str, ...] = ()
    reviews: int = 0


class JobReading(Reply):
    """Something that was read out of a job text."""

    field: str
    value: str
    words: str


class PlanWish(Reply):
    """What a plan is for."""

    level: Level
    start: date
    until: date


class StoredPlan(Reply):
    """A plan as it is kept."""

    id: str
    wish: PlanWish
    read: tuple[JobReading, ...] = ()
    notes: tuple[str, ...] = ()


class Plan(Reply):
    """A plan with the days that are left of it."""

    plan: StoredPlan
    practised: int
    questions: int
    days: tuple[PlanDay, ...]
    titles: dict[str, str]


class PlanPage(Reply):
    """Plans, newest first."""

    plans: tuple[StoredPlan, ...]
