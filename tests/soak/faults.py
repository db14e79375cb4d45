"""What goes wrong during a soak: each fault lasts some seconds, then everything is put right again."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from coach.errors import CoachError
from deploy.probes import http_answers
from deploy.stack import Stack
from tests.support.processes import family, send

MIN_HOLD_S, MAX_HOLD_S = 4.0, 12.0
MIN_REST_S, MAX_REST_S = 15.0, 30.0
RECOVERY_S = 120.0
_CHUNK = bytes(1 << 20)


@dataclass(frozen=True)
class Fault:
    """A kind of failure: how it is made, and how it is mended."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]


@dataclass(frozen=True)
class Happened:
    """A fault as it was; times count from the beginning of the run.

    Attributes:
        recovered_s: From its mending until every process of the API was ready; None if that took too long.
        restarted: Parts that it brought down and that had to be started again.
    """

    name: str
    began_s: float
    ended_s: float
    recovered_s: float | None
    restarted: tuple[str, ...]


class Faults:
    """Makes faults in a random but repeatable order, one at a time; every kind comes before any comes again.

    Args:
        stack: The running stack.
        kinds: What may happen.
    """

    def __init__(self, stack: Stack, kinds: Sequence[Fault], seed: int) -> None:
        self._stack = stack
        self._kinds = kinds
        self._numbers = random.Random(seed)
        self.happened: list[Happened] = []

    def run(self, began_at: float, until: Event, last_at: float) -> None:
        """Make faults until told to stop, and begin none after `last_at` on the monotonic clock."""
        for fault in self._order():
            rest_s = self._numbers.uniform(MIN_REST_S, MAX_REST_S)
            if until.wait(rest_s) or time.monotonic() > last_at:
                return
            hold_s = self._numbers.uniform(MIN_HOLD_S, MAX_HOLD_S)
            start = time.monotonic()
            fault.begin()
            until.wait(hold_s)
            with suppress(CoachError):  # what is not ready yet shows in the recovery
                fault.end()
            mended = time.monotonic()
            restarted = tuple(self._stack.revive())
            self.happened.append(
                Happened(fault.name, start - began_at, mended - began_at, self._recovery_s(mended), restarted)
            )

    def _order(self) -> Iterator[Fault]:
        while True:
            yield from self._numbers.sample(self._kinds, len(self._kinds))

    def _recovery_s(self, mended: float) -> float | None:
        waiting = list(self._stack.topology.api_addresses)
        while time.monotonic() < mended + RECOVERY_S:
            waiting = [address for address in waiting if not http_answers(f"{address}/readyz")]
            if not waiting:
                return time.monotonic() - mended
            time.sleep(0.1)
        return None


def kinds_of(stack: Stack, ballast: Path | None, clock: Path | None) -> list[Fault]:
    """Return the faults that can be made here.

    The first process of the API is never killed, so that its memory can be followed through the whole run.

    Args:
        stack: The stack.
        ballast: A file to fill the disk with, on the file system that holds the stack's data; None leaves
            that fault out.
        clock: The file from which the second process of the API reads how wrong its clock is.
    """
    processes = stack.processes

    def start(name: str) -> None:
        processes[name].start()
        processes[name].wait_until_ready()

    def kill(name: str) -> Fault:
        return Fault(f"{name} killed", processes[name].kill, partial(start, name))

    def stop(name: str) -> Fault:
        return Fault(f"{name} stopped", processes[name].stop, partial(start, name))

    def stall(name: str) -> Fault:
        process = processes[name]
        return Fault(
            f"{name} stalled",
            lambda: send(signal.SIGSTOP, family(process.pid)),
            lambda: send(signal.SIGCONT, family(process.pid)),
        )

    found = [kill("Qdrant"), stall("Qdrant"), stop("PostgreSQL"), kill("PostgreSQL"), stall("PostgreSQL")]
    found += [kill("Redis"), stall("Redis"), kill("api-2"), stop("api-2")]
    if ballast is not None:
        found.append(Fault("disk full", lambda: fill(ballast), ballast.unlink))
    if clock is not None:
        found += [
            Fault(f"clock of api-2 {jump}", partial(_set, clock, jump), partial(_set, clock, "+0"))
            for jump in ("+3h", "-3h")
        ]
    return found


def fill(ballast: Path) -> None:
    """Write a file until its file system has no room left."""
    with ballast.open("wb", buffering=0) as opened:
        try:
            while True:
                opened.write(_CHUNK)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def _set(clock: Path, offset: str) -> None:
    """Change the offset in one step: it is read at any moment."""
    fresh = clock.with_suffix(".new")
    fresh.write_text(f"{offset}\n")
    fresh.replace(clock)


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[bool]:
    """Make a folder a small file system of its own, in memory; give False where that is not permitted."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or _run("mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=755", "tmpfs", folder):
        yield False
        return
    try:
        yield True
    finally:
        _run("umount", folder)


def _run(*command: object) -> int:
    """Return how a command of the system ended."""
    return subprocess.run([str(word) for word in command], check=False, capture_output=True).returncode
