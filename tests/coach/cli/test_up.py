"""`coach up` as its terminal ends it; tests/browser starts and uses it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coach.cli.up import interrupted_by_signals
from tests.support.program import Program, finish

WAIT_S = 60


def halves(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def lives(number: int) -> bool:
    """Return whether there is a process of this number that has not ended."""
    try:
        return "State:\tZ" not in Path(f"/proc/{number}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False


@contextmanager
def hang_up(handler: signal.Handlers) -> Iterator[None]:
    """Let a terminal that is closed do this meanwhile."""
    before = signal.signal(signal.SIGHUP, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_terminal_that_is_closed_stops_both(tmp_path: Path) -> None:
    """No half goes on by itself, with its port, when nobody can stop it any more."""
    program = Program(tmp_path / "data", tmp_path)
    process = program.start("up", "--port", "0", "--page-port", "0", stderr=subprocess.DEVNULL)
    give_up_at = time.monotonic() + WAIT_S
    while len(started := halves(process)) < 2:
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    process.send_signal(signal.SIGHUP)
    finish(process)
    left = [one for one in started if lives(one)]
    for one in left:
        os.kill(one, signal.SIGKILL)
    assert not left


def test_what_is_started_with_nohup_outlives_its_terminal() -> None:
    """Whoever had the closing of terminals ignored wants the program to go on."""
    with hang_up(signal.SIG_IGN), interrupted_by_signals():
        os.kill(os.getpid(), signal.SIGHUP)
    with hang_up(signal.SIG_DFL), pytest.raises(KeyboardInterrupt), interrupted_by_signals():
        os.kill(os.getpid(), signal.SIGHUP)
