from datetime import UTC, datetime, timedelta

import pytest

from coach.errors import UsageError
from coach.store.database import Database
from coach.store.idempotency import Conflict, Fresh, IdempotencyStore, InProgress, Stored
from coach.store.owner import Owner

ANA = Owner("acme", "ana")
ROUTE = "POST /v1/answers"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> IdempotencyStore:
    return IdempotencyStore(database, clock=clock)


def claim(store: IdempotencyStore, key: str = "k1", *, owner: Owner = ANA, body: str = "b1") -> Fresh:
    """Return the claim on a key that must be free."""
    begun = store.begin(owner, ROUTE, key, body)
    assert isinstance(begun, Fresh)
    return begun


def test_a_finished_request_gives_its_reply_again(store: IdempotencyStore) -> None:
    """Same key and body: the stored status, headers and bytes, however often."""
    assert store.finish(claim(store), 201, {"location": "/v1/answers/a1"}, b'{"id":"a1\xff\0"}')
    for _ in range(2):
        again = store.begin(ANA, ROUTE, "k1", "b1")
        assert again == Stored(201, {"location": "/v1/answers/a1"}, b'{"id":"a1\xff\0"}')


def test_another_body_conflicts(store: IdempotencyStore) -> None:
    """The same key with another body is a conflict, while the first runs and afterwards."""
    begun = claim(store)
    assert store.begin(ANA, ROUTE, "k1", "b2") == Conflict()
    store.finish(begun, 200, {}, b"")
    assert store.begin(ANA, ROUTE, "k1", "b2") == Conflict()


@pytest.mark.parametrize("other", [Owner("acme", "ben"), Owner("other", "ana"), Owner("acme")])
def test_keys_of_others_are_free(store: IdempotencyStore, other: Owner) -> None:
    """Neither a colleague nor another tenant ever meets this person's replies or claims."""
    store.finish(claim(store), 200, {}, b"secret")
    claim(store, owner=other)


def test_the_same_key_on_another_route_is_another_key(store: IdempotencyStore) -> None:
    """Keys are compared within a route."""
    claim(store)
    assert isinstance(store.begin(ANA, "POST /v1/feedback", "k1", "b1"), Fresh)


def test_a_running_request_is_in_progress(store: IdempotencyStore, clock: Clock) -> None:
    """While the first runs, the second is told how long the claim still holds."""
    claim(store)
    clock.pass_(seconds=50)
    assert store.begin(ANA, ROUTE, "k1", "b1") == InProgress(70.0)


def test_a_dead_request_is_taken_over(store: IdempotencyStore, clock: Clock) -> None:
    """After its claim ran out the next one does the work, and the first can no longer finish."""
    first = claim(store)
    clock.pass_(seconds=121)
    second = claim(store)
    assert second.taken_over
    assert not store.finish(first, 200, {}, b"first")
    assert not store.renew(first)
    assert store.finish(second, 200, {}, b"second")
    assert store.begin(ANA, ROUTE, "k1", "b1") == Stored(200, {}, b"second")


def test_a_late_finish_counts_if_nobody_took_over(store: IdempotencyStore, clock: Clock) -> None:
    """A claim that ran out is still the caller's until somebody takes it."""
    begun = claim(store)
    clock.pass_(seconds=500)
    assert store.finish(begun, 200, {}, b"late")


def test_a_renewed_claim_holds(store: IdempotencyStore, clock: Clock) -> None:
    """Long work keeps its claim by renewing it."""
    begun = claim(store)
    for _ in range(3):
        clock.pass_(seconds=100)
        assert store.renew(begun)
    assert isinstance(store.begin(ANA, ROUTE, "k1", "b1"), InProgress)


def test_an_abandoned_request_begins_anew(store: IdempotencyStore) -> None:
    """Where nothing was done, the key is free for any body; what is finished cannot be abandoned."""
    store.abandon(claim(store))
    begun = claim(store, body="b2")
    store.finish(begun, 200, {}, b"done")
    store.abandon(begun)
    assert store.begin(ANA, ROUTE, "k1", "b2") == Stored(200, {}, b"done")


def test_a_reply_is_kept_for_a_day(store: IdempotencyStore, clock: Clock) -> None:
    """Then the key is free again, also before anything was purged."""
    store.finish(claim(store), 200, {}, b"")
    clock.pass_(hours=23)
    assert isinstance(store.begin(ANA, ROUTE, "k1", "b1"), Stored)
    clock.pass_(hours=1)
    assert not claim(store, body="b2").taken_over


def test_purging_deletes_what_is_no_longer_kept(store: IdempotencyStore, clock: Clock) -> None:
    """Old replies and dead claims go; what is kept or runs stays."""
    store.finish(claim(store, "old"), 200, {}, b"")
    claim(store, "dead")
    clock.pass_(hours=24)
    claim(store, "running")
    assert store.purge() == 2
    assert store.purge() == 0
    assert isinstance(store.begin(ANA, ROUTE, "running", "b1"), InProgress)


@pytest.mark.parametrize("key", ["", "k" * 256, "a\0b", "\ud800"])
def test_an_impossible_key_is_refused(store: IdempotencyStore, key: str) -> None:
    """Keys have 1 to 255 characters that every engine can hold."""
    with pytest.raises(UsageError):
        store.begin(ANA, ROUTE, key, "b1")
