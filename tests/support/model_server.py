"""A real OpenAI-compatible server with a real small model, in a process of its own on loopback.

It is llama.cpp's server. One thread that never spins: on busy cores more threads only wait for each other.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.model_weights import ModelUnavailableHereError, weights

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 30
CONTEXT_TOKENS = 8192
MODEL = "openai/qwen2.5-coder-0.5b-instruct"
"""What `COACH_MODEL` names it; the server itself answers to any name."""


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A server under way.

    Attributes:
        url: What `COACH_MODEL_API_BASE` names.
    """

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it at once, in the middle of whatever it writes."""
        self.process.kill()
        self.process.wait(STOP_TIMEOUT_S)


@contextmanager
def model_server(*, slots: int = 1, context_tokens: int = CONTEXT_TOKENS) -> Iterator[ModelServer]:
    """Run a server until the block ends; several slots answer as many requests at once, each more slowly.

    Raises:
        ModelUnavailableHereError: The weights cannot be had, or the server does not start.
    """
    command = [sys.executable, __file__, str(weights()), str(slots), str(slots * context_tokens)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    try:
        yield ModelServer(_address(process), process)
    finally:
        process.kill()
        process.communicate(timeout=STOP_TIMEOUT_S)


def give_up(reason: str, environment: Mapping[str, str] = os.environ) -> NoReturn:
    """Skip the test for this reason; fail it where CI=true, since there the model must be had."""
    if environment.get("CI") == "true":
        pytest.fail(f"no model: {reason}")
    pytest.skip(f"no model: {reason}")


def _address(process: subprocess.Popen[bytes]) -> str:
    """Return the address that the server tells once it answers."""
    assert process.stdout
    if not select.select([process.stdout], [], [], START_TIMEOUT_S)[0]:
        raise ModelUnavailableHereError(f"the server did not start within {START_TIMEOUT_S} s")
    line = process.stdout.readline()
    if not line:
        raise ModelUnavailableHereError(f"the server ended with code {process.wait(STOP_TIMEOUT_S)}")
    return f"{json.loads(line)['address']}/v1"


def _serve(gguf: str, slots: int, context_tokens: int) -> None:
    """Serve until the parent goes away: what it holds of our standard input closes then."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = gguf
    params.n_ctx, params.n_parallel = context_tokens, slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cpuparams.poll = 0
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.ui, params.offline = False, True
    told = os.dup(1)  # llama.cpp writes to standard output as well
    os.dup2(2, 1)
    server = xllamacpp.Server(params)
    os.write(told, json.dumps({"address": server.listening_address}).encode() + b"\n")
    sys.stdin.read()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
