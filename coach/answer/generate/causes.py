"""Why a call to a model came to nothing, in a word."""

from __future__ import annotations

from coach.errors import BudgetExceededError, ModelError


def cause(error: ModelError | BudgetExceededError) -> str:
    """Return the last model's reason where a chain has failed, or the limit that was reached."""
    if isinstance(error, BudgetExceededError):
        return error.which
    return error.hops[-1].reason if error.hops else error.reason
