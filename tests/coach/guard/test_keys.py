import re

import pytest
from sqlalchemy import text

from coach.errors import NotFoundError, UsageError
from coach.guard.keys import KeyStore
from coach.guard.principal import LOCAL, SCOPES, Limits, Principal
from coach.store.database import Database
from coach.store.owner import Owner

ANA = Owner("acme", "ana")


class Clock:
    """Monotonic time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(database: Database, clock: Clock) -> KeyStore:
    return KeyStore(database, clock_s=clock)


def test_a_secret_opens_what_its_key_was_made_for(keys: KeyStore) -> None:
    """The holder has the tenant, person, scopes and limits that were given."""
    limits = Limits(requests_per_minute=60, usd_per_month=2.5)
    made = keys.create(ANA, ["ask", "practice", "ask"], limits=limits, note="laptop")
    principal = keys.verify(made.secret)
    assert principal == made.key.principal
    assert principal == Principal(
        tenant="acme",
        person="ana",
        key_id=made.key.principal.key_id,
        scopes=frozenset({"ask", "practice"}),
        limits=limits,
    )
    assert principal.owner == ANA


def test_a_limit_without_end_that_is_stored_is_none(keys: KeyStore) -> None:
    """A key that an earlier version made with such a limit opens the rest of what it was made for."""
    endless = Limits(requests_per_minute=60).model_copy(update={"usd_per_month": 1e300})
    made = keys.create(ANA, ["ask"], limits=endless)
    assert [key.principal.limits for key in keys.list()] == [Limits(requests_per_minute=60)]
    principal = keys.verify(made.secret)
    assert principal
    assert principal.limits == Limits(requests_per_minute=60)


def test_a_secret_is_nowhere_in_the_database(keys: KeyStore, database: Database) -> None:
    """Neither the secret nor its random part can be read again; no two keys share anything."""
    made = [keys.create(ANA, ["ask"]) for _ in range(3)]
    with database.reading() as session:
        stored = repr(session.execute(text("SELECT * FROM api_keys")).all())
    for one in made:
        assert re.fullmatch(r"ick_[0-9a-f]{12}_[0-9a-f]{64}", one.secret)
        assert one.secret[-64:] not in stored
        assert one.secret[-64:] not in repr(keys.list())
    assert len({one.secret for one in made}) == 3


def test_what_is_not_a_secret_opens_nothing(keys: KeyStore) -> None:
    """Wrong digits, cut, lengthened, another key's id, other digits, nothing."""
    made, other = keys.create(ANA, ["ask"]), keys.create(Owner("other"), ["admin"])
    good = made.secret
    flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
    mixed = other.secret[:17] + good[17:]
    unknown = f"ick_{'0' * 12}_{good[17:]}"
    guesses = (
        flipped,
        good[:-1],
        f"{good}0",
        mixed,
        unknown,
        good.upper(),
        f" {good}",
        f"{good}\n",
        "",
        "ick_",
    )
    assert [keys.verify(guess) for guess in guesses] == [None] * len(guesses)
    assert keys.verify("ick_" + "１" * 12 + "_" + "1" * 64) is None


def test_a_revoked_key_dies_here_at_once_and_elsewhere_within_seconds(
    database: Database, keys: KeyStore, clock: Clock
) -> None:
    """The process that revokes refuses at once; another one when its memory runs out, 3 s later."""
    elsewhere = KeyStore(database, clock_s=clock)
    made = keys.create(ANA, ["ask"])
    assert keys.verify(made.secret)
    assert elsewhere.verify(made.secret)
    revoked = keys.revoke(made.key.principal.key_id)
    assert keys.verify(made.secret) is None
    clock.now_s += 3
    assert elsewhere.verify(made.secret) is None
    assert keys.revoke(made.key.principal.key_id) == revoked


def test_a_good_key_is_remembered_for_a_moment(database: Database, keys: KeyStore, clock: Clock) -> None:
    """Within three seconds the database is not asked again, after that it is."""
    made = keys.create(ANA, ["ask"])
    assert keys.verify(made.secret)
    with database.session() as session:
        session.execute(text("DELETE FROM api_keys"))
    clock.now_s += 2.9
    assert keys.verify(made.secret)
    clock.now_s += 0.1
    assert keys.verify(made.secret) is None


def test_keys_are_listed_oldest_first(keys: KeyStore) -> None:
    """All of them or those of one tenant, with revoked ones marked."""
    first = keys.create(ANA, ["ask"], note="one")
    second = keys.create(Owner("other"), ["admin"])
    revoked = keys.revoke(first.key.principal.key_id)
    assert keys.list() == (revoked, second.key)
    assert keys.list("acme") == (revoked,)
    assert revoked.revoked_at


def test_revoking_no_key_is_not_found(keys: KeyStore) -> None:
    """The error says where to look."""
    for key_id in ("0" * 12, "", "a\0b", "k" * 65):
        with pytest.raises(NotFoundError):
            keys.revoke(key_id)


@pytest.mark.parametrize(
    "owner", [Owner(""), Owner("a b"), Owner("a" * 65), Owner("acme", "ana/ben"), Owner("ácme"), Owner("a\n")]
)
def test_names_are_plain(keys: KeyStore, owner: Owner) -> None:
    """Names that would need quoting in a log line are refused."""
    with pytest.raises(UsageError):
        keys.create(owner, ["ask"])


def test_a_key_opens_something(keys: KeyStore) -> None:
    """A key without scopes is refused."""
    with pytest.raises(UsageError, match="scope"):
        keys.create(ANA, [])


def test_an_administrator_may_do_everything() -> None:
    """Scopes are exact but for admin; the local user has all."""
    asker = LOCAL.model_copy(update={"scopes": frozenset({"ask"})})
    admin = LOCAL.model_copy(update={"scopes": frozenset({"admin"})})
    assert [asker.may(scope) for scope in SCOPES] == [True, False, False, False]
    assert all(admin.may(scope) and LOCAL.may(scope) for scope in SCOPES)
