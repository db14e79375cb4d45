"""The command line as a user starts it: another process, its own data folder, no settings but those given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coach.settings import Settings

TIMEOUT_S = 120
# What runs pytest in the background may have had Ctrl-C ignored, and that is inherited.
_LISTEN = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


_SETTING = ("COACH_", "FORCE_COLOR", "NO_COLOR", "COLUMNS")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """Every line of standard output, each of which is JSON."""
        return [json.loads(line) for line in self.out.split("\n")[:-1]]


@dataclass(frozen=True)
class Program:
    """`coach` on one data folder; `cwd` holds no `.env`."""

    data_dir: Path
    cwd: Path

    def run(self, *arguments: str, given: str = "", **settings: object) -> Done:
        """Return how a command ended that was given this on standard input."""
        return finish(self.start(*arguments, **settings), given)

    def start(
        self, *arguments: str, stderr: int = subprocess.PIPE, **settings: object
    ) -> subprocess.Popen[bytes]:
        """Start a command; settings are those of docs/cli.md, in lower case without prefix."""
        if unknown := settings.keys() - Settings.model_fields.keys():
            raise TypeError(f"no setting of the coach: {', '.join(sorted(unknown))}")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_SETTING)}
        kept["TERM"] = "xterm"
        if folder := os.environ.get("COACH_WEIGHTS_DIR"):
            kept["COACH_WEIGHTS_DIR"] = str(Path(folder).absolute())
        chosen = {"data_dir": self.data_dir} | settings
        kept |= {f"COACH_{name.upper()}": str(value) for name, value in chosen.items()}
        return subprocess.Popen(
            [sys.executable, "-c", _LISTEN, sys.executable, "-m", "coach.cli", *arguments],
            cwd=self.cwd,
            env=kept,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )


def finish(process: subprocess.Popen[bytes], given: str = "", timeout_s: float = TIMEOUT_S) -> Done:
    """Return how a started command ended."""
    out, err = process.communicate(given.encode(), timeout=timeout_s)
    return Done(process.returncode, out.decode(), (err or b"").decode())


def watch(program: Program, *arguments: str) -> Done:
    """Return how a command ended whose standard error is a terminal; what that showed is `err`."""
    terminal, theirs = os.openpty()
    process = program.start(*arguments, stderr=theirs)
    os.close(theirs)
    shown = b""
    with os.fdopen(terminal, "rb", buffering=0) as screen, suppress(OSError):  # the last reader gets EIO
        while part := screen.read(4096):
            shown += part
    done = finish(process)
    return replace(done, err=shown.decode())


def lines(rows: Iterable[dict[str, object]]) -> str:
    """Return rows as a batch."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
