"""`make bench-api`: what the API adds to the coach, how it bears many clients, whether its memory is flat.

Server and clients share the machine, so absolute figures are of that machine; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from coach.coach import Coach
from coach.log import configure
from coach.settings import Settings
from evals.golden import load_golden
from evals.memory import memory_of
from evals.side_by_side import ROUNDS, Ask, bare_search, time_in_turn

CLIENTS = (1, 8, 64)
PATHS = ("/healthz", "/v1/search", "/v1/answers")
WARM_UP = 50


class Server(NamedTuple):
    """A server process and where it listens."""

    host: str
    port: int
    pid: int


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--golden", type=Path, default=Path("evals/golden/handbook-dev.jsonl"))
    parser.add_argument("--collection", default=Settings().collection)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load")
    parser.add_argument("--requests", type=int, default=20_000, help="of the memory run")
    parser.add_argument("--questions", type=int, default=100, help="of the comparison")
    chosen = parser.parse_args()
    configure("warning")
    console = Console(width=110)
    settings = Settings(collection=chosen.collection)
    questions = [item.query for item in load_golden(chosen.golden) if item.answerable]
    with TemporaryDirectory(prefix="coach-bench-") as folder, running(settings, Path(folder)) as server:
        console.print(share_table(server, settings, questions[: chosen.questions]))
        console.print(asyncio.run(load_table(server, questions, chosen.seconds)))
        console.print(asyncio.run(memory_table(server, questions, chosen.requests)))


@contextmanager
def running(settings: Settings, folder: Path) -> Iterator[Server]:
    """Give a server process on a free port, with a database of its own in the folder."""
    coach = Path(sys.executable).with_name("coach")
    process = subprocess.Popen(
        [coach, "serve", "--port", "0", "--collection", settings.collection],
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "COACH_LOG_LEVEL": "warning",
            "COACH_DATABASE_URL": f"sqlite:///{folder.absolute()}/coach.sqlite",
        },
    )
    try:
        assert process.stderr is not None  # noqa: S101 - it is piped
        line = process.stderr.readline()
        if "http" not in line:
            raise SystemExit(line + process.stderr.read())
        address = urlsplit(line.split()[2].rstrip(","))
        yield Server(address.hostname or "", address.port or 0, process.pid)
    finally:
        process.terminate()
        process.wait()


class Sent(NamedTuple):
    """A request that was answered."""

    ms: float
    content: bytes

    @property
    def service_ms(self) -> float:
        """Of an answer, the time that the coach itself did not need: both were taken of the same request."""
        return self.ms - float(json.loads(self.content)["timing_ms"]["total"])


class Connection:
    """One client: a connection that is kept, and as little work beside it as can be."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._server.host, self._server.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def send(self, path: str, question: str) -> Sent:
        """Return the reply and how long it took. Raises RuntimeError if it is not 200."""
        body = b""
        if path != "/healthz":
            field = "query" if path == "/v1/search" else "question"
            body = json.dumps({field: question}).encode()
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        began = time.perf_counter()
        self._writer.write(head.encode() + body)
        reply = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", reply)
        content = await self._reader.readexactly(int(length[1]) if length else 0)
        if not reply.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path}: {reply[:80]!r} {content[:200]!r}")
        return Sent((time.perf_counter() - began) * 1000, content)


async def load_table(server: Server, questions: Sequence[str], seconds: float) -> Table:
    """Return rate and times of each path with ever more clients at once."""
    table = Table(
        "path", "clients", "requests/s", "p50 ms", "p95 ms", "p99 ms", title="Load", title_justify="left"
    )
    for path in PATHS:
        for clients in CLIENTS:
            began = time.perf_counter()
            until = began + seconds
            work = (
                _keep_asking(server, path, [*questions[start:], *questions[:start]], until)
                for start in range(clients)
            )
            times = [ms for one in await asyncio.gather(*work) for ms in one]
            spent_s = time.perf_counter() - began
            cuts = statistics.quantiles(times, n=100)
            shown = (statistics.median(times), cuts[94], cuts[98])
            table.add_row(path, str(clients), f"{len(times) / spent_s:.0f}", *(f"{one:.1f}" for one in shown))
    return table


async def _keep_asking(server: Server, path: str, questions: Sequence[str], until: float) -> list[float]:
    times = []
    async with Connection(server) as connection:
        for question in cycle(questions):
            times.append((await connection.send(path, question)).ms)
            if time.perf_counter() >= until:
                return times
    return times


def share_table(server: Server, settings: Settings, questions: Sequence[str]) -> Table:
    """Return what each path to an answer takes."""
    with Coach(settings) as coach, bare_search(settings) as bare, asyncio.Runner() as runner:
        service_ms: list[float] = []
        connection = runner.run(Connection(server).__aenter__())

        def over_http(path: str) -> Ask:
            return lambda question: runner.run(connection.send(path, question))

        def answered(question: str) -> None:
            service_ms.append(runner.run(connection.send("/v1/answers", question)).service_ms)

        paths: dict[str, Ask] = {
            "embedding + Qdrant alone": bare,
            "coach.search, in process": coach.search,
            "POST /v1/search": over_http("/v1/search"),
            "coach.ask, in process": coach.ask,
            "POST /v1/answers": answered,
            "GET /healthz": over_http("/healthz"),
        }
        spent_ms = time_in_turn(paths, questions)
        runner.run(connection.__aexit__())
    middle = {name: statistics.median(times) for name, times in spent_ms.items()}
    base = middle["embedding + Qdrant alone"]
    title = f"One client, {len(questions)} questions, {ROUNDS} rounds"
    table = Table("path", "median ms", "ratio", title=title, title_justify="left")
    for name, ms in middle.items():
        table.add_row(name, f"{ms:.2f}", f"{ms / base:.2f}")
    share = statistics.median(service_ms[len(questions) :])
    table.add_row("the service's own share of an answer", f"{share:.2f}", f"{share / base:.2f}")
    return table


async def memory_table(server: Server, questions: Sequence[str], requests: int) -> Table:
    """Return the server's memory along many requests, from when it is warm."""
    table = Table("requests", "resident MB", title="Memory, /v1/answers", title_justify="left")
    async with Connection(server) as connection:
        for question in islice(cycle(questions), WARM_UP):
            await connection.send("/v1/answers", question)
        step = max(requests // 10, 1)
        table.add_row("0", f"{memory_of(server.pid).resident_mb:.1f}")
        for number, question in enumerate(islice(cycle(questions), requests), start=1):
            await connection.send("/v1/answers", question)
            if number % step == 0:
                table.add_row(str(number), f"{memory_of(server.pid).resident_mb:.1f}")
    return table


if __name__ == "__main__":
    main()
