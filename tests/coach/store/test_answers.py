import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.errors import NotFoundError, UsageError
from coach.store.answers import AnswerStore
from coach.store.database import Database
from coach.store.feedback import FeedbackStore, Opinion
from coach.store.owner import Owner
from coach.store.paging import Place
from tests.support.answers import make_answer

ANA, BEN, EVE = Owner("acme", "ana"), Owner("acme", "ben"), Owner("other", "ana")


def test_an_answer_comes_back_as_it_was_given(database: Database) -> None:
    """What was saved is read again whole, with its corpus version, by anybody of the tenant."""
    store = AnswerStore(database)
    saved = store.save(ANA, make_answer(question="Wie? \U0001f600 ’\0“"), "corpus-1")
    assert store.get("acme", "a1") == saved
    assert saved.answer.question == "Wie? \U0001f600 ’\0“"
    assert saved.corpus_hash == "corpus-1"


def test_saving_again_keeps_the_first(database: Database) -> None:
    """A permalink never changes: a second save of the same id returns what is stored."""
    store = AnswerStore(database)
    first = store.save(ANA, make_answer(), "corpus-1")
    assert store.save(ANA, make_answer(question="Another?"), "corpus-2") == first


@pytest.mark.parametrize("guess", ["a1", "", "A1", "%", "a1' OR '1'='1", "x" * 10_000, "\udcff", "a\0b"])
def test_answers_of_others_look_missing(database: Database, guess: str) -> None:
    """The id of another tenant's answer, and whatever else is guessed, finds nothing."""
    store = AnswerStore(database)
    store.save(ANA, make_answer(), "corpus-1")
    assert store.get("other", guess) is None
    assert store.list("other").items == ()
    assert store.citing("other", "c1") == ()
    with pytest.raises(NotFoundError):
        FeedbackStore(database).add(EVE, guess, Opinion(verdict="up"))


def test_two_tenants_may_have_the_same_id(database: Database) -> None:
    """A forged id overwrites nothing."""
    store = AnswerStore(database)
    store.save(ANA, make_answer(question="Mine?"), "corpus-1")
    store.save(EVE, make_answer(question="Hers?"), "corpus-1")
    assert [store.get(tenant, "a1").answer.question for tenant in ("acme", "other")] == ["Mine?", "Hers?"]  # type: ignore[union-attr]


def test_pages_hold_every_answer_once(database: Database) -> None:
    """Walking the pages gives all answers, newest first, also when new ones come in between."""
    store = AnswerStore(database)
    for number in range(7):
        store.save(ANA if number % 2 else BEN, make_answer(f"a{number}"), "corpus-1")
    page = store.list("acme", limit=3)
    store.save(ANA, make_answer("later"), "corpus-1")
    seen = [one.answer.id for one in page.items]
    while page.next_cursor:
        page = store.list("acme", limit=3, cursor=page.next_cursor)
        seen += [one.answer.id for one in page.items]
    assert seen == ["a6", "a5", "a4", "a3", "a2", "a1", "a0"]
    assert [one.answer.id for one in store.list("acme", person="ana").items] == ["later", "a5", "a3", "a1"]


def test_a_page_of_exactly_the_rest_is_the_last(database: Database) -> None:
    """No cursor leads to an empty page."""
    store = AnswerStore(database)
    for number in range(2):
        store.save(ANA, make_answer(f"a{number}"), "corpus-1")
    assert store.list("acme", limit=2).next_cursor is None


@given(
    st.text(max_size=80)
    | st.recursive(st.none() | st.text(), st.lists).map(
        lambda made: base64.urlsafe_b64encode(json.dumps(["2026-01-01T00:00:00", made]).encode()).decode()
    )
)
def test_a_forged_cursor_is_refused_or_names_a_place(cursor: str) -> None:
    """Whatever is sent as a cursor leads to a place or is not found."""
    with suppress(NotFoundError):
        assert Place.read(cursor).at.tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)), st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_a_cursor_leads_back_to_its_place(at: datetime, row_id: str) -> None:
    """Reading a cursor gives the place it was made from."""
    assert Place.read(Place(at, row_id).cursor()) == Place(at, row_id)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_of_impossible_length_is_refused(database: Database, limit: int) -> None:
    """The limit is named in the error."""
    with pytest.raises(UsageError, match=str(limit)):
        AnswerStore(database).list("acme", limit=limit)


def test_answers_that_cite_a_chunk_are_found(database: Database) -> None:
    """A bad chunk leads to every answer of the tenant that used it, each once."""
    store = AnswerStore(database)
    store.save(ANA, make_answer("a1", chunks=("c1", "c2", "c1")), "corpus-1")
    store.save(BEN, make_answer("a2", chunks=("c2",)), "corpus-1")
    store.save(EVE, make_answer("a3", chunks=("c2",)), "corpus-1")
    assert store.citing("acme", "c2") == ("a1", "a2")
    assert store.citing("acme", "c3") == ()


def test_feedback_is_kept_with_its_claim(database: Database) -> None:
    """An opinion on a claim comes back as given, newest first, to the tenant alone."""
    AnswerStore(database).save(ANA, make_answer(chunks=("c1", "c2")), "corpus-1")
    store = FeedbackStore(database)
    whole = store.add(BEN, "a1", Opinion(verdict="up"))
    claim = store.add(ANA, "a1", Opinion(verdict="down", claim=1, reason="wrong", comment="Not so: ‘3’."))
    assert store.list("acme").items == (claim, whole)
    assert store.list("acme", answer_id="a2").items == ()
    assert store.list("other").items == ()
    assert claim.person == "ana"


@pytest.mark.parametrize("claim", [2, -1])
def test_feedback_on_no_claim_is_refused(database: Database, claim: int) -> None:
    """An index outside the outline is a usage error that names how many there are."""
    AnswerStore(database).save(ANA, make_answer(chunks=("c1", "c2")), "corpus-1")
    with pytest.raises(UsageError, match="2 claims"):
        FeedbackStore(database).add(ANA, "a1", Opinion(verdict="up", claim=claim))


@pytest.mark.parametrize("comment", ["a\0b", "\ud800"])
def test_text_that_no_engine_can_hold_is_refused_by_all(database: Database, comment: str) -> None:
    """U+0000 and half a surrogate pair are usage errors on each engine, and nothing is stored."""
    AnswerStore(database).save(ANA, make_answer(), "corpus-1")
    with pytest.raises(UsageError) as refused:
        FeedbackStore(database).add(ANA, "a1", Opinion(verdict="up", comment=comment))
    assert refused.value.__cause__ is None  # what wraps it names it as its own cause: a ring for who follows
    assert FeedbackStore(database).list("acme").items == ()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(comment=st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_text_survives(tmp_path: Path, comment: str) -> None:
    """A comment in any script comes back character by character."""
    with Database(f"sqlite:///{tmp_path}/coach.sqlite") as database:
        database.migrate()
        AnswerStore(database).save(ANA, make_answer(), "corpus-1")
        store = FeedbackStore(database)
        store.add(ANA, "a1", Opinion(verdict="up", comment=comment))
        assert store.list("acme").items[0].opinion.comment == comment
