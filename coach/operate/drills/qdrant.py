"""A Qdrant server for drills: any program of it that this machine has, on free ports of loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Self

import httpx

from coach.errors import ApiError
from coach.operate.drills.service import until
from coach.operate.drills.stage import Stage

PROGRAM = "qdrant"
_PROBE_S = 2.0
_STOP_S = 20.0


def find_program(named: Path | None) -> Path | None:
    """Return the server's program: the one that is named, else the one on the path; None if there is none."""
    if named is not None:
        return named.absolute() if named.is_file() and os.access(named, os.X_OK) else None
    found = shutil.which(PROGRAM)
    return Path(found) if found else None


class Qdrant:
    """A server that can be killed, and started again on its storage at the same address."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._ports = (_free_port(), _free_port())
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()

    @classmethod
    def on(cls, stage: Stage) -> Self:
        """Return a server that runs, and ends with the stage. Raises ApiError if it does not start."""
        if stage.qdrant is None:
            raise ApiError("there is no Qdrant server on this machine", slug="drill")
        server = cls(stage.qdrant, stage.folder / "qdrant")
        stage.opened.callback(server.kill)
        server.start()
        return server

    @property
    def url(self) -> str:
        """What `COACH_QDRANT_URL` names."""
        return f"http://127.0.0.1:{self._ports[0]}"

    def start(self) -> None:
        """Return once it answers. Raises ApiError if it does not."""
        http, grpc = self._ports
        settings = {
            "SERVICE__HOST": "127.0.0.1",
            "SERVICE__HTTP_PORT": str(http),
            "SERVICE__GRPC_PORT": str(grpc),
            "STORAGE__STORAGE_PATH": str(self._folder / "storage"),
            "STORAGE__SNAPSHOTS_PATH": str(self._folder / "snapshots"),
            "LOG_LEVEL": "WARN",
        }
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "--disable-telemetry"],
                cwd=self._folder,
                env=os.environ | {f"QDRANT__{name}": value for name, value in settings.items()},
                stdout=log,
                stderr=log,
            )
        if not until(self._is_ready, lambda ready: ready or not self._is_running):
            said = (self._folder / "log").read_text(encoding="utf-8", errors="replace").strip()
            raise ApiError(f"{self._program} does not start: {said[-300:]}", slug="drill")

    def kill(self) -> None:
        """End it at once, as a machine that fails would. Idempotent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_S)
            self._process = None

    @property
    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=_PROBE_S, trust_env=False).is_success
        except httpx.TransportError:
            return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
