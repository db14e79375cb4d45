"""A problem that came over the wire as the error that it was."""

from __future__ import annotations

from pydantic import ValidationError

from coach.api.problems import PROBLEMS, Problem
from coach.errors import (
    ApiError,
    BudgetExceededError,
    CoachError,
    QuotaExceededError,
    StreamBrokenError,
)

# These know more than a problem tells.
_POORER = (ApiError, BudgetExceededError, QuotaExceededError, StreamBrokenError)
_CLASSES = {kind.slug: cls for cls, kind in PROBLEMS.items() if cls not in _POORER}


def revive(body: bytes, status: int, retry_after_s: float | None) -> CoachError:
    """Return the error behind a response that is no success; an ApiError where there is no better class.

    Its `retry_after_s`, where it has one, is that of the response.
    """
    try:
        problem = Problem.model_validate_json(body)
    except ValidationError:  # a proxy in between, or no coach at all
        retryable = status in {429, 502, 503, 504}
        return ApiError(
            f"the server answers with status {status}", slug="http", status=status, retryable=retryable
        )
    slug = problem.type.rpartition("/")[2]
    message = "; ".join((problem.detail, *(f"{one.pointer}: {one.detail}" for one in problem.errors)))
    if problem.quota:
        wait_s = retry_after_s or 1.0
        return QuotaExceededError(problem.quota.name, limit=problem.quota.limit, retry_after_s=wait_s)
    if slug in _CLASSES:
        return _CLASSES[slug](message, hint=problem.hint)
    return ApiError(message, slug=slug, status=status, retryable=problem.retryable, hint=problem.hint)
