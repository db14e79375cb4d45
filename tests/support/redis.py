"""A real Redis for tests, from the system's package, started on a free loopback port."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.services import (
    START_TIMEOUT_S,
    ServerUnavailableError,
    as_user,
    free_port,
    own_folder,
    wait_until_ready,
)


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis and give its URL.

    Raises:
        ServerUnavailableError: It is not installed or does not start.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise ServerUnavailableError("redis-server is not installed (Debian: redis-server)")
    port = free_port()
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with own_folder() as folder:
        log = folder / "log"
        with log.open("ab") as written:
            process = subprocess.Popen(command, cwd=folder, stdout=written, stderr=written, **as_user())
        try:
            if not wait_until_ready(process, lambda: _answers(port)):
                raise ServerUnavailableError(log.read_text(errors="replace")[-500:])
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(START_TIMEOUT_S)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
