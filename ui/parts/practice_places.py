"""Where one is on the page "Practise": the address says it, so that a reload or a link leads there."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

import streamlit as st

Part = Literal["questions", "interview", "review", "drills", "stories", "progress"]
PARTS: dict[Part, str] = {
    "questions": "Questions",
    "interview": "Mock interview",
    "review": "Review",
    "drills": "Drills",
    "stories": "Stories",
    "progress": "Progress",
}


def place(part: Part, **names: str) -> str:
    """Return the address of a part of the page, relative to it."""
    return f"practise?{urlencode({'part': part, **names})}"


def stay(part: Part, **names: str) -> None:
    """Put a place into the address; the next run draws it."""
    st.query_params.from_dict({"part": part, **names})


def chosen() -> Part:
    """Return the part that the address names; a question alone names the first."""
    wanted = st.query_params.get("part", "")
    return next((part for part in PARTS if part == wanted), "questions")


def time_zone() -> str:
    """Return where the visitor's days end, as the browser says; UTC if it says nothing."""
    return st.context.timezone or "UTC"
