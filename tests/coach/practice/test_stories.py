"""Stories: their form, what they cover, and that they are their person's own."""

from __future__ import annotations

import numpy as np
import pytest

from coach.errors import ConflictError, NotFoundError
from coach.practice.coverage import coverage
from coach.practice.interview import PracticeQuestion
from coach.practice.stories import StoryStore
from coach.practice.story import Story, StoryText, form_of, with_questions
from coach.store.base import utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from ingest.store.values import Vector
from tests.support.practice_questions import make_question

ANA, BEN = Owner("acme", "ana"), Owner("acme", "ben")
WHOLE = StoryText(
    title="The rollback",
    situation="Prices were wrong for four hours.",
    task="I had to stop it.",
    action="I declared an incident and I reverted the index.",
    result="It took 9 minutes; 0.6% of the orders were touched.",
)
BEHAVIOURAL = {
    f"b{number}": make_question(number, id=f"b{number}", kind="behavioural", levels=levels)
    for number, levels in enumerate([("senior",), ("senior",), ("staff",), ("senior",), ("senior",)])
}
QUESTIONS = BEHAVIOURAL | {"q9": make_question(9)}


def axis(place: int) -> Vector:
    """Return a unit vector along one axis."""
    return np.eye(6, dtype=np.float32)[place]


VECTORS = {name: axis(place) for place, name in enumerate(QUESTIONS)}


def near(text: str) -> Vector:
    """Put a story beside the question whose number it names, else beside none."""
    return next((axis(place) for place in range(5) if f"about {place}" in text), axis(5))


def story(name: str, **changes: object) -> Story:
    """Return a story as it is kept."""
    fields = WHOLE.model_dump() | {"id": name, "created_at": utc_now(), "version": 0} | changes
    return Story.model_validate(fields)


def test_the_form_of_a_story_is_checked() -> None:
    """Empty parts, a result without a figure, "we" for "I", a long scene, too many minutes."""
    assert form_of(WHOLE).notes == ()
    assert form_of(WHOLE.model_copy(update={"task": " ", "result": ""})).missing == ("task", "result")
    notes = form_of(WHOLE.model_copy(update={"result": "Users were happier."})).notes
    assert [one for one in notes if "figure" in one]
    assert "“we”" in form_of(WHOLE.model_copy(update={"action": "We met, and we fixed it."})).notes[0]
    own = "My first step was to stop the US import. My second was to call the US team. We waited."
    assert form_of(WHOLE.model_copy(update={"action": own})).notes == ()
    assert "scene" in form_of(WHOLE.model_copy(update={"situation": "Once upon a time. " * 15})).notes[0]
    long = form_of(WHOLE.model_copy(update={"action": "I worked. " * 400}))
    assert long.minutes > 5
    assert "five are the most" in long.notes[0]


def test_a_story_that_was_chosen_covers_and_a_near_one_is_offered() -> None:
    """What its person says counts; nearness alone is an offer; the rest is a gap."""
    chosen = story("s1", question_ids=("b1", "q9", "gone"))
    found = coverage([chosen, story("s2", title="about 3")], QUESTIONS, VECTORS, near, level="senior")
    assert {one.question_id: one.state for one in found.questions} == {
        "b0": "gap",
        "b1": "covered",
        "b3": "offered",
        "b4": "gap",
    }
    assert (found.covered, found.offered, found.gaps) == (1, 1, 2)
    assert [one.story.id for one in found.stories] == ["s1", "s2"]


def test_the_questions_of_a_story_are_kept_by_their_ids() -> None:
    """A slug stands for its question; an unknown name is refused, unless the story had it already."""
    slugs = {"slug-one": QUESTIONS["b1"]}

    def find(name: str) -> PracticeQuestion:
        found = QUESTIONS.get(name) or slugs.get(name)
        if found is None:
            raise NotFoundError(f"there is no question {name!r}")
        return found

    text = WHOLE.model_copy(update={"question_ids": ("slug-one", "b1", "b3")})
    assert with_questions(text, find).question_ids == ("b1", "b3")
    gone = WHOLE.model_copy(update={"question_ids": ("gone", "b3")})
    with pytest.raises(NotFoundError):
        with_questions(gone, find)
    assert with_questions(gone, find, kept=("gone",)) == gone


def test_a_question_without_a_level_is_one_of_any() -> None:
    """It is a gap for whoever asks by level, until a story covers it."""
    untagged = {"b0": make_question(0, id="b0", kind="behavioural", levels=())}
    assert coverage([], untagged, VECTORS, near, level="mid").gaps == 1


def test_a_story_is_named_once_for_a_question() -> None:
    """One that is chosen and comes near is the chosen one; what was chosen stands first."""
    found = coverage(
        [story("s1", title="about 3"), story("s2", title="about 3", question_ids=("b3",))],
        QUESTIONS,
        VECTORS,
        near,
    )
    (three,) = (one for one in found.questions if one.question_id == "b3")
    assert [(one.story_id, one.chosen) for one in three.stories] == [("s2", True), ("s1", False)]


def test_an_empty_bank_is_all_gaps() -> None:
    """Without stories, or with an empty one, nothing is covered."""
    empty = story("s1", situation="", task="", action="", result="", title="about 3")
    for bank in ([], [empty]):
        found = coverage(bank, QUESTIONS, VECTORS, near)
        assert (found.covered, found.offered, found.gaps) == (0, 0, 5)


def test_stories_are_kept_for_their_person(sqlite_database: Database) -> None:
    """Found again and changed in order; a colleague sees nothing."""
    store = StoryStore(sqlite_database)
    made = store.add(ANA, WHOLE)
    assert store.get(ANA, made.id) == made
    other = WHOLE.model_copy(update={"title": "The reindex"})
    changed = store.replace(ANA, made.id, other, after=0)
    assert (changed.title, changed.version) == ("The reindex", 1)
    with pytest.raises(ConflictError):
        store.replace(ANA, made.id, WHOLE, after=0)
    assert store.list(ANA).items == (changed,)
    for work in (lambda: store.get(BEN, made.id), lambda: store.delete(BEN, made.id)):
        with pytest.raises(NotFoundError):
            work()
    store.delete(ANA, made.id)
    assert not store.list(ANA).items
