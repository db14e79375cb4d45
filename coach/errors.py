"""Every error the product raises on purpose, and what each becomes at the edge.

CoachError
├── UsageError                what was asked cannot be done as asked
├── SettingsError             a setting has a value that cannot work
├── SourceError               a file or folder cannot be read as a handbook
├── WeightsError              model weights are missing or wrong
├── BudgetExceededError       a request used up what one request may take
├── ModelError
│   ├── ModelUnavailableError no model of the chain answers (retryable)
│   ├── ModelTimeoutError     no whole answer in time (retryable)
│   ├── ModelRateLimitedError the provider wants fewer calls (retryable)
│   ├── ModelRefusedError     the provider does not answer such a text
│   ├── ModelRequestError     the provider cannot take the request: key, name, length
│   ├── ModelOutputError      the reply cannot be read
│   ├── StreamBrokenError     a stream ended in the middle (retryable)
│   └── BreakerOpenError      the provider failed too often and is left alone (retryable)
├── NotFoundError             there is nothing of this id, or it is another tenant's
├── ConflictError             it was changed by somebody else meanwhile (retryable)
├── QuotaExceededError        a key used up what it may take (retryable)
├── OverloadedError           more is waiting than can be served in time (retryable)
├── DatabaseError             the SQL database or Redis does not answer (retryable)
├── SchemaError               the database has tables of another version
├── RequestError              the API takes a request not at all; see the leaves
│   ├── UnauthenticatedError  no key, or one that is not valid
│   ├── ForbiddenError        the key lacks the scope
│   ├── TenantDisabledError   operators have switched the key's tenant off
│   ├── NotAcceptableError    no such representation of it
│   ├── IdempotencyReuseError the Idempotency-Key came with another body before
│   ├── IdempotencyBusyError  the first request with this key still runs (retryable)
│   ├── DrainingError         the server is shutting down (retryable)
│   └── ApiError              the API answers with a problem that has no class here, or not at all
└── StoreError
    ├── IndexMissingError     nothing was ingested yet
    ├── IndexMismatchError    built by other parameters
    ├── IndexBusyError        another process writes (retryable)
    └── IndexUnreachableError the Qdrant server does not answer (retryable)
"""

from __future__ import annotations

from typing import Literal

from coach.models.errors import (
    BreakerOpenError,
    BudgetExceededError,
    BudgetLimit,
    ModelError,
    ModelOutputError,
    ModelRateLimitedError,
    ModelRefusedError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
    StreamBrokenError,
)
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
    "BreakerOpenError",
    "BudgetExceededError",
    "BudgetLimit",
    "CoachError",
    "ConflictError",
    "DatabaseError",
    "DrainingError",
    "ForbiddenError",
    "IdempotencyBusyError",
    "IdempotencyReuseError",
    "IndexBusyError",
    "IndexMismatchError",
    "IndexMissingError",
    "IndexUnreachableError",
    "ModelError",
    "ModelOutputError",
    "ModelRateLimitedError",
    "ModelRefusedError",
    "ModelRequestError",
    "ModelTimeoutError",
    "ModelUnavailableError",
    "NotAcceptableError",
    "NotFoundError",
    "OverloadedError",
    "QuotaExceededError",
    "RequestError",
    "SchemaError",
    "SettingsError",
    "SourceError",
    "StoreError",
    "StreamBrokenError",
    "TenantDisabledError",
    "UnauthenticatedError",
    "UsageError",
    "WeightsError",
    "exit_code",
]


class UsageError(CoachError):
    """What was asked cannot be done as asked: an empty question, a malformed batch line."""


class SettingsError(CoachError):
    """A setting has a value that cannot work."""

    hint = "Correct the COACH_ variable; docs/cli.md lists them all."


class NotFoundError(CoachError):
    """There is nothing of this id, or it belongs to another tenant: the two look alike."""

    hint = "Check the id."


class ConflictError(CoachError):
    """What was to be changed was changed by somebody else since it was read."""

    retryable = True
    hint = "Read it again, then repeat the change."


QuotaName = Literal[
    "requests_per_minute",
    "tokens_per_minute",
    "usd_per_minute",
    "requests_per_month",
    "tokens_per_month",
    "usd_per_month",
    "concurrent_requests",
]


class QuotaExceededError(CoachError):
    """A key used up what it may take.

    Attributes:
        which: The limit that was reached.
        limit: What it allows.
        retry_after_s: Seconds until a request like this one can be admitted, if no other comes first.
    """

    retryable = True
    hint = "Wait, or ask an administrator for higher limits."

    def __init__(self, which: QuotaName, *, limit: float, retry_after_s: float) -> None:
        super().__init__(
            f"{which.replace('_', ' ')}: the limit of {limit:g} is reached; room in {retry_after_s:.1f} s"
        )
        self.which = which
        self.limit = limit
        self.retry_after_s = retry_after_s


class OverloadedError(CoachError):
    """More requests wait than can be served in time."""

    retryable = True
    hint = "Try again in a few seconds."


class DatabaseError(CoachError):
    """The SQL database or Redis does not answer, is locked, or cannot write."""

    retryable = True
    hint = "Check COACH_DATABASE_URL and COACH_REDIS_URL, and that the disk is not full."


class SchemaError(CoachError):
    """The database's tables are those of another version, or none."""

    hint = "Run 'coach db upgrade' with the newest version of the coach."


class RequestError(CoachError):
    """The API takes a request not at all; see the leaves."""


class UnauthenticatedError(RequestError):
    """The request has no API key, or one that is not valid."""

    hint = "Send 'Authorization: Bearer KEY' with a key from 'coach keys create'."


class ForbiddenError(RequestError):
    """The API key is valid but lacks the scope of this endpoint."""

    hint = "Use a key with that scope; 'coach keys create' makes one."


class TenantDisabledError(RequestError):
    """Operators have switched off the tenant that the API key belongs to."""

    hint = "Ask whoever operates the service."


class NotAcceptableError(RequestError):
    """The reply exists in none of the media types that the request accepts."""

    hint = "Accept application/json or, where the endpoint streams, text/event-stream."


class IdempotencyReuseError(RequestError):
    """The Idempotency-Key was used before with another body."""

    hint = "Use a fresh key for each new request."


class IdempotencyBusyError(RequestError):
    """The first request with this Idempotency-Key is still running."""

    retryable = True
    hint = "Wait, then send the same request again to get its reply."


class DrainingError(RequestError):
    """The server is shutting down: it finishes what runs and takes nothing new."""

    retryable = True
    hint = "Send the request again; another process or the restarted one takes it."


class ApiError(RequestError):
    """An API that was called answers with a problem that has no class of its own, or does not answer.

    Attributes:
        slug: The problem's type; "unreachable" if no answer came.
        status: Of the response; 0 if none came.
        retryable: As the problem says.
    """

    hint = "Check the address and that 'coach serve' runs there."

    def __init__(
        self, message: str, *, slug: str, status: int = 0, retryable: bool = False, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.slug = slug
        self.status = status
        self.retryable = retryable


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
    NotFoundError: 10,
    ConflictError: 11,
    QuotaExceededError: 12,
    OverloadedError: 13,
    DatabaseError: 14,
    SchemaError: 15,
    ModelUnavailableError: 20,
    ModelTimeoutError: 21,
    ModelRateLimitedError: 22,
    ModelRefusedError: 23,
    ModelRequestError: 24,
    ModelOutputError: 25,
    StreamBrokenError: 26,
    BudgetExceededError: 27,
    BreakerOpenError: 28,
    UnauthenticatedError: 30,
    ForbiddenError: 31,
    NotAcceptableError: 32,
    IdempotencyReuseError: 33,
    IdempotencyBusyError: 34,
    DrainingError: 35,
    ApiError: 36,
    TenantDisabledError: 37,
}


def exit_code(error: CoachError) -> int:
    """Return the exit code of an error: its own, or that of the nearest class above it, or 1."""
    return next((EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES), 1)
