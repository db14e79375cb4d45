"""Logging: one canonical line a question, on standard error, without the words of the user."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from typing import TextIO

import structlog
from structlog.typing import Processor


def configure(level: str, *, first: Sequence[Processor] = ()) -> None:
    """Send events of this level and above to standard error, as JSON lines; called by entry points alone.

    What `first` holds sees each event before it is dressed, and may drop it.
    """
    structlog.configure(
        processors=[
            *first,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=LastingStream(sys.stderr)),  # type: ignore[arg-type]
    )


class LastingStream:
    """A stream that drops what it cannot write: a full disk must not fail the request that is told of.

    How many lines were dropped is told as soon as one can be written again. structlog calls it in one thread
    at a time.
    """

    def __init__(self, inner: TextIO) -> None:
        self._inner = inner
        self._dropped = 0

    def write(self, line: str) -> None:
        """Write a line, or count it as dropped."""
        try:
            if self._dropped:
                told = {"dropped": self._dropped, "event": "log_lines_dropped", "level": "warning"}
                self._inner.write(json.dumps(told) + "\n")
                self._inner.flush()
                self._dropped = 0
            self._inner.write(line)
            self._inner.flush()
        except OSError:
            self._dropped += 1

    def flush(self) -> None:
        """Return; what was written is on its way."""
