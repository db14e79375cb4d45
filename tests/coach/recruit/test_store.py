from __future__ import annotations

import pytest

from coach.errors import ConflictError, NotFoundError
from coach.recruit.contract import Wishes
from coach.recruit.sets import QuestionSet
from coach.recruit.store import SetStore
from coach.store.database import Database
from coach.store.holdings import Holdings
from coach.store.owner import Owner

ANA, BEN = Owner("acme", "ana"), Owner("acme", "ben")


def made(title: str) -> QuestionSet:
    return QuestionSet(title=title, wishes=Wishes(), titles={}, interviews=(), corpus_hash="c")


def test_versions_count_up_and_the_list_shows_the_newest(database: Database) -> None:
    """Every version stays; the list has each set once, the one changed last first."""
    store = SetStore(database)
    first, other = store.add(ANA, made("one")), store.add(ANA, made("other"))
    store.add_version(BEN, first.id, made("two"), after=1)
    assert store.get("acme", first.id).made.title == "two"
    assert store.get("acme", first.id, 1).made.title == "one"
    listed = store.list("acme").items
    assert [(one.id, one.version, one.title) for one in listed] == [
        (first.id, 2, "two"),
        (other.id, 1, "other"),
    ]


def test_a_version_that_is_not_the_next_is_refused(database: Database) -> None:
    """Whoever built on an older version has to look again."""
    store = SetStore(database)
    first = store.add(ANA, made("one"))
    store.add_version(ANA, first.id, made("two"), after=1)
    with pytest.raises(ConflictError, match="at version 2"):
        store.add_version(BEN, first.id, made("three"), after=1)


def test_a_set_of_another_tenant_is_not_there(database: Database) -> None:
    """Nothing is read, changed or deleted across tenants."""
    store = SetStore(database)
    first = store.add(ANA, made("one"))
    for work in (store.get, store.delete):
        with pytest.raises(NotFoundError):
            work("other", first.id)
    assert store.list("other").items == ()


def test_what_somebody_made_goes_with_them_and_the_rest_stays(database: Database) -> None:
    """After one author is erased, the version of the other is the newest."""
    store = SetStore(database)
    first = store.add(ANA, made("one"))
    store.add_version(BEN, first.id, made("two"), after=1)
    assert Holdings(database).erase(BEN)["question_sets"] == 1
    assert store.get("acme", first.id).version == 1
    assert [one.title for one in store.list("acme").items] == ["one"]
