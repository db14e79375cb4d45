"""Plans, worked by hand: what comes first, what a day is for, and how grades change it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import NotFoundError
from coach.practice.cards import review_card
from coach.practice.grades import Scored
from coach.practice.job import PlanRequested, plan_of
from coach.practice.plan import PlanWish, activities_of, known, plan_days
from coach.practice.plans import PlanStore, PlanText, days_of
from coach.recruit.contract import Wishes
from coach.recruit.pool import Pool
from coach.recruit.read import Inferred, ReadBy, Reading
from coach.recruit.read_language import NOT_ENGLISH
from coach.store.base import utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from ingest.contract import Level
from tests.support.practice_questions import QUESTIONS, make_question

TODAY = date(2026, 5, 5)
ANA, BEN = Owner("acme", "ana"), Owner("acme", "ben")


def wish(days: int, *, wanted: tuple[str, ...] = (), level: Level = "senior") -> PlanWish:
    """Return a wish for thirteen minutes a day from today: two answers of three."""
    return PlanWish(
        level=level, start=TODAY, until=TODAY + timedelta(days=days - 1), minutes_a_day=13, wanted=wanted
    )


def scored(number: int, score: float) -> Scored:
    """Return a graded answer to a question."""
    at = datetime(2026, 5, 4, number, tzinfo=UTC)
    return Scored(id=f"g{number}", created_at=at, question_id=f"q{number}", score=score)


def test_weak_and_new_questions_come_first_and_known_ones_not_at_all() -> None:
    """Two questions of three minutes a day, one of each chapter first; days go on empty."""
    days = plan_days(wish(6), [scored(1, 9.0), scored(2, 1.0)], QUESTIONS, today=TODAY)
    asked = [one for day in days for one in day.question_ids]
    assert [day.day.day for day in days] == [5, 6, 7, 8, 9, 10]
    assert len(set(asked)) == len(asked)
    assert "q1" not in asked
    assert "q2" in asked[:3]
    assert {QUESTIONS[one].document for one in asked[:3]} == {"chapter0.md", "chapter1.md", "chapter2.md"}
    assert all(day.minutes == 3 * len(day.question_ids) for day in days)
    none = plan_days(wish(2, level="staff"), [], QUESTIONS, today=TODAY)
    assert not any(day.question_ids for day in none)


def test_questions_without_a_level_are_planned_for_any() -> None:
    """A handbook without tag lines fills days; what cannot be graded, and so never be known, does not."""
    untagged = {one.id: one for one in (make_question(0, levels=()), make_question(1, is_gradable=False))}
    (day,) = plan_days(wish(1, level="junior"), [], untagged, today=TODAY)
    assert day.question_ids == ("q0",)


def test_what_is_known_is_told_by_the_newest_answer() -> None:
    """A weak answer after a good one makes the question one to practise again."""
    assert known([scored(1, 9.0), scored(2, 2.0), scored(2, 8.0)]) == {"q1", "q2"}
    assert known([scored(1, 9.0), scored(1, 2.0)]) == set()


def test_what_the_job_asks_for_comes_before_the_rest() -> None:
    """All wanted questions stand before any other."""
    days = plan_days(wish(6, wanted=("q4", "q7", "q8")), [], QUESTIONS, today=TODAY)
    asked = [one for day in days for one in day.question_ids]
    assert set(asked[:3]) == {"q4", "q7", "q8"}
    assert len(asked) > 3


@pytest.mark.parametrize(("days", "interviews"), [(7, [5]), (14, [10, 12]), (30, [20, 22, 24, 26, 28])])
def test_days_are_used_as_the_handbook_says(days: int, interviews: list[int]) -> None:
    """Mocks in the last third, a drill and stories before them, the last day free, nothing new near it."""
    planned = plan_days(wish(days), [], QUESTIONS, today=TODAY)
    assert [place for place, one in enumerate(planned) if "interview" in one.activities] == interviews
    assert planned[interviews[0] - 1].activities == ("stories",)
    assert any("drill" in one.activities for one in planned)
    assert planned[-1].activities == ("rest",)
    assert not any(one.question_ids for one in planned[-3:])


def test_a_plan_adapts_to_grades_and_to_the_day() -> None:
    """Later days alone are left; a question that was answered well is gone, a weak one stays to the end."""
    later = TODAY + timedelta(days=4)
    reviews = {later: 3}
    days = plan_days(wish(7), [scored(1, 9.0), scored(2, 2.0)], QUESTIONS, today=later, reviews=reviews)
    assert [one.day for one in days] == [later + timedelta(days=step) for step in range(3)]
    assert days[0].reviews == 3
    assert days[0].question_ids == ("q2",)  # of the last three days: only what was practised and is weak
    assert plan_days(wish(7), [], QUESTIONS, today=TODAY + timedelta(days=7)) == ()


@given(st.integers(1, 60))
def test_every_length_has_its_days(days: int) -> None:
    """Each day once, in order, and from three days on one rest and at least one mock."""
    planned = plan_days(wish(days), [], QUESTIONS, today=TODAY)
    assert [one.day for one in planned] == [TODAY + timedelta(days=step) for step in range(days)]
    used = [name for place in range(days) for name in activities_of(place, days)]
    assert used.count("rest") == (days >= 3)
    assert (used.count("interview") >= 1) == (days >= 3)


def test_plans_are_kept_for_their_person(sqlite_database: Database) -> None:
    """Found again, listed and deleted; a colleague's looks like a missing one."""
    store = PlanStore(sqlite_database)
    made = store.add(ANA, PlanText(wish=wish(7), time_zone="Asia/Tokyo", job_text="Senior, retrieval"))
    assert store.get(ANA, made.id) == made
    assert store.list(ANA).items == (made,)
    with pytest.raises(NotFoundError):
        store.get(BEN, made.id)
    store.delete(ANA, made.id)
    assert not store.list(ANA).items
    with pytest.raises(NotFoundError):
        store.delete(ANA, made.id)


REQUEST = PlanRequested(
    days=3, until=None, level=None, minutes_a_day=30, job_text="Entwickler (m/w/d)", time_zone="UTC"
)
LEVEL = Inferred(field="level", value="junior", words="m/w/d", start=12, end=17)


def pool() -> Pool:
    """Return the questions of an empty handbook."""
    return cast("Pool", SimpleNamespace(questions=()))


@pytest.mark.parametrize(("by", "level"), [("words", "senior"), ("model", "junior")])
def test_words_of_another_language_name_no_level(by: ReadBy, level: Level) -> None:
    """What the reader could not take is kept with the plan; only a model reads other languages."""
    reading = Reading(
        wishes=Wishes(level="junior"),
        inferred=(LEVEL.model_copy(update={"by": by}),),
        notes=(NOT_ENGLISH,),
        degraded=("read_request: timeout",),
    )
    made = plan_of(REQUEST, lambda _: reading, pool())
    assert made.wish.level == level
    assert [one.field for one in made.read] == (["level"] if by == "model" else [])
    assert (made.notes, made.degraded) == ((NOT_ENGLISH,), ("read_request: timeout",))


def test_a_level_that_english_words_name_is_taken() -> None:
    """As before, with the words that it comes from."""
    made = plan_of(REQUEST, lambda _: Reading(wishes=Wishes(level="junior"), inferred=(LEVEL,)), pool())
    assert (made.wish.level, made.read[0].words) == ("junior", "m/w/d")


def test_the_days_of_a_plan_tell_what_falls_due(sqlite_database: Database) -> None:
    """A question that was answered today is a review of one of the next days."""
    now = utc_now()
    with sqlite_database.session() as session:
        review_card(session, ANA, "q1", 5.0, now)
    asked = wish(30).model_copy(update={"start": now.date(), "until": now.date() + timedelta(days=29)})
    days = days_of(sqlite_database, ANA, asked, "UTC", QUESTIONS)
    assert sum(day.reviews for day in days) == 1
