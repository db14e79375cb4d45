"""Other processes: played by a module of ours, and what Linux tells of them, by /proc."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PROC = Path("/proc")
_PSS = re.compile(rb"^Pss:\s+(\d+) kB$", re.MULTILINE)
_ENDED = frozenset("ZX")


@contextmanager
def playing(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a module of tests/support as a process of its own; kill it at the end."""
    command = [sys.executable, "-m", f"tests.support.{module}", *arguments]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def is_running(pid: int) -> bool:
    """Return whether a process is there that has not ended."""
    try:
        return _stat(pid)[0] not in _ENDED
    except OSError:
        return False


def family(pid: int | None) -> list[int]:
    """Return a process and all that descend from it, parents first; none if it does not run."""
    if pid is None or not is_running(pid):
        return []
    parents: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        with suppress(ValueError, OSError):  # no process, or one that has just gone
            parents.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:  # grows as it goes
        found += parents.get(one, [])
    return found


def arguments(pid: int) -> list[str]:
    """Return the command line of a process."""
    return (_PROC / str(pid) / "cmdline").read_bytes().decode().split("\0")[:-1]


def environment(pid: int) -> dict[str, str]:
    """Return the variables that a process was started with."""
    pairs = (_PROC / str(pid) / "environ").read_bytes().decode().split("\0")[:-1]
    return dict(pair.split("=", 1) for pair in pairs)


def memory_mb(pid: int) -> float:
    """Return what a process takes, pages that it shares counted by its share; 0 if it has gone."""
    try:
        found = _PSS.search((_PROC / str(pid) / "smaps_rollup").read_bytes())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def send(number: signal.Signals, pids: Iterable[int]) -> None:
    """Send a signal to all of these that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _stat(pid: int) -> list[str]:
    """Return the fields behind the name, which may hold blanks: state, parent, ..."""
    return (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
