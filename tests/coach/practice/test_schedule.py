"""The schedule against the library it is made with, over years of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from fsrs import Card, Rating, Scheduler

from coach.errors import UsageError
from coach.practice.cards import CardStore, DueDay, review_card
from coach.practice.schedule import CardState, end_of_day, find_zone, rating_of, review
from coach.store.database import Database
from coach.store.owner import Owner

ANA, BEN = Owner("acme", "ana"), Owner("acme", "ben")
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
KIRITIMATI, PAGO_PAGO = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")
START = datetime(2026, 1, 5, 18, tzinfo=UTC)


def test_a_thousand_days_of_reviews_are_the_librarys_own() -> None:
    """Every due date, stability and difficulty is what py-fsrs itself gives for the same ratings."""
    random, scheduler = Random(11), Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    ours: dict[int, CardState] = {}
    theirs: dict[int, Card] = {}
    reviews = 0
    for day in range(1000):
        now = START + timedelta(days=day)
        ready = [name for name, card in ours.items() if card.due <= now] + (
            [len(ours)] if day % 5 == 0 else []
        )
        for name in ready[:8]:
            score = random.uniform(0, 10)
            ours[name] = review(ours.get(name), score, now).card
            before = theirs.get(name, Card(card_id=1, due=now))
            theirs[name], _ = scheduler.review_card(before, Rating(rating_of(score)), now)
            assert ours[name].due == theirs[name].due
            assert ours[name].stability == theirs[name].stability
            assert ours[name].difficulty == theirs[name].difficulty
            reviews += 1
    assert reviews > 1000


def test_a_local_day_ends_at_its_own_midnight() -> None:
    """Days of 23 and 25 hours are as long as they are."""
    lengths = []
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN)
        lengths.append(end_of_day(noon, BERLIN) - end_of_day(noon - timedelta(days=1), BERLIN))
    assert lengths == [timedelta(hours=hours) for hours in (24, 23, 25)]


def test_what_is_due_today_depends_on_where_one_is(sqlite_database: Database) -> None:
    """At one moment a card is due today on an island far east, and tomorrow on one far west."""
    store = CardStore(sqlite_database)
    with sqlite_database.session() as session:
        due = review_card(session, ANA, "q1", 7.0, START).due
    moment = due.replace(hour=10, minute=30)  # half past midnight of the next day; half to midnight before
    known = {"q1"}
    assert [one.question_id for one in store.due(ANA, moment, KIRITIMATI, known=known).cards] == ["q1"]
    assert store.due(ANA, moment, PAGO_PAGO, known=known) == ((), 0)
    assert [one.due for one in store.forecast(ANA, moment, PAGO_PAGO, known=known, days=3)] == [0, 1, 0]
    assert store.due(BEN, moment, KIRITIMATI, known=known) == ((), 0)


def test_cards_of_questions_that_are_gone_take_no_place(sqlite_database: Database) -> None:
    """The list and the days have those of the handbook, however many others are due; these are counted."""
    store = CardStore(sqlite_database)
    for name, days in (("gone-1", 30), ("gone-2", 29), ("here-1", 28), ("gone-3", 27), ("here-2", 26)):
        store.rate(ANA, name, 1, START - timedelta(days=days))
    known = {"here-1", "here-2"}
    found = store.due(ANA, START, BERLIN, known=known, limit=2)
    assert [one.question_id for one in found.cards] == ["here-1", "here-2"]
    assert found.retired == 3
    assert len(store.due(ANA, START, BERLIN, known=known, limit=1).cards) == 1
    today = START.astimezone(BERLIN).date()
    assert store.forecast(ANA, START, BERLIN, known=known, days=1) == (DueDay(day=today, due=2),)
    assert store.forecast(ANA, START, BERLIN, known=known, days=0) == ()


def test_due_counts_are_right_across_clock_changes(sqlite_database: Database) -> None:
    """Counted by hand from the due moments, for each local day of a month with a clock change in it."""
    random, store = Random(5), CardStore(sqlite_database)
    begin = datetime(2026, 3, 20, 9, tzinfo=UTC)
    moments = []
    with sqlite_database.session() as session:
        for number in range(40):
            at = begin + timedelta(hours=random.uniform(0, 24))
            moments.append(review_card(session, ANA, f"q{number}", random.uniform(4, 10), at).due)
    for zone in (BERLIN, NEW_YORK, KIRITIMATI):
        now = begin + timedelta(days=1)
        known = {f"q{number}" for number in range(40)}
        forecast = store.forecast(ANA, now, zone, known=known, days=30)
        today = now.astimezone(zone).date()
        for step, day in enumerate(forecast):
            local = [moment.astimezone(zone).date() for moment in moments]
            expected = sum(one <= today for one in local) if step == 0 else local.count(day.day)
            assert (day.day, day.due) == (today + timedelta(days=step), expected)


def test_a_card_is_made_once_and_counts_its_successes(sqlite_database: Database) -> None:
    """Reviews of one question go to one card; a forgotten one comes back sooner."""
    with sqlite_database.session() as session:
        first = review_card(session, ANA, "q1", 9.0, START)
        again = review_card(session, ANA, "q1", 1.0, first.due)
    assert (first.successes, again.successes) == (1, 1)
    assert again.due - first.due < first.due - START
    assert [one.card for one in CardStore(sqlite_database).all(ANA)] == [again]


def test_a_time_zone_that_is_none_is_told() -> None:
    """Neither a made-up name nor a path is taken."""
    for name in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(UsageError):
            find_zone(name)
