"""Practise: not built yet, and says so."""

from __future__ import annotations

import streamlit as st


def show() -> None:
    """Draw what will be here."""
    st.title("Practise", anchor=False)
    st.markdown(
        "Nothing to practise yet. Here you will write or speak an answer to a question of the handbook, "
        "have it graded against the key facts with the passages that prove them, hold a mock interview, and "
        "get back what you missed when it is due."
    )
    st.markdown(
        "Until then: read a question in the **Handbook**, answer it aloud, then **Ask** it and compare."
    )
