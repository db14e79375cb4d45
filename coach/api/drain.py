"""Shutting down without cutting anybody off: what runs is finished, nothing new is taken."""

from __future__ import annotations

import time


class Drain:
    """How many requests run, and whether new ones are still taken; used on the event loop alone."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._running = 0
        self._deadline: float | None = None

    @property
    def is_draining(self) -> bool:
        """Whether the server is shutting down."""
        return self._deadline is not None

    @property
    def is_done(self) -> bool:
        """Whether the server may go: nothing runs any more, or it ran for too long."""
        return self._deadline is not None and (self._running == 0 or time.monotonic() >= self._deadline)

    def start(self) -> None:
        """Take nothing new from now on; idempotent."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self._wait_s

    def enter(self) -> None:
        """Count a request that begins."""
        self._running += 1

    def leave(self) -> None:
        """Count a request that ended."""
        self._running -= 1
