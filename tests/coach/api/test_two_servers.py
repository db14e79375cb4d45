"""Two server processes on one state: SQLite alone, and PostgreSQL with Redis; one of them is killed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

import httpx
import pytest
import redis

from coach.guard.keys import KeyStore
from coach.guard.principal import UNLIMITED, Limits
from coach.store.database import Database
from coach.store.owner import Owner
from tests.coach.api.conftest import ASKED
from tests.coach.api.test_process import Served, serve
from tests.conftest import Ingested
from tests.support.databases import empty_tables

THREADS = 8
OWNER = Owner("acme", "ann")


class Pair(NamedTuple):
    """Two servers that share their state."""

    one: Served
    two: Served
    database: Database

    def key(self, limits: Limits = UNLIMITED) -> dict[str, str]:
        """Return the headers of a new key of the same person."""
        made = KeyStore(self.database).create(OWNER, ("ask",), limits=limits)
        return {"authorization": f"Bearer {made.secret}"}

    def turn_about(self, number: int) -> str:
        """Return the address of one server and the other."""
        return (self.one, self.two)[number % 2].url


@pytest.fixture(params=["sqlite", "postgresql and redis"])
def pair(request: pytest.FixtureRequest, ingested: Ingested) -> Iterator[Pair]:
    """Two servers with empty state, on either pair of parts in turn."""
    if request.param == "sqlite":
        database, redis_url = request.getfixturevalue("sqlite_database"), ""
    else:
        redis_url = request.getfixturevalue("redis_url")
        redis.Redis.from_url(redis_url).flushall()
        database = request.getfixturevalue("postgres_with_tables")
        empty_tables(database)
    url = database.engine.url.render_as_string(hide_password=False)
    settings = {"database_url": url, "redis_url": redis_url}
    with ExitStack() as running, ThreadPoolExecutor(2) as starting:
        started = [serve(ingested.program, **settings) for _ in range(2)]
        one, two = starting.map(running.enter_context, started)
        yield Pair(one, two, database)


def post(url: str, path: str, body: dict[str, object], headers: dict[str, str]) -> httpx.Response:
    """Return the reply to one request on a connection of its own."""
    return httpx.post(f"{url}{path}", json=body, headers=headers, timeout=60)


def test_two_servers_agree_under_load(pair: Pair) -> None:
    """No quota is overdrawn, no request has two effects, and no turn of a conversation is lost."""
    limited, free = pair.key(Limits(requests_per_month=10)), pair.key()

    def search(number: int) -> int:
        return post(pair.turn_about(number), "/v1/search", {"query": "release"}, limited).status_code

    def once(number: int) -> httpx.Response:
        headers = {**free, "idempotency-key": f"key-{number // 4}"}
        return post(pair.turn_about(number), "/v1/answers", {"question": ASKED}, headers)

    conversation = post(pair.one.url, "/v1/conversations", {}, free).json()["id"]

    def say(number: int) -> str:
        body: dict[str, object] = {"question": ASKED, "conversation": conversation}
        reply = post(pair.turn_about(number), "/v1/answers", body, free)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["id"])

    with ThreadPoolExecutor(THREADS) as pool:
        admitted = list(pool.map(search, range(24)))
        replies = list(pool.map(once, range(16)))
        said = list(pool.map(say, range(8)))
    assert sorted(admitted) == [200] * 10 + [429] * 14
    for group in range(4):
        same = replies[4 * group : 4 * group + 4]
        assert {reply.status_code for reply in same} <= {200, 409}
        assert len({reply.content for reply in same if reply.status_code == 200}) == 1
    kept = httpx.get(f"{pair.two.url}/v1/conversations/{conversation}", headers=free).json()
    assert sorted(turn["answer_id"] for turn in kept["turns"][1::2]) == sorted(said)


def test_a_killed_server_loses_nothing_that_it_acknowledged(pair: Pair) -> None:
    """The other one gives every answer, every stored reply and every turn, and goes on with its work."""
    key = pair.key()
    conversation = post(pair.one.url, "/v1/conversations", {}, key).json()["id"]

    def say(number: int) -> httpx.Response | None:
        body: dict[str, object] = {"question": ASKED, "conversation": conversation}
        try:
            return post(pair.one.url, "/v1/answers", body, {**key, "idempotency-key": f"say-{number}"})
        except httpx.TransportError:  # the server was killed meanwhile
            return None
        finally:
            if number == THREADS:
                pair.one.process.kill()

    with ThreadPoolExecutor(THREADS) as pool:
        replies = list(pool.map(say, range(4 * THREADS)))
    acknowledged = {number: reply for number, reply in enumerate(replies) if reply and reply.is_success}
    assert THREADS in acknowledged
    assert len(acknowledged) < len(replies)
    with httpx.Client(base_url=pair.two.url, headers=key, timeout=60) as other:
        kept = other.get(f"/v1/conversations/{conversation}?limit=200").json()["turns"]
        told = {turn["answer_id"] for turn in kept}
        for number, reply in acknowledged.items():
            answer = reply.json()
            assert other.get(f"/v1/answers/{answer['id']}").json()["answer"] == answer
            assert answer["id"] in told
            body = {"question": ASKED, "conversation": conversation}
            again = other.post("/v1/answers", json=body, headers={"idempotency-key": f"say-{number}"})
            assert (again.content, again.headers["idempotency-replayed"]) == (reply.content, "true")
        assert other.post("/v1/answers", json=body).status_code == 200
