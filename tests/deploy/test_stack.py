"""The whole stack on loopback, started as whoever runs it starts it."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from coach.api.operate import KeyRequest
from coach.client import Client
from coach.errors import CoachError, QuotaExceededError
from coach.guard.principal import Limits
from deploy.programs import find_programs
from tests.support import qdrant_server
from tests.support.pages import write_pages
from tests.support.processes import arguments, environment, family, is_running
from tests.support.services import ServerUnavailableError, give_up

ROOT = Path(__file__).parents[2]
DEADLINE_S = 120
QUESTION = "What is a cache stampede, and how do you stop it?"


@dataclass(frozen=True)
class Running:
    """A stack: its folder, its process, and where its parts listen."""

    data: Path
    process: subprocess.Popen[str]
    addresses: dict[str, str]

    @property
    def apis(self) -> list[str]:
        """Every address under which the API answers."""
        return [address for name, address in self.addresses.items() if name in {"api-1", "api-2", "Caddy"}]

    def part(self, name: str) -> int:
        """Return the number of a part's process."""
        port = self.addresses[name].rpartition(":")[2]
        return next(one for one in family(self.process.pid) if port in arguments(one))


def start(qdrant: Path, data: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a stack that knows no settings but its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COACH_")}
    if weights := os.environ.get("COACH_WEIGHTS_DIR"):
        kept["COACH_WEIGHTS_DIR"] = weights
    options = ("--data", str(data), "--qdrant", str(qdrant), "--page-port", "0")
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.stack", *options, *arguments],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def qdrant() -> Path:
    """The server's program; the tests are skipped where a part of the stack is not installed."""
    try:
        program = qdrant_server.binary()
        find_programs(program)
    except (ServerUnavailableError, CoachError) as error:
        give_up("stack", error)
    return program


@pytest.fixture(scope="module")
def running(qdrant: Path) -> Iterator[Running]:
    """A stack with a small handbook in its index, for the tests of this file."""
    if "STACK_TESTS" not in os.environ:
        pytest.skip("starting the whole stack takes a minute; make test-stack does it")
    with tempfile.TemporaryDirectory(prefix="coach-stack-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's user has to reach its data
        pages, data = write_pages(Path(folder) / "pages"), Path(folder) / "data"
        with start(qdrant, data, "--port", "0", str(pages)) as process:
            addresses = read_addresses(process)
            parts = family(process.pid)
            yield Running(data, process, addresses)
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE_S) == 0
            assert not [*filter(is_running, parts)]


def read_addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    """Return where the parts listen, as the stack prints it once all of them can be used."""
    assert process.stdout
    assert process.stderr
    found: dict[str, str] = {}
    for line in process.stdout:
        name, _, address = line.strip().partition(" ")
        if "://" in address:
            found[name] = address.strip()
        if line.startswith("Ctrl-C"):
            return found
    pytest.fail(process.stderr.read())


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    give_up_at = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


def is_ready(address: str) -> bool:
    """Return whether a process of the API takes requests."""
    try:
        return httpx.get(f"{address}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def test_a_conversation_goes_on_with_the_other_process(running: Running) -> None:
    """What was said to one process of the API is known to the other, and through whatever stands in front."""
    first, second = running.addresses["api-1"], running.addresses["api-2"]
    with Client(first) as one, Client(second) as other:
        begun = one.create_conversation("Caches")
        asked = one.ask(QUESTION, conversation=begun.id)
        followed = other.ask("and how do you choose its lifetime?", conversation=begun.id)
        assert asked.status == followed.status == "answered"
        for address in running.apis:
            with Client(address) as any_of_them:
                said = any_of_them.conversation(begun.id).turns
            assert [turn.answer_id for turn in said if turn.answer_id] == [asked.id, followed.id]


def test_a_limit_holds_for_all_processes_together(running: Running) -> None:
    """Redis counts for both: a key that may ask five times may not ask five times each."""
    with Client(running.apis[0]) as operator:
        wanted = KeyRequest(tenant="acme", limits=Limits(requests_per_month=5))
        secret = operator.operate.create_key(wanted).secret
    admitted = 0
    for number in range(8):
        address = running.addresses[f"api-{number % 2 + 1}"]
        with Client(address, api_key=secret, attempts=1) as client:
            try:
                client.search("cache")
            except QuotaExceededError:
                continue
            admitted += 1
    assert admitted == 5


def test_the_page_is_served(running: Running) -> None:
    """The page is up and knows where the API is."""
    assert httpx.get(running.addresses["page"], timeout=30).status_code == 200
    api = environment(running.part("page"))["COACH_API_URL"]
    assert api == running.addresses.get("Caddy", running.addresses["api-1"])


def test_passwords_are_nobody_elses(running: Running) -> None:
    """They stand in a file that only its owner reads, and in no process's arguments."""
    file = running.data / "passwords.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    words = [part.split('"')[0] for part in file.read_text(encoding="utf-8").split('":"')[1:]]
    assert len(words) == 3
    for one in family(running.process.pid):
        assert not [word for word in words if word in " ".join(arguments(one))]


def test_the_other_process_answers_while_one_is_down(running: Running) -> None:
    """A process of the API that is killed takes nobody along, and is started again."""
    address = running.addresses["api-2"]
    killed = running.part("api-2")
    os.kill(killed, signal.SIGKILL)
    rest = [one for one in running.apis if one != address]
    for front in rest:
        with Client(front) as client:
            assert client.ask(QUESTION).status == "answered"
    eventually(lambda: not is_running(killed) and is_ready(address))
    with Client(address) as client:
        assert client.ask(QUESTION).status == "answered"


def test_a_port_that_is_taken_is_one_line(qdrant: Path, tmp_path: Path) -> None:
    """Nothing is started, and the line says which port it is and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start(qdrant, tmp_path / "data", "--port", str(port)) as process:
            out, err = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert f"127.0.0.1:{port}" in err
    assert "--port" in err


def test_a_program_that_is_missing_is_one_line(tmp_path: Path) -> None:
    """The line names what is not there."""
    with start(tmp_path / "nothing", tmp_path / "data", "--port", "0") as process:
        out, err = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out, len(err.splitlines())) == (2, "", 1)
