"""Whether a text that somebody found gives questions of a set away."""

from __future__ import annotations

import streamlit as st

from ui.parts.plain import escaped
from ui.parts.set_models import StoredSet
from ui.state import api

_MAX_CHARS = 50_000
_HOW = {"wording": "in its words", "meaning": "in other words"}


def show_leaks(stored: StoredSet) -> None:
    """Draw the field for the text, and what it gives away."""
    st.subheader("Leak check", anchor=False)
    text = st.text_area(
        "Text that may give questions away",
        key=f"{stored.id} leak text",
        max_chars=_MAX_CHARS,
        placeholder="Paste a forum post, a preparation course, an earlier set",
    )
    if not st.button("Check it", disabled=not text.strip(), key=f"{stored.id} leak check"):
        return
    leaks = api().leaks(stored.id, text).leaks
    if not leaks:
        st.success("It gives no question of this set away.")
        return
    rows = "\n".join(
        f"- {escaped(one.question)}\n  {_HOW.get(one.kind, escaped(one.kind))} "
        f"({one.likeness:.0%} alike): “{escaped(one.quote)}”"
        for one in leaks
    )
    with st.container(border=True):
        st.markdown(f"**Given away, {len(leaks)} of the questions**\n\n{rows}")
