"""What a client accepts, and whether it has the current version already."""

from __future__ import annotations

from typing import Literal

from coach.errors import NotAcceptableError

Form = Literal["application/json", "text/event-stream"]
JSON: Form = "application/json"
EVENTS: Form = "text/event-stream"


def choose_form(accept: str | None) -> Form:
    """Return the form of a reply by the Accept header: events if they are preferred, else JSON.

    Raises:
        NotAcceptableError: It takes neither.

    >>> choose_form("text/event-stream, application/json;q=0.5"), choose_form("*/*")
    ('text/event-stream', 'application/json')
    """
    ranges = [_read_range(one) for one in (accept or "*/*").split(",") if one.strip()]
    weights = {form: _weight(form, ranges) for form in (JSON, EVENTS)}
    if not any(weights.values()):
        raise NotAcceptableError(f"{accept!r} takes neither {JSON} nor {EVENTS}")
    return EVENTS if weights[EVENTS] > weights[JSON] else JSON


def is_current(if_none_match: str | None, tag: str) -> bool:
    """Return whether the If-None-Match header names this entity tag (RFC 9110, section 13.1.2).

    >>> is_current('W/"a", "b"', '"a"'), is_current("*", '"a"'), is_current('"b"', '"a"')
    (True, True, False)
    """
    given = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    return tag in given or "*" in given


def _read_range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip().casefold() for part in text.split(";"))
    quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0


def _weight(form: Form, ranges: list[tuple[str, float]]) -> float:
    """Return how much a form is wanted: the most specific range that names it decides."""
    for pattern in (form, form.split("/")[0] + "/*", "*/*"):
        found = [quality for name, quality in ranges if name == pattern]
        if found:
            return max(found)
    return 0.0
