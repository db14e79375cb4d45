"""Which build of the index is live, asked for so seldom that it costs a question nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from coach.errors import CoachError
from ingest.settings import IndexSettings
from ingest.store import open_store

EVERY_S = 1.0


class LiveBuild:
    """Tells the name of the live build; safe to share between threads.

    Args:
        settings: Name the index; a build that they name themselves is the one.
        clock: Tells seconds that never run backwards.
    """

    def __init__(self, settings: IndexSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._store = open_store(settings)
        self._known = ""
        self._asked_s = -EVERY_S

    def __call__(self) -> str:
        """Return the name, at most a second old; what was known last if the index does not tell."""
        if self._settings.build:
            return self._settings.build
        now_s = self._clock()
        if now_s - self._asked_s >= EVERY_S:
            self._asked_s = now_s
            try:
                self._known = self._store.live(self._settings.collection) or self._known
            except CoachError as error:
                if not self._known:
                    return ""  # whoever opens the index next meets the error itself
                # The build in force may be served for longer than its server is heard of.
                structlog.get_logger().warning("live_build_unknown", error=str(error), hint=error.hint)
        return self._known

    def close(self) -> None:
        """Release connections; idempotent."""
        self._store.close()
