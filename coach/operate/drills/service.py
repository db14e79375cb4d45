"""A service of a drill's own: the API process, and what can be read of it from outside."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
from prometheus_client.parser import text_string_to_metric_families

from coach.client import Client
from coach.errors import ApiError, CoachError
from coach.types import Answer

DEADLINE_S = 90.0
"""Longest wait for anything in a drill; what takes as long has failed."""
_LOOK_EVERY_S = 0.1
_STOP_S = 20.0
_SERVING = "coach: serving "

Value = TypeVar("Value")


class Service:
    """An API process under way.

    Args:
        process: Runs `coach serve`; its standard error goes to the file.
        log: What it said.

    Attributes:
        client: Asks it once, without trying again: a drill wants to see what fails.

    Raises:
        ApiError: The process does not serve; has the last line that it said.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log
        self.url = self._address()
        # With a transport of its own it passes over proxies that the environment names.
        self.client = Client(self.url, attempts=1, timeout_s=DEADLINE_S, transport=httpx.HTTPTransport())

    def ask(self, question: str) -> Answer:
        """Return the answer. Raises CoachError as the API gives it."""
        return self.client.ask(question)

    def refusal(self, question: str) -> str:
        """Return the name of the error that a question ends with; empty if it is answered."""
        try:
            self.ask(question)
        except CoachError as error:
            return type(error).__name__
        return ""

    def readiness(self) -> dict[str, str]:
        """Return what /readyz says of each check."""
        checks: dict[str, str] = json.loads(self._read("/readyz"))["checks"]
        return checks

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum of a metric's samples that have these labels, as /metrics shows it."""
        return sum(
            sample.value
            for family in text_string_to_metric_families(self._read("/metrics"))
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of an event so far."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.startswith("{")]
        return [row for row in rows if row.get("event") == event]

    def switched(self, *words: str) -> bool:
        """Wait until new answers are made under exactly these switches; return whether it came so."""
        wanted = " ".join(f"switch: {word}" for word in words)
        return (
            until(lambda: self.client.stack().parts.get("switches", ""), lambda one: one == wanted) == wanted
        )

    def stop(self) -> None:
        """End the process: asked first, then made to. Idempotent."""
        self.client.close()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _read(self, path: str) -> str:
        """Return a text of the API. Raises ApiError if it does not answer."""
        try:
            return httpx.get(self.url + path, timeout=DEADLINE_S, trust_env=False).text
        except httpx.TransportError as error:
            raise ApiError(f"no answer from {path}: {error!r}", slug="unreachable") from error

    def _address(self) -> str:
        """Return the address once the process has told it."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            for line in self._log.read_text(encoding="utf-8").splitlines():
                if line.startswith(_SERVING):
                    return line.removeprefix(_SERVING).partition(",")[0]
            if self._process.poll() is not None:
                break
            time.sleep(_LOOK_EVERY_S)
        said = self._log.read_text(encoding="utf-8").strip().splitlines()
        self._process.kill()
        self._process.wait()
        raise ApiError(
            f"the drill's service does not start: {said[-1] if said else 'silence'}", slug="unready"
        )


def until(read: Callable[[], Value], wanted: Callable[[Value], bool]) -> Value:
    """Return the first value that is as wanted, or the last one before the drill's patience ends."""
    end = time.monotonic() + DEADLINE_S
    while not wanted(value := read()) and time.monotonic() < end:
        time.sleep(_LOOK_EVERY_S)
    return value
