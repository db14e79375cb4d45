"""What tests need of any server: an unprivileged user to run it as, a port, and when to skip."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseServer
from typing import NoReturn

import pytest

from deploy.process import Rights, rights_of

START_TIMEOUT_S = 30
USER = "nobody"


class ServerUnavailableError(Exception):
    """The server cannot be had here; the message says why."""


def give_up(server: str, reason: object, environment: Mapping[str, str] = os.environ) -> NoReturn:
    """Skip the test for this reason; fail it where CI=true, since there the server must be had."""
    if environment.get("CI") == "true":
        pytest.fail(f"no {server}: {reason}")
    pytest.skip(f"no {server}: {reason}")


@contextmanager
def needed(server: str) -> Iterator[None]:
    """Give up the test if the server that is started within the block cannot be had."""
    try:
        yield
    except ServerUnavailableError as error:
        give_up(server, error)


def as_user() -> Rights:
    """Return the arguments that start a process without root's rights; none if there are none to drop."""
    return rights_of(USER if os.geteuid() == 0 else "")


@contextmanager
def own_folder() -> Iterator[Path]:
    """Give a new folder that the unprivileged user owns; pytest's folders are closed to it."""
    with tempfile.TemporaryDirectory(prefix="coach-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        yield Path(folder)


def free_port() -> int:
    """Return a loopback port that nobody uses at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """Let a server take requests in a thread of its own until the block ends, and close it then."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait_until_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> bool:
    """Return whether the server became ready before it ended or the time ran out."""
    end = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.02)
    return False
