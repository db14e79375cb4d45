"""What tests run in other processes on one database; arguments: role, its URL, Redis URL or "", a name."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import ExitStack

from coach.errors import ConflictError, QuotaExceededError
from coach.guard.principal import Limits, Principal
from coach.guard.quotas import Backend, Quotas
from coach.guard.quotas_redis import RedisBackend
from coach.guard.quotas_sql import SqlBackend
from coach.store.audit import AuditLog
from coach.store.conversations import ConversationStore, Turn
from coach.store.database import Database
from coach.store.idempotency import Fresh, IdempotencyStore, InProgress, Stored
from coach.store.owner import Owner

OWNER = Owner("acme", "ana")
WHO = Principal(
    tenant="acme",
    person="ana",
    key_id="k1",
    scopes=frozenset({"ask"}),
    limits=Limits(requests_per_month=25, tokens_per_month=1_000_000, concurrent_requests=100),
)
ATTEMPTS, KEYS, CHANGES = 20, 12, 15
ROUTE = "POST /v1/answers"


def say(line: str) -> None:
    """Tell the test that waits for this process."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def backend(database: Database, redis_url: str) -> Backend:
    """Return where quotas are counted."""
    return RedisBackend(redis_url) if redis_url else SqlBackend(database)


def take(quotas: Quotas) -> int:
    """Return how many of the attempts were admitted; each of those takes ten tokens."""
    admitted = 0
    for _ in range(ATTEMPTS):
        try:
            lease = quotas.admit(WHO).lease
        except QuotaExceededError:
            continue
        quotas.settle(lease, tokens=10, usd=0)
        admitted += 1
    return admitted


def answer_once(store: IdempotencyStore, key: str, name: str) -> tuple[str, bool]:
    """Return the reply to a request, and whether it was this process that did the work."""
    while True:
        begun = store.begin(OWNER, ROUTE, key, "b1")
        match begun:
            case Fresh():
                assert store.finish(begun, 200, {}, name.encode())
                return name, True
            case Stored():
                return begun.body.decode(), False
            case InProgress():
                time.sleep(0.001)
            case _:
                raise AssertionError(begun)


def count_up(store: ConversationStore, conversation_id: str, name: str) -> None:
    """Add one to a number in the state, again where somebody else was quicker."""
    while True:
        found = store.get(OWNER, conversation_id)
        assert found
        number = found.state["number"]
        assert isinstance(number, int)
        try:
            store.append(
                OWNER,
                conversation_id,
                [Turn(role="user", text=name)],
                state={"number": number + 1},
                version=found.version,
            )
        except ConflictError:
            continue
        return


def work(database: Database, redis_url: str, name: str) -> None:
    """Do some of everything beside another process that does the same; print what came of it."""
    conversations = ConversationStore(database)
    [shared] = conversations.list(OWNER).items
    say("ready")
    sys.stdin.readline()
    admitted = take(Quotas(backend(database, redis_url)))
    replies = [answer_once(IdempotencyStore(database), f"k{number}", name) for number in range(KEYS)]
    for _ in range(CHANGES):
        count_up(conversations, shared.id, name)
        AuditLog(database).append("acme", actor=name, action="count", subject=shared.id)
    say(json.dumps({"admitted": admitted, "replies": replies}))


def write_without_end(database: Database, redis_url: str, name: str) -> None:
    """Hold a lease and a claim, then write turns until killed, saying each number once it is stored."""
    quotas = Quotas(backend(database, redis_url))
    quotas.admit(WHO)
    assert isinstance(IdempotencyStore(database).begin(OWNER, ROUTE, "k1", "b1"), Fresh)
    conversations = ConversationStore(database)
    made = conversations.create(OWNER)
    say(made.id)
    for number in range(1_000_000):
        conversations.append(OWNER, made.id, [Turn(role="user", text=f"{name} {number}")])
        os.write(sys.stdout.fileno(), f"{number}\n".encode())


if __name__ == "__main__":
    role, url, redis_url, name = sys.argv[1:]
    roles = {"work": work, "write": write_without_end}
    with ExitStack() as opened:
        roles[role](opened.enter_context(Database(url)), redis_url, name)
