"""Every error the product raises on purpose, and what each becomes at the edge.

CoachError
├── UsageError                what was asked cannot be done as asked
├── SettingsError             a setting has a value that cannot work
├── SourceError               a file or folder cannot be read as a handbook
├── WeightsError              model weights are missing or wrong
└── StoreError
    ├── IndexMissingError     nothing was ingested yet
    ├── IndexMismatchError    built by other parameters
    ├── IndexBusyError        another process writes (retryable)
    └── IndexUnreachableError the Qdrant server does not answer (retryable)
"""

from __future__ import annotations

from ingest.errors import (
    CoachError,
    IndexBusyError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnreachableError,
    SourceError,
    StoreError,
    WeightsError,
)

__all__ = [
    "EXIT_CODES",
    "CoachError",
    "IndexBusyError",
    "IndexMismatchError",
    "IndexMissingError",
    "IndexUnreachableError",
    "SettingsError",
    "SourceError",
    "StoreError",
    "UsageError",
    "WeightsError",
    "exit_code",
]


class UsageError(CoachError):
    """What was asked cannot be done as asked: an empty question, a malformed batch line."""


class SettingsError(CoachError):
    """A setting has a value that cannot work."""

    hint = "Correct the COACH_ variable; docs/cli.md lists them all."


# One number a cause, so that scripts can tell them apart; 1 is an unforeseen failure, 130 is Ctrl-C.
EXIT_CODES: dict[type[CoachError], int] = {
    UsageError: 2,
    SettingsError: 2,
    SourceError: 3,
    IndexMissingError: 4,
    IndexMismatchError: 5,
    IndexBusyError: 6,
    IndexUnreachableError: 7,
    WeightsError: 8,
}


def exit_code(error: CoachError) -> int:
    """Return the exit code of an error: its own, or that of the nearest class above it, or 1."""
    return next((EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES), 1)
