"""Logging: one canonical line a question, on standard error, without the words of the user."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

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
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
