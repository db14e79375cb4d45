"""A set on its way to its next version: its wishes stand in the fields until it is built."""

from __future__ import annotations

import streamlit as st

from ui.parts.set_models import Reading, StoredSet
from ui.state import api, session

_CHANGED = "set_changed"


def begin_change(stored: StoredSet, reading_key: str) -> None:
    """Take the wishes of a set into the fields, and its named questions into the collection."""
    wishes = stored.made.wishes
    texts = {pack.question.id: pack.question.text for one in stored.made.interviews for pack in one.packs}
    session().collected = {one: texts.get(one, one) for one in wishes.must_have}
    st.session_state[reading_key] = (stored.made.request, Reading(wishes=wishes))
    st.session_state[_CHANGED] = stored.id


def leave_change() -> None:
    """Forget that a set was to be changed."""
    st.session_state.pop(_CHANGED, None)


def set_in_change(opened: str | None) -> StoredSet | None:
    """Return the newest version of the set that is to be changed, if it is the one that is open."""
    return api().question_set(opened) if opened and st.session_state.get(_CHANGED) == opened else None
