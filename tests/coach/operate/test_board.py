"""The switchboard on SQLite and PostgreSQL: set, cleared, run out, agreed upon, audited."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from coach.errors import NotFoundError, UsageError
from coach.operate.board import Switchboard, Wanted
from coach.operate.mitigation import NO_MITIGATION, Mitigation
from coach.store.audit import SERVICE, AuditLog
from coach.store.database import Database

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clocks:
    """The time of day and a stopwatch that a test moves."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def now(self) -> datetime:
        """Return the time of day."""
        return NOON + self.passed

    def seconds(self) -> float:
        """Return the stopwatch."""
        return self.passed.total_seconds()

    def advance(self, **span: float) -> None:
        """Let time pass."""
        self.passed += timedelta(**span)


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def open_board(database: Database, clocks: Clocks) -> Callable[[], Switchboard]:
    """Makes a board of another process on the same database."""
    return lambda: Switchboard(database, clock=clocks.now, clock_s=clocks.seconds)


@pytest.fixture
def board(open_board: Callable[[], Switchboard]) -> Switchboard:
    return open_board()


def wanted(name: str = "passages", value: str = "3", **more: object) -> Wanted:
    return Wanted.model_validate({"name": name, "value": value, "reason": "slow provider"} | more)


def test_nothing_is_switched_at_first(board: Switchboard) -> None:
    """A new service has no mitigation, no switch and no tenant that is off."""
    assert board.mitigation() == NO_MITIGATION
    assert board.list() == ()
    assert not board.is_off("acme")


def test_a_switch_holds_until_it_is_cleared(board: Switchboard) -> None:
    """It is told with who set it and why, and clearing it says what it was."""
    made = board.set(wanted(), actor="k1")
    assert board.mitigation() == Mitigation(passages=3)
    assert board.list() == (made,)
    assert (made.set_by, made.reason, made.ends_at) == ("k1", "slow provider", None)
    assert board.clear("passages", actor="k2", reason="over") == made
    assert board.mitigation() == NO_MITIGATION


def test_setting_again_replaces(board: Switchboard) -> None:
    """There is one value a switch."""
    board.set(wanted(), actor="k1")
    board.set(wanted(value="2"), actor="k2")
    assert [(one.value, one.set_by) for one in board.list()] == [("2", "k2")]


def test_a_switch_with_an_end_is_not_forgotten(board: Switchboard, clocks: Clocks) -> None:
    """When its time is over it holds no more, is not listed, and cannot be cleared."""
    board.set(wanted(minutes=30), actor="k1")
    clocks.advance(minutes=29, seconds=59)
    assert board.mitigation() == Mitigation(passages=3)
    clocks.advance(seconds=1)
    assert board.mitigation() == NO_MITIGATION
    assert board.list() == ()
    with pytest.raises(NotFoundError):
        board.clear("passages", actor="k1", reason="over")


def test_a_process_follows_another_within_a_second(
    board: Switchboard, open_board: Callable[[], Switchboard], clocks: Clocks
) -> None:
    """What one process sets is seen by the other after a second at the latest, and not looked up before."""
    other = open_board()
    assert other.mitigation() == NO_MITIGATION
    board.set(wanted(), actor="k1")
    clocks.advance(seconds=0.9)
    assert other.mitigation() == NO_MITIGATION
    clocks.advance(seconds=0.1)
    assert other.mitigation() == Mitigation(passages=3)


def test_a_tenant_is_switched_off_alone(board: Switchboard) -> None:
    """Others go on, and the stack is not touched."""
    board.set(wanted("tenant", "off", tenant="acme"), actor="k1")
    board.set(wanted("tenant", "off", tenant="zeta"), actor="k1")
    assert (board.is_off("acme"), board.is_off("other")) == (True, False)
    assert board.mitigation() == NO_MITIGATION
    board.clear("tenant", tenant="acme", actor="k1", reason="over")
    assert (board.is_off("acme"), board.is_off("zeta")) == (False, True)


@pytest.mark.parametrize(
    "refused",
    [
        {"value": "0"},
        {"tenant": "acme"},
        {"name": "tenant", "value": "off"},
        {"name": "tenant", "value": "off", "tenant": "*"},
    ],
)
def test_what_cannot_work_is_refused_and_leaves_no_trace(
    board: Switchboard, database: Database, refused: dict[str, object]
) -> None:
    """A wrong value, a tenant too many or too few, a reason that cannot be kept: nothing is set or noted."""
    with pytest.raises(UsageError):
        board.set(wanted(**refused), actor="k1")  # type: ignore[arg-type]
    assert board.list() == ()
    assert AuditLog(database).verify(SERVICE).entries == 0


def test_each_change_is_in_the_audit_log(board: Switchboard, database: Database, clocks: Clocks) -> None:
    """Who, when, from what, to what, why and until when; a value that ran out is no value any more."""
    board.set(wanted(), actor="k1")
    board.set(wanted(value="2", minutes=5), actor="k2")
    clocks.advance(minutes=5)
    board.set(wanted(value="1"), actor="k3")
    board.clear("passages", actor="k4", reason="over")
    log = AuditLog(database)
    entries = log.about(SERVICE, "switch:passages")
    told = [(one.actor, one.action, one.details["from"], one.details["to"]) for one in entries]
    assert told == [
        ("k1", "switch.set", None, "3"),
        ("k2", "switch.set", "3", "2"),
        ("k3", "switch.set", None, "1"),
        ("k4", "switch.cleared", "1", None),
    ]
    assert [one.details["reason"] for one in entries] == ["slow provider"] * 3 + ["over"]
    assert entries[1].at == NOON
    assert entries[1].details["ends_at"] == (NOON + timedelta(minutes=5)).isoformat()
    assert log.verify(SERVICE).holds


def test_many_at_once_leave_one_value_and_every_entry(
    open_board: Callable[[], Switchboard], database: Database
) -> None:
    """Processes that set the same switch at the same moment all succeed; the last one stands."""
    boards = [open_board() for _ in range(4)]

    def set_it(number: int) -> None:
        boards[number % 4].set(wanted(value=str(number + 1)), actor=f"k{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(set_it, range(12)))
    log = AuditLog(database)
    assert log.verify(SERVICE).entries == 12
    (last,) = log.latest(SERVICE, limit=1)
    assert [one.value for one in boards[0].list()] == [last.details["to"]]


def test_what_was_known_holds_while_the_database_is_gone(board: Switchboard, clocks: Clocks) -> None:
    """A mitigation must not end because something else fails; when the database is back it is read again."""
    board.set(wanted(), actor="k1")
    known, board._database = board._database, Database("postgresql://127.0.0.1:1/none", timeout_s=1)
    clocks.advance(seconds=5)
    assert board.mitigation() == Mitigation(passages=3)
    assert not board.is_stale
    board._database.close()
    board._database = known
    board.clear("passages", actor="k1", reason="over")
    assert board.mitigation() == NO_MITIGATION
