"""Tables of text and figures."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: int = 0) -> None:
    """Draw a table of Markdown cells; the last `right` columns hold figures."""
    dashes = ["---"] * (len(head) - right) + ["--:"] * right
    lines = [head, dashes, *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
