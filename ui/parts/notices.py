"""What went wrong, told for people: one card, with the mend and a way to try again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ui.client import ApiProblem
from ui.models import ProblemDetails
from ui.parts.plain import escaped


def problem_card(details: ProblemDetails, *, key: str = "retry") -> None:
    """Draw what went wrong; the button runs the page again."""
    lines = [f"**{escaped(details.title)}**"]
    lines += [escaped(text) for text in (details.detail, details.hint) if text]
    if details.request_id:
        lines.append(f"Request {escaped(details.request_id)}")
    st.error("\n\n".join(lines))
    st.button("Try again", key=key)


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show a problem of the API as a card, and draw no more of the page."""
    try:
        yield
    except ApiProblem as problem:
        problem_card(problem.details)
        st.stop()
