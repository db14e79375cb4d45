"""What every failure becomes on the wire: RFC 9457 problem details, one type for each cause.

One table maps each leaf of the error tree to its problem, another each status that the HTTP layer itself
gives. docs/errors/ has a page for each type; the API serves it at the type's own address.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from coach.errors import (
    ApiError,
    BreakerOpenError,
    BudgetExceededError,
    CoachError,
    ConflictError,
    DatabaseError,
    DrainingError,
    ForbiddenError,
    IdempotencyBusyError,
    IdempotencyReuseError,
    IndexBusyError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnreachableError,
    ModelOutputError,
    ModelRateLimitedError,
    ModelRefusedError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
    NotAcceptableError,
    NotFoundError,
    OverloadedError,
    QuotaExceededError,
    QuotaName,
    SchemaError,
    SettingsError,
    SourceError,
    StreamBrokenError,
    TenantDisabledError,
    UnauthenticatedError,
    UsageError,
    WeightsError,
)

MEDIA_TYPE = "application/problem+json"
ERROR_PAGES = "/errors"
RETRY_AFTER_S = 1.0
"""How long a client is asked to wait where the error does not know better."""


class ProblemType(NamedTuple):
    """A cause as the API names it; `slug` is the last part of the type's address."""

    slug: str
    status: int
    title: str


Part = Literal["body", "query", "path", "header"]


class FieldProblem(BaseModel):
    """What is wrong with one field of a request.

    Attributes:
        pointer: JSON pointer into that part, as a URI fragment ("#/filters/level/0"; RFC 6901, section 6).
    """

    model_config = ConfigDict(frozen=True)

    part: Part
    pointer: str
    detail: str


class OpenAIError(BaseModel):
    """The same problem as OpenAI's clients read it."""

    model_config = ConfigDict(frozen=True)

    message: str
    type: str
    code: str
    param: str | None = None


class Quota(BaseModel):
    """The limit of the key that was reached."""

    model_config = ConfigDict(frozen=True)

    name: QuotaName
    limit: float


class Problem(BaseModel):
    """Problem details (RFC 9457).

    Attributes:
        type: Address of the page that explains this kind of problem, relative to the API.
        hint: The mend, one imperative sentence.
        retryable: Whether the same request may succeed later.
        request_id: As in the X-Request-Id header; empty outside a request.
        errors: The fields that were refused; empty unless the problem is one of fields.
        quota: The limit that was reached, if the problem is one of limits.
        error: On the OpenAI-compatible endpoints alone.
    """

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "/errors/not-found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "there is no answer '0123456789abcdef'",
                    "hint": "Check the id.",
                    "retryable": False,
                    "request_id": "5f0c1a52d9e84b63",
                    "errors": [],
                }
            ]
        },
    )

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    hint: str = ""
    retryable: bool = False
    request_id: str = ""
    errors: tuple[FieldProblem, ...] = ()
    quota: Quota | None = None
    error: OpenAIError | None = None


NOT_FOUND = ProblemType("not-found", 404, "Not found")
INVALID_REQUEST = ProblemType("invalid-request", 422, "The request is not valid")
INTERNAL = ProblemType("internal", 500, "Something went wrong inside the server")

PROBLEMS: dict[type[CoachError], ProblemType] = {
    UsageError: INVALID_REQUEST,
    SettingsError: ProblemType("misconfigured", 500, "A setting of the server cannot work"),
    SourceError: ProblemType("source-unreadable", 422, "The text cannot be read as a handbook"),
    WeightsError: ProblemType("weights-missing", 503, "Model weights are missing"),
    IndexMissingError: ProblemType("index-missing", 503, "Nothing was ingested yet"),
    IndexMismatchError: ProblemType("index-mismatch", 503, "The index does not fit the settings"),
    IndexBusyError: ProblemType("index-busy", 503, "The index is being written"),
    IndexUnreachableError: ProblemType("index-unreachable", 503, "The index does not answer"),
    NotFoundError: NOT_FOUND,
    ConflictError: ProblemType("conflict", 409, "It was changed meanwhile"),
    QuotaExceededError: ProblemType("quota-exceeded", 429, "The key used up what it may take"),
    OverloadedError: ProblemType("overloaded", 503, "Too many requests wait"),
    DatabaseError: ProblemType("database-unavailable", 503, "The database does not answer"),
    SchemaError: ProblemType("database-outdated", 503, "The database is of another version"),
    BudgetExceededError: ProblemType("budget-exceeded", 422, "The request used up its budget"),
    ModelUnavailableError: ProblemType("model-unavailable", 503, "No model answers"),
    BreakerOpenError: ProblemType("breaker-open", 503, "The model failed too often of late"),
    ModelTimeoutError: ProblemType("model-timeout", 504, "The model did not answer in time"),
    ModelRateLimitedError: ProblemType("model-rate-limited", 503, "The model's provider wants fewer calls"),
    ModelRefusedError: ProblemType("model-refused", 422, "The model's provider refuses such a text"),
    ModelRequestError: ProblemType("model-request", 502, "The model's provider cannot take the request"),
    ModelOutputError: ProblemType("model-output", 502, "The model's reply cannot be read"),
    StreamBrokenError: ProblemType("stream-broken", 502, "The model's reply ended in the middle"),
    UnauthenticatedError: ProblemType("unauthenticated", 401, "A valid API key is needed"),
    ForbiddenError: ProblemType("forbidden", 403, "The API key lacks the scope"),
    TenantDisabledError: ProblemType("tenant-disabled", 403, "The tenant is switched off"),
    NotAcceptableError: ProblemType("not-acceptable", 406, "No such representation"),
    IdempotencyReuseError: ProblemType("idempotency-key-reused", 422, "The key came with another body"),
    IdempotencyBusyError: ProblemType("idempotency-key-busy", 409, "The first such request still runs"),
    ApiError: ProblemType("upstream", 502, "Another API gave a problem"),
    DrainingError: ProblemType("draining", 503, "The server is shutting down"),
}
"""Every leaf of the error tree, and nothing else."""

HTTP_PROBLEMS: dict[int, ProblemType] = {
    400: ProblemType("bad-request", 400, "The request cannot be read"),
    404: NOT_FOUND,
    405: ProblemType("method-not-allowed", 405, "The method is not allowed here"),
    413: ProblemType("body-too-large", 413, "The request body is too large"),
    415: ProblemType("unsupported-media-type", 415, "The request body has another media type"),
    421: ProblemType("misdirected-request", 421, "The Host header is not one of this server"),
    422: INVALID_REQUEST,
    500: INTERNAL,
}
"""What the HTTP layer refuses before any of our code runs, by status."""


def all_types() -> tuple[ProblemType, ...]:
    """Return every problem type once, ordered by slug."""
    return tuple(sorted({*PROBLEMS.values(), *HTTP_PROBLEMS.values()}))


def problem_type(error: CoachError) -> ProblemType:
    """Return the type of an error: its own, that of the nearest class above it, or "internal"."""
    return next((PROBLEMS[cls] for cls in type(error).__mro__ if cls in PROBLEMS), INTERNAL)


def make_problem(
    kind: ProblemType,
    detail: str,
    *,
    hint: str = "",
    retryable: bool = False,
    errors: tuple[FieldProblem, ...] = (),
) -> Problem:
    """Return the problem of a type with this detail."""
    return Problem(
        type=f"{ERROR_PAGES}/{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        hint=hint,
        retryable=retryable,
        errors=errors,
    )


def describe(error: CoachError) -> Problem:
    """Return an error as a problem."""
    problem = make_problem(problem_type(error), str(error), hint=error.hint, retryable=error.retryable)
    if not isinstance(error, QuotaExceededError):
        return problem
    return problem.model_copy(update={"quota": Quota(name=error.which, limit=error.limit)})


def retry_after_s(error: CoachError) -> float | None:
    """Return the seconds that a client should wait, or None if waiting does not help."""
    if not error.retryable:
        return None
    known = getattr(error, "retry_after_s", None)
    return RETRY_AFTER_S if known is None else float(known)
