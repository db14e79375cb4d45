"""Question sets: not built yet, and says so."""

from __future__ import annotations

import streamlit as st


def show() -> None:
    """Draw what will be here."""
    st.title("Question sets", anchor=False)
    st.markdown(
        "No question sets yet. Here you will put together an interview from a role and a length: questions "
        "balanced by level, kind and chapter, each with a rubric, ready to print or export."
    )
    st.markdown("Until then: filter the **Handbook** by level and kind to choose questions by hand.")
