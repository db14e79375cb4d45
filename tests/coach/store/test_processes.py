"""Several processes on one database: SQLite alone, and PostgreSQL with Redis."""

import json
import subprocess
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import NamedTuple

import pytest
import redis

from coach.errors import QuotaExceededError
from coach.guard.quotas import Quotas
from coach.store.audit import AuditLog
from coach.store.base import utc_now
from coach.store.conversations import ConversationStore
from coach.store.database import Database
from coach.store.idempotency import Fresh, IdempotencyStore, InProgress
from tests.support.databases import empty_tables
from tests.support.processes import next_line, playing
from tests.support.state_processes import ATTEMPTS, CHANGES, KEYS, OWNER, ROUTE, WHO, backend

WAIT_S = 120


class State(NamedTuple):
    """Where several processes keep their state; without Redis the database counts quotas."""

    database: Database
    redis_url: str

    @property
    def url(self) -> str:
        return self.database.engine.url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql and redis"])
def state(request: pytest.FixtureRequest) -> State:
    """Empty state, on either pair of parts in turn."""
    if request.param == "sqlite":
        return State(request.getfixturevalue("sqlite_database"), "")
    url = request.getfixturevalue("redis_url")
    redis.Redis.from_url(url).flushall()
    shared = request.getfixturevalue("postgres_with_tables")
    empty_tables(shared)
    return State(shared, url)


def started(role: str, state: State, name: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """Give a process in its role, which is killed at the end if it still runs."""
    return playing("state_processes", role, state.url, state.redis_url, name)


def test_two_processes_agree(state: State) -> None:
    """Under load from both: no quota is overdrawn, no work is done twice, no change is lost."""
    conversations = ConversationStore(state.database)
    shared = conversations.create(OWNER, state={"number": 0})
    with started("work", state, "one") as one, started("work", state, "two") as two:
        assert [next_line(one), next_line(two)] == ["ready", "ready"]
        done = []
        for process in (one, two):
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in (one, two):
            out, _ = process.communicate(timeout=WAIT_S)
            assert process.returncode == 0
            done.append(json.loads(out))

    limit = WHO.limits.requests_per_month
    assert limit
    assert limit < 2 * ATTEMPTS
    assert sum(each["admitted"] for each in done) == limit
    standing = {window.name: window for window in Quotas(backend(*state)).standing(WHO)}
    assert standing["tokens_per_month"].limit - standing["tokens_per_month"].remaining == 10 * limit

    for first, second in zip(*(each["replies"] for each in done), strict=True):
        assert first[0] == second[0]
        assert first[1] != second[1]
    assert len(done[0]["replies"]) == KEYS

    after = conversations.get(OWNER, shared.id)
    assert after
    assert after.state == {"number": 2 * CHANGES}
    assert (after.version, after.turns) == (2 * CHANGES, 2 * CHANGES)
    audit = AuditLog(state.database).verify("acme")
    assert (audit.holds, audit.entries) == (True, 2 * CHANGES)


def test_a_killed_process_loses_nothing_that_it_acknowledged(state: State) -> None:
    """Every turn it reported is there; its claim and its lease run out, and others go on."""
    with started("write", state, "victim") as process:
        conversation_id = next_line(process)
        acknowledged = [int(next_line(process)) for _ in range(20)]
        process.kill()
        assert process.stdout
        acknowledged += [int(number) for number in process.stdout.read().split()]
    conversations = ConversationStore(state.database)
    turns = conversations.last_turns(OWNER, conversation_id, 1_000_000)
    assert [turn.text for turn in turns[: len(acknowledged)]] == [f"victim {one}" for one in acknowledged]
    assert len(turns) - len(acknowledged) in {0, 1}
    found = conversations.get(OWNER, conversation_id)
    assert found
    assert found.turns == len(turns)

    now = IdempotencyStore(state.database)
    assert isinstance(now.begin(OWNER, ROUTE, "k1", "b1"), InProgress)
    later = IdempotencyStore(state.database, clock=lambda: utc_now() + timedelta(minutes=3))
    taken = later.begin(OWNER, ROUTE, "k1", "b1")
    assert isinstance(taken, Fresh)
    assert taken.taken_over

    alone = WHO.model_copy(update={"limits": WHO.limits.model_copy(update={"concurrent_requests": 1})})
    counted = backend(*state)
    with pytest.raises(QuotaExceededError, match="concurrent"):
        Quotas(counted).admit(alone)
    Quotas(counted, clock_s=lambda: utc_now().timestamp() + 130).admit(alone)
    counted.close()
