import json
from pathlib import Path

import pytest

from coach.recruit.contract import Wishes
from coach.recruit.sets import QuestionSet
from coach.recruit.store import SetStore, TemplateStore
from coach.recruit.template import TemplateRules
from coach.store.answers import AnswerStore
from coach.store.audit import AuditLog
from coach.store.conversations import ConversationStore, Turn
from coach.store.database import Database
from coach.store.feedback import FeedbackStore, Opinion
from coach.store.holdings import Holdings, Rows
from coach.store.idempotency import Fresh, IdempotencyStore
from coach.store.owner import Owner
from tests.support.answers import make_answer
from tests.support.practice_rows import PRACTICE_TABLES, add_practice_rows

ANA, BEN, EVE = Owner("acme", "ana"), Owner("acme", "ben"), Owner("other", "ana")


def fill(database: Database, owner: Owner) -> None:
    """Store one of everything for somebody, with that one's name in every text."""
    words = f"words of {owner.tenant}/{owner.person}"
    answer_id = f"{owner.tenant}-{owner.person}"
    AnswerStore(database).save(owner, make_answer(answer_id, question=words), "corpus-1")
    FeedbackStore(database).add(owner, answer_id, Opinion(verdict="up", comment=words))
    conversations = ConversationStore(database)
    made = conversations.create(owner, state={"said": words})
    conversations.append(owner, made.id, [Turn(role="user", text=words)])
    add_practice_rows(database, owner, words)
    made_set = QuestionSet(title=words, wishes=Wishes(), titles={}, interviews=(), corpus_hash="c")
    SetStore(database).add(owner, made_set)
    TemplateStore(database).add(owner, TemplateRules(title=words))
    idempotency = IdempotencyStore(database)
    begun = idempotency.begin(owner, "POST /v1/answers", "k1", "b1")
    assert isinstance(begun, Fresh)
    idempotency.finish(begun, 200, {}, words.encode())
    AuditLog(database).append(owner.tenant, actor="k1", action="answer.given", subject=answer_id)


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with rows of three people."""
    for owner in (ANA, BEN, EVE):
        fill(database, owner)
    return database


def test_an_export_holds_everything_of_its_owner_and_nothing_of_others(filled: Database) -> None:
    """Each table with the person's own words in it, as plain JSON."""
    exported = Holdings(filled).export(ANA)
    plain = json.dumps(exported)
    assert {name: len(rows) for name, rows in exported.items()} == {
        "answers": 1,
        "answer_chunks": 1,
        "feedback": 1,
        "conversations": 1,
        "conversation_turns": 1,
        "idempotency": 1,
        "question_sets": 1,
        "question_set_templates": 1,
    } | dict.fromkeys(PRACTICE_TABLES, 1)
    assert plain.count("words of acme/ana") == 11
    assert "acme/ben" not in plain
    assert "other" not in plain


def test_what_was_exported_is_gone_after_erasing_and_the_rest_stays(filled: Database) -> None:
    """Erasing takes all rows of one person, counts them, and leaves everybody else's untouched."""
    holdings = Holdings(filled)
    before = [holdings.export(owner) for owner in (BEN, EVE)]
    assert set(holdings.erase(ANA).values()) == {1}
    assert not any(holdings.export(ANA).values())
    assert [holdings.export(owner) for owner in (BEN, EVE)] == before
    assert set(holdings.erase(ANA).values()) == {0}
    assert AuditLog(filled).verify("acme").entries == 2


def test_feedback_of_others_goes_with_the_answer_it_is_on(filled: Database) -> None:
    """What a colleague said of an erased answer has nothing left to be about."""
    FeedbackStore(filled).add(BEN, "acme-ana", Opinion(verdict="down"))
    Holdings(filled).erase(ANA)
    assert len(FeedbackStore(filled).list("acme").items) == 1


def test_erased_words_are_not_left_in_the_file(sqlite_database: Database) -> None:
    """Once the database is closed, no byte of them is found in it."""
    for owner in (ANA, BEN):
        fill(sqlite_database, owner)
    Holdings(sqlite_database).erase(ANA)
    sqlite_database.close()
    folder = Path(str(sqlite_database.engine.url.database)).parent
    left = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert b"words of acme/ben" in left
    assert b"words of acme/ana" not in left


class Cache:
    """Something outside the database that keeps words of people."""

    name = "cache"

    def __init__(self) -> None:
        self.kept: dict[Owner, Rows] = {ANA: [{"words": "of ana"}], BEN: [{"words": "of ben"}]}
        self.broken = False

    def export(self, owner: Owner) -> Rows:
        return self.kept.get(owner, [])

    def erase(self, owner: Owner) -> int:
        if self.broken:
            raise ConnectionError
        return len(self.kept.pop(owner, []))


def test_what_lies_elsewhere_is_exported_and_erased_too(filled: Database) -> None:
    """A cache, say, takes part under its name."""
    cache = Cache()
    holdings = Holdings(filled, [cache])
    assert holdings.export(ANA)["cache"] == [{"words": "of ana"}]
    assert holdings.erase(ANA)["cache"] == 1
    assert cache.kept.keys() == {BEN}


def test_an_erasure_that_fails_elsewhere_can_be_repeated(filled: Database) -> None:
    """Nothing is reported as erased that is not; the second attempt finishes it."""
    cache = Cache()
    holdings = Holdings(filled, [cache])
    cache.broken = True
    with pytest.raises(ConnectionError):
        holdings.erase(ANA)
    cache.broken = False
    assert set(holdings.erase(ANA).values()) == {1}
