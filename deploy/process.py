"""One process of the stack: started in a session of its own, waited for, stopped, killed, started again."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from coach.errors import ApiError

READY_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 40.0
LOG_CHARS_SHOWN = 600
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Part:
    """What is needed to start one process of the stack.

    Attributes:
        address: Where it listens, without passwords.
        is_ready: Returns whether it can be used; raises nothing.
        environment: Variables on top of our own.
        given: What it reads on standard input: a configuration that holds a password, say.
        stop_signal: The signal that lets it finish what it has begun.
        user: Whose rights it runs with; empty means ours.
        folder: In which it starts; None means ours.
    """

    name: str
    address: str
    command: tuple[str, ...]
    is_ready: Callable[[], bool]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    given: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    user: str = ""
    folder: Path | None = None


class Process:
    """A part that runs, or may be started; for one thread at a time."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Number of the process; None while it does not run."""
        return None if self._child is None or self._child.poll() is not None else self._child.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None if it runs or was never started."""
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        """Start it; what it says is appended to its log. It may not be ready yet."""
        part = self.part
        part.log.parent.mkdir(parents=True, exist_ok=True)
        with part.log.open("ab") as log:
            self._child = subprocess.Popen(
                part.command,
                cwd=part.folder,
                env=os.environ | dict(part.environment),
                stdin=subprocess.PIPE if part.given else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches it through us alone, in the right order
                **rights_of(part.user),
            )
        if self._child.stdin:
            with self._child.stdin as asked:
                asked.write(part.given.encode())

    def wait_until_ready(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Return when it can be used.

        Raises:
            ApiError: It has ended, or is not ready in time.
        """
        give_up_at = time.monotonic() + timeout_s
        while not self.part.is_ready():
            if self.pid is None:
                raise ApiError(
                    f"{self.part.name} has ended: {self._last_words()}", slug="ended", hint=self._where
                )
            if time.monotonic() > give_up_at:
                message = f"{self.part.name} is not ready after {timeout_s:.0f} s"
                raise ApiError(message, slug="unready", hint=self._where)
            time.sleep(_LOOK_EVERY_S)

    def stop(self) -> None:
        """Ask it to end and wait; insist if that takes too long, or at Ctrl-C. Idempotent."""
        if self._child is None or self.pid is None:
            return
        self._child.send_signal(self.part.stop_signal)
        try:
            self._child.wait(STOP_TIMEOUT_S)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self.kill()

    def kill(self) -> None:
        """End it at once, without a chance to finish anything. Idempotent."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    @property
    def _where(self) -> str:
        return f"Its log is {self.part.log}."

    def _last_words(self) -> str:
        said = self.part.log.read_text(encoding="utf-8", errors="replace")[-LOG_CHARS_SHOWN:]
        lines = [line for line in said.splitlines() if line.strip()]
        return lines[-1] if lines else f"code {self.exit_code}"


class Rights(TypedDict, total=False):
    """Arguments that start a process as another user."""

    user: str
    group: int
    extra_groups: list[int]


def rights_of(user: str) -> Rights:
    """Return the arguments that start a process as another user; none for ourselves."""
    if not user:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
