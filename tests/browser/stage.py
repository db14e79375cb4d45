"""API and page as `coach up` starts them, on the real handbook, with a database of their own."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support.program import Program, finish

ROOT = Path(__file__).parents[2]
_STARTED = re.compile(rb"Page  (\S+)\s+API   (\S+)")
STOP_TIMEOUT_S = 60


class Stage:
    """Both halves, running.

    Attributes:
        page: Address of the page.
        api: Address of the API.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        told = b""
        assert process.stdout is not None
        for line in process.stdout:
            told += line
            if found := _STARTED.search(told):
                self.page, self.api = (address.decode() for address in found.groups())
                return
        raise AssertionError(told.decode())

    def stop(self) -> int:
        """Press Ctrl-C and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_TIMEOUT_S)


# Embedding the whole handbook takes minutes on a busy machine.
INGEST_TIMEOUT_S = 840.0


def install_handbook(data_dir: Path) -> None:
    """Put the handbook's index below a data folder: the one that `make run` built, or a fresh one."""
    built = ROOT / ".coach" / "index"
    if (built / "handbook").exists():
        shutil.copytree(built, data_dir / "index")
        return
    done = finish(
        Program(data_dir, data_dir).start("ingest", str(ROOT / "corpus")), timeout_s=INGEST_TIMEOUT_S
    )
    assert done.code == 0, done.err


@contextmanager
def on_stage(data_dir: Path, **settings: object) -> Iterator[Stage]:
    """Give API and page on free ports; stopped afterwards."""
    process = Program(data_dir, data_dir).start(
        "up", "--port", "0", "--page-port", "0", stderr=subprocess.DEVNULL, **settings
    )
    try:
        yield Stage(process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(STOP_TIMEOUT_S)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give Debian's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()
