"""Where a drill plays: a data folder of its own with a small handbook, and the processes that it starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from coach.errors import ApiError
from coach.operate.drills.provider import Provider
from coach.operate.drills.service import DEADLINE_S, Service

_HANDBOOK = Path(__file__).parent / "handbook"
_KEPT = "COACH_WEIGHTS_DIR"
_REASON = "drill"


class Stage:
    """Starts what a drill needs, all of it on loopback and below one folder; use `open_stage`.

    Args:
        folder: Empty; gone after the drill.
        opened: Ends what was started.
        qdrant: Program of a Qdrant server; None if there is none.

    Attributes:
        pages: Folder of the handbook, which a drill may edit.
    """

    def __init__(self, folder: Path, opened: ExitStack, qdrant: Path | None) -> None:
        self.folder = folder
        self.pages = folder / "pages"
        self.qdrant = qdrant
        self.opened = opened
        self._numbers = count(1)
        shutil.copytree(_HANDBOOK, self.pages)

    def coach(self, *arguments: str, ends_with: int = 0, **settings: object) -> str:
        """Return what a `coach` command printed on standard output.

        Args:
            arguments: After "coach".
            ends_with: The exit code that it must end with.
            settings: As docs/cli.md lists them, in lower case without the prefix.

        Raises:
            ApiError: It ended with another code, or not in time; has what it said.
        """
        command = [sys.executable, "-m", "coach.cli", *arguments]
        try:
            done = subprocess.run(
                command,
                env=self._environment(settings),
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=DEADLINE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ApiError(f"'coach {' '.join(arguments)}' does not end", slug="drill") from error
        if done.returncode != ends_with:
            said = (done.stderr.strip().splitlines() or ["silence"])[-1]
            raise ApiError(
                f"'coach {' '.join(arguments)}' ended with {done.returncode}: {said}", slug="drill"
            )
        return done.stdout

    def ingest(self, *, qdrant_url: str = "") -> None:
        """Put the handbook into the drill's index, on a Qdrant server if one is named."""
        self.coach("ingest", str(self.pages), qdrant_url=qdrant_url)

    def switch(self, name: str, value: str) -> None:
        """Set a switch as an operator does."""
        self.coach("switches", "set", name, value, "--reason", _REASON, "--minutes", "5")

    def clear(self, name: str) -> None:
        """Take a switch back as an operator does."""
        self.coach("switches", "clear", name, "--reason", _REASON)

    def serve(self, **settings: object) -> Service:
        """Return an API process with these settings, once it serves; it ends with the stage."""
        log = self.folder / f"api-{next(self._numbers)}.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "coach.cli", "serve", "--port", "0"],
                env=self._environment({"log_level": "info"} | settings),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
        service = Service(process, log)
        self.opened.callback(service.stop)
        return service

    def provider(self) -> Provider:
        """Return a model provider that answers; it ends with the stage."""
        provider = Provider()
        self.opened.callback(provider.stop)
        return provider

    def _environment(self, settings: dict[str, object]) -> dict[str, str]:
        """Return the environment of a process: none of the operator's own settings but the weights."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("COACH_")}
        if folder := os.environ.get(_KEPT):
            mine[_KEPT] = str(Path(folder).absolute())
        chosen = {"data_dir": self.folder / "data"} | settings
        return mine | {f"COACH_{name.upper()}": str(value) for name, value in chosen.items()}


@contextmanager
def open_stage(qdrant: Path | None = None) -> Iterator[Stage]:
    """Give a stage; at the end of the block all that it started is stopped and its folder gone."""
    with (
        TemporaryDirectory(prefix="coach-drill-", ignore_cleanup_errors=True) as folder,
        ExitStack() as opened,
    ):
        yield Stage(Path(folder), opened, qdrant)
