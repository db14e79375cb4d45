"""`coach serve` as its users start it: a process, an address, an end; and every example against it."""

from __future__ import annotations

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from coach.guard.keys import KeyStore
from coach.store.database import Database
from coach.store.owner import Owner
from tests.coach.api.conftest import ASKED, COVERED
from tests.conftest import Ingested
from tests.support.program import Program

ROOT = Path(__file__).parents[3]
SERVING = re.compile(rb"coach: serving (http://\S+), Ctrl-C stops\n")
STOP_S = 60


@dataclass(frozen=True)
class Served:
    """A server process."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Return how it ended, and what it still said."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=STOP_S)
        return self.process.returncode, said.decode()


@contextmanager
def serve(program: Program, *arguments: str, **settings: object) -> Iterator[Served]:
    """Give a server process on a free port."""
    process = program.start("serve", "--port", "0", *arguments, **settings)
    try:
        assert process.stderr
        line = process.stderr.readline()
        match = SERVING.fullmatch(line)
        assert match, line + process.stderr.read()
        yield Served(match[1].decode().replace("0.0.0.0", "127.0.0.1"), process)  # noqa: S104
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def served(ingested: Ingested, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a database of its own."""
    database = tmp_path_factory.mktemp("served") / "coach.sqlite"
    with serve(ingested.program, database_url=f"sqlite:///{database}") as served:
        yield served


def run(served: Served, *command: str) -> str:
    """Return what an example prints."""
    environment = {**os.environ, "COACH_URL": served.url, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_curl_example_follows_a_citation(served: Served) -> None:
    """An answer, its permalink, the passage and the stream, with curl alone."""
    printed = run(served, "bash", "examples/curl.sh", ASKED)
    assert "previous image" in printed
    assert printed.rstrip().endswith("event: finished")


@pytest.mark.parametrize("example", ["python_sdk.py", "openai_sdk.py", "llama_index_llm.py", "mcp_client.py"])
def test_the_examples_in_python_print_the_answer(served: Served, example: str) -> None:
    """Each client of examples/ runs unchanged."""
    assert "Send the traffic back to the previous image first" in run(
        served, sys.executable, f"examples/{example}", ASKED
    )


def test_every_example_in_the_documentation_runs(served: Served) -> None:
    """The shell blocks of docs/api.md are one script, with an example of each endpoint; Python's runs too."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    run(served, "bash", "-euo", "pipefail", "-c", "\n".join(blocks))
    paths = httpx.get(f"{served.url}/v1/openapi.json").json()["paths"]
    undocumented = {
        path for path in paths if not re.search(re.sub(r"\{\w+\}", r"[^\\s`]+", path), "\n".join(blocks))
    }
    assert not undocumented
    assert "$COACH_URL/mcp" in page
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    printed = run(served, sys.executable, "-c", code.replace("http://127.0.0.1:8000", served.url))
    assert "How do you roll back a bad release for databases?\n" in printed


def test_a_request_survives_the_restart_of_the_server(ingested: Ingested, tmp_path: Path) -> None:
    """The stored reply is given by the next process, byte for byte; the permalink still leads to it."""
    database = {"database_url": f"sqlite:///{tmp_path}/coach.sqlite"}
    headers = {"idempotency-key": "restart"}
    with serve(ingested.program, **database) as served:
        first = httpx.post(f"{served.url}/v1/answers", json=COVERED, headers=headers)
        served.process.kill()
    with serve(ingested.program, **database) as served:
        again = httpx.post(f"{served.url}/v1/answers", json=COVERED, headers=headers)
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        assert httpx.get(f"{served.url}/v1/answers/{first.json()['id']}").json()["answer"] == first.json()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_cleanly(ingested: Ingested, tmp_path: Path, number: int) -> None:
    """It ends with 0 and without a word."""
    with serve(ingested.program, database_url=f"sqlite:///{tmp_path}/coach.sqlite") as served:
        assert httpx.get(f"{served.url}/healthz").status_code == 200
        assert served.stop(number) == (0, "")


def test_models_are_loaded_before_the_server_is_ready(
    ingested: Ingested, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import of their library, which takes seconds, is not left to the first question."""
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")  # a line for each module that is imported
    settings = {"model": "openai/gpt-4.1-mini-2025-04-14", "model_api_base": "http://127.0.0.1:9/v1"}
    process = ingested.program.start(
        "serve", "--port", "0", database_url=f"sqlite:///{tmp_path}/coach.sqlite", **settings
    )
    try:
        assert process.stderr
        before = list(itertools.takewhile(lambda line: not SERVING.fullmatch(line), process.stderr))
    finally:
        process.kill()
        process.communicate()
    assert any(line.split(b"|")[-1].strip() == b"litellm" for line in before)


def test_a_port_in_use_is_said_in_one_line(ingested: Ingested) -> None:
    """With the way out."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        done = ingested.program.run("serve", "--port", str(taken.getsockname()[1]))
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "--port" in done.err


def test_no_index_is_said_before_anything_is_served(tmp_path: Path) -> None:
    """The error is that of every other command."""
    assert Program(tmp_path / "data", tmp_path).run("serve", "--port", "0").code == 4


def test_strangers_are_let_in_with_a_key_or_by_an_explicit_word(ingested: Ingested, tmp_path: Path) -> None:
    """On another address the server refuses to start without keys, unless it is told to."""
    database = {"database_url": f"sqlite:///{tmp_path}/coach.sqlite"}
    arguments = ("--host", "0.0.0.0")  # noqa: S104 - what is tested
    refused = ingested.program.run("serve", "--port", "0", *arguments, **database)
    assert refused.code == 2
    assert "coach keys create" in refused.err
    with serve(ingested.program, *arguments, "--without-keys", **database) as served:
        assert httpx.get(f"{served.url}/v1/stack").status_code == 200
        assert httpx.get(f"{served.url}/v1/stack", headers={"host": "evil.example"}).status_code == 421
    with Database(database["database_url"]) as opened:
        secret = KeyStore(opened).create(Owner("acme"), ["ask"]).secret
    with serve(ingested.program, *arguments, **database) as served:
        assert httpx.get(f"{served.url}/v1/stack").status_code == 401
        headers = {"authorization": f"Bearer {secret}"}
        assert (
            httpx.get(f"{served.url}/v1/stack", headers={**headers, "host": "x.example"}).status_code == 200
        )
