"""A set on its way to its next version: its wishes stand in the fields until it is built."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from ui.parts.set_models import Reading, StoredSet
from ui.state import session

_CHANGED = "set_changed"


class Change(NamedTuple):
    """A set that is to be changed, and its newest version when that began."""

    set_id: str
    after: int


def begin_change(stored: StoredSet, newest: int, reading_key: str) -> None:
    """Take the wishes of a version into the fields, and its named questions into the collection."""
    wishes = stored.made.wishes
    texts = {pack.question.id: pack.question.text for one in stored.made.interviews for pack in one.packs}
    session().collected = {one: texts.get(one, one) for one in wishes.must_have}
    st.session_state[reading_key] = (stored.made.request, Reading(wishes=wishes))
    st.session_state[_CHANGED] = Change(stored.id, newest)


def leave_change() -> None:
    """Forget that a set was to be changed."""
    st.session_state.pop(_CHANGED, None)


def set_in_change(opened: str | None) -> Change | None:
    """Return the set that is to be changed, if it is the one that is open."""
    change: Change | None = st.session_state.get(_CHANGED)
    return change if change and change.set_id == opened else None
