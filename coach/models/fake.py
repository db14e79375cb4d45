"""A model and a clock for tests, part of the product so that its users can test what they build on it.

    clock = FakeClock()
    model = FakeModel(says("first"), rate_limits(2.0), drips("slowly", pause_s=1.0), clock=clock)

A `FakeModel` plays one line of its script a call, records every request, and fails the test when it is asked
more often than its script is long. Time passes only on its clock: a stall of an hour takes no time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass

from coach.errors import ModelError, ModelRateLimitedError, ModelTimeoutError, ModelUnavailableError
from coach.models.contract import (
    FinishReason,
    Reply,
    Request,
    StreamEnd,
    StreamPart,
    TextDelta,
    Usage,
    reckon,
)

ENDLESS_CHARS = 10_000_000


class ScriptEndedError(AssertionError):
    """A `FakeModel` was asked once more than its script foresees."""


class FakeClock:
    """A clock that moves only when someone sleeps on it or moves it; `slept_s` is every sleep, in order."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self.slept_s: list[float] = []
        self._now_s = now_s
        self._lock = threading.Lock()

    def now_s(self) -> float:
        """Return the seconds that were set."""
        return self._now_s

    def sleep_s(self, seconds: float) -> None:
        """Move on at once, and remember it."""
        with self._lock:
            self.slept_s.append(seconds)
            self._now_s += seconds

    def advance_s(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self._now_s += seconds


@dataclass(frozen=True, slots=True)
class Line:
    """What a `FakeModel` does for one call; made by the functions below.

    Attributes:
        text: What it writes, or how to make that from the request.
        chunk_chars: Length of a piece of a stream.
        first_s: Time before the first piece; `pause_s` before each later one.
        error: Raised in place of an answer, or after `error_after` characters of it.
        usage: What it says that it took; reckoned from the characters if None.
    """

    text: str | Callable[[Request], str] = ""
    finish_reason: FinishReason = "stop"
    chunk_chars: int = 16
    first_s: float = 0.0
    pause_s: float = 0.0
    error: ModelError | None = None
    error_after: int = 0
    usage: Usage | None = None


def says(text: str | Callable[[Request], str], *, usage: Usage | None = None, chunk_chars: int = 16) -> Line:
    """Return a line that answers with this text."""
    return Line(text, usage=usage, chunk_chars=chunk_chars)


def lies(text: str, truth: str, lie: str) -> Line:
    """Return a line that answers with a text in which a lie stands where the truth stood."""
    if truth not in text:
        raise ValueError(f"{truth!r} is not in the text")
    return Line(text.replace(truth, lie))


def injects(text: str, instruction: str) -> Line:
    """Return a line whose answer ends in words that nobody asked for."""
    return Line(f"{text}\n{instruction}")


def cuts(text: str, after_chars: int) -> Line:
    """Return a line that stops in the middle, for want of tokens."""
    return Line(text[:after_chars], finish_reason="length")


def stalls(seconds: float, text: str = "too late") -> Line:
    """Return a line that answers after so long."""
    return Line(text, first_s=seconds)


def drips(text: str, *, pause_s: float, chunk_chars: int = 1) -> Line:
    """Return a line that pauses before every piece."""
    return Line(text, first_s=pause_s, pause_s=pause_s, chunk_chars=chunk_chars)


def never_ends(text: str = "and so on, ", *, pause_s: float = 0.0) -> Line:
    """Return a line that repeats itself for ten million characters."""
    return Line(text * (ENDLESS_CHARS // len(text)), chunk_chars=len(text), pause_s=pause_s)


def dies(text: str, after_chars: int, error: ModelError | None = None) -> Line:
    """Return a line that writes so many characters and loses the connection."""
    lost = error or ModelUnavailableError("the connection was lost")
    return Line(text, error=lost, error_after=after_chars)


def fails(error: ModelError | None = None) -> Line:
    """Return a line that does not answer."""
    return Line(error=error or ModelUnavailableError("the provider does not answer"))


def rate_limits(retry_after_s: float | None = None) -> Line:
    """Return a line that asks for fewer calls."""
    return Line(error=ModelRateLimitedError("too many requests", retry_after_s=retry_after_s))


class FakeModel:
    """A `Model` that plays its script; safe to be called from several threads.

    Args:
        script: One line for each call.
        provider: The name up to its slash if empty.
        always: Played for every call after the script; without it the script's end fails the test.

    Attributes:
        requests: Every request, in the order in which they came.
    """

    def __init__(
        self,
        *script: Line,
        name: str = "fake/model-2026-01-01",
        provider: str = "",
        clock: FakeClock | None = None,
        always: Line | None = None,
    ) -> None:
        self.script = list(script)
        self.name = name
        self.provider = provider or name.partition("/")[0]
        self.clock = clock or FakeClock()
        self.always = always
        self.requests: list[Request] = []
        self._lock = threading.Lock()

    def complete(self, request: Request) -> Reply:
        """Return what the next line says. Raises what it raises, or ScriptEndedError if there is none."""
        parts = list(self.stream(request))
        end = parts[-1]
        if not isinstance(end, StreamEnd):
            raise TypeError(end)
        text = "".join(part.text for part in parts if isinstance(part, TextDelta))
        return Reply(text=text, model=self.name, usage=end.usage, finish_reason=end.finish_reason)

    def stream(self, request: Request) -> Generator[StreamPart, None, None]:
        """Return the next line piece by piece; the call is recorded at once, not at the first piece."""
        return self._play(self._next(request), request)

    def reckon(self, request: Request, text: str) -> Usage:
        """Return what a call took; it costs nothing."""
        return reckon(request, text).model_copy(update={"cost_usd": 0.0})

    def _next(self, request: Request) -> Line:
        with self._lock:
            self.requests.append(request)
            if self.script:
                return self.script.pop(0)
        if self.always is None:
            raise ScriptEndedError(
                f"{self.name!r} was asked {len(self.requests)} times, once more than its script is long"
            )
        return self.always

    def _play(self, line: Line, request: Request) -> Generator[StreamPart, None, None]:
        text = line.text if isinstance(line.text, str) else line.text(request)
        deadline_s = self.clock.now_s() + request.timeout_s
        written = text[: line.error_after] if line.error else text
        self._wait(line.first_s, deadline_s)
        for start in range(0, len(written), line.chunk_chars):
            if start:
                self._wait(line.pause_s, deadline_s)
            yield TextDelta(text=written[start : start + line.chunk_chars])
        if line.error:
            raise line.error.with_traceback(None)
        usage = line.usage or self.reckon(request, text).model_copy(update={"estimated": False})
        yield StreamEnd(usage=usage, finish_reason=line.finish_reason, model=self.name)

    def _wait(self, seconds: float, deadline_s: float) -> None:
        left_s = deadline_s - self.clock.now_s()
        if seconds > left_s:
            self.clock.advance_s(max(left_s, 0))
            raise ModelTimeoutError(f"no whole answer of {self.name!r} in time")
        if seconds:
            self.clock.advance_s(seconds)
