"""Drift over a real database: what moved is found, what did not stays steady, and no word is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue
from sqlalchemy import update

from coach.coach import Coach
from coach.operate.drift import (
    Windows,
    find_drift,
    nearness,
    of_questions,
    of_share,
    of_topics,
)
from coach.operate.lineage import GIVEN, Account
from coach.operate.signals import Share, SignalReader
from coach.store.answers import AnswerRow, AnswerStore
from coach.store.audit import AuditLog
from coach.store.database import Database
from coach.store.feedback import FeedbackRow, FeedbackStore, Opinion
from coach.store.owner import Owner
from coach.types import Status
from tests.support.answers import make_answer
from tests.support.pages import CLEAR_QUESTIONS

END = datetime(2026, 3, 29, tzinfo=UTC)
WINDOWS = Windows.before(END, days=7, usual_days=28)
OWNER = Owner("acme", "ada")
SPEECH = "zebra sandwich"


def give(
    database: Database,
    number: int,
    at: datetime,
    *,
    question: str,
    document: str,
    status: Status = "answered",
) -> str:
    """Keep an answer as the service does, as if at that time; return its id."""
    answer = make_answer(f"a{number}", question=question).model_copy(update={"status": status})
    details = Account.of(answer, "c", {"c1": document} if status == "answered" else {}).details()
    AnswerStore(database).save(OWNER, answer, "c")
    note(database, answer.id, at, details)
    with database.session() as session:
        session.execute(update(AnswerRow).where(AnswerRow.id == answer.id).values(created_at=at))
    return answer.id


def note(database: Database, answer_id: str, at: datetime, details: dict[str, JsonValue]) -> None:
    """Write to the log that an answer was given, at that time."""
    log = AuditLog(database, clock=lambda: at)
    log.append(OWNER.tenant, actor="k", action=GIVEN, subject=answer_id, details=details)


@pytest.fixture
def lived_in(sqlite_database: Database) -> Database:
    """A database in which questions, topics, abstentions and opinions changed a week ago."""
    for number in range(40):
        give(
            sqlite_database,
            number,
            WINDOWS.usual.begin + timedelta(hours=number + 1),
            question=f"{CLEAR_QUESTIONS[number % 3]} ({number})",
            document="caching.md",
        )
    for number in range(40, 80):
        at = WINDOWS.recent.begin + timedelta(hours=number - 39)
        status: Status = "abstained" if number % 4 == 0 else "answered"
        kept = give(
            sqlite_database, number, at, question=f"{SPEECH} {number}", document="releases.md", status=status
        )
        FeedbackStore(sqlite_database).add(OWNER, kept, Opinion(verdict="down" if number % 2 else "up"))
        with sqlite_database.session() as session:
            session.execute(update(FeedbackRow).where(FeedbackRow.answer_id == kept).values(created_at=at))
    return sqlite_database


def test_what_moved_is_found(lived_in: Database, coach: Coach) -> None:
    """Other questions, other documents and more refusals are drift; opinions have nothing to compare with."""
    found = {one.name: one for one in find_drift(SignalReader(lived_in), WINDOWS, coach)}
    verdicts = {name: one.verdict for name, one in found.items()}
    assert verdicts == {
        "questions": "drifted",
        "topics": "drifted",
        "abstentions": "drifted",
        "degraded answers": "steady",
        "thumbs down": "too few",
    }
    assert "caching.md 100% -> 0%" in found["topics"].words
    assert "10 of 40 against 0 of 40" in found["abstentions"].words


def test_nothing_of_a_users_words_is_told(lived_in: Database, coach: Coach) -> None:
    """Findings hold figures and names of documents; the database has no row more than before."""
    before = AuditLog(lived_in).head(OWNER.tenant)
    told = "".join(one.model_dump_json() for one in find_drift(SignalReader(lived_in), WINDOWS, coach))
    assert SPEECH not in told
    assert AuditLog(lived_in).head(OWNER.tenant) == before


def test_a_window_is_half_open_and_counts_what_was_erased(lived_in: Database) -> None:
    """Each answer is in one window alone; the log still counts it after its words are gone."""
    reader = SignalReader(lived_in)
    usual, recent = (reader.read(window) for window in WINDOWS)
    assert (usual.abstained.n, recent.abstained.n) == (40, 40)
    assert recent.down == Share(hits=20, n=40)
    touching = Windows.before(WINDOWS.recent.begin, days=7, usual_days=28)
    assert reader.read(touching.recent).abstained.n == 0


@pytest.mark.parametrize(
    ("degraded", "counts"),
    [
        ((), 0),
        (("writer",), 1),
        (("switch: passages=3",), 0),
        (("reranker", "switch: rerank=off"), 0),
        (("reranker",), 1),
        (("switch: fallback=1", "model:a/b→outline: timeout", "writer"), 1),
    ],
)
def test_what_operators_switched_off_is_no_signal(
    sqlite_database: Database, degraded: tuple[str, ...], counts: int
) -> None:
    """A planned degradation must not page; what fails beside it must."""
    answer = make_answer("a1").model_copy(update={"degraded": degraded})
    note(sqlite_database, "a1", WINDOWS.recent.begin, Account.of(answer, "c", {}).details())
    assert SignalReader(sqlite_database).read(WINDOWS.recent).degraded == Share(hits=counts, n=1)


def test_questions_are_read_newest_first_and_no_more_than_wanted(lived_in: Database) -> None:
    """A sample is the newest of the window."""
    found = SignalReader(lived_in).questions(WINDOWS.recent, most=3)
    assert found == [f"{SPEECH} {number}" for number in (79, 78, 77)]


def test_the_same_questions_are_steady(coach: Coach) -> None:
    """Half of a set of questions against the other half is no drift."""
    questions = [f"{question} {number}" for number in range(12) for question in CLEAR_QUESTIONS]
    near = nearness(coach, questions * 2)
    assert of_questions(near[::2], near[1::2]).verdict == "steady"


def test_small_but_certain_shifts_do_not_matter() -> None:
    """A rise by a fifth is no drift however many answers prove it; twice as many are."""
    usual = Share(hits=1000, n=10_000)
    assert of_share("x", usual, Share(hits=1200, n=10_000), least=30).verdict == "steady"
    assert of_share("x", usual, Share(hits=2000, n=10_000), least=30).verdict == "drifted"


def test_large_shifts_of_few_items_may_be_chance() -> None:
    """Few answers are called too few, and a rate that doubled by chance is steady."""
    assert of_topics({"a": 29}, {"b": 29}).verdict == "too few"
    assert of_share("x", Share(hits=1, n=40), Share(hits=2, n=40), least=30).verdict == "steady"
