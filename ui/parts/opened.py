"""What is being changed stays the version that was opened, so that nobody writes over words unseen."""

from __future__ import annotations

from typing import TypeVar

import streamlit as st

from ui.parts.practice_bank_models import Story
from ui.parts.set_models import StoredTemplate

Kept = TypeVar("Kept", Story, StoredTemplate)


def field_key(kept: Story | StoredTemplate | None, new: str) -> str:
    """Return how the keys of a thing's fields begin; `new` for one that is not kept yet."""
    return f"{kept.id} {kept.version}" if kept else new


def as_opened(kept: Kept | None, newest: Kept | None, field: str) -> Kept | None:
    """Return the version whose fields stand on the page, or the newest if none do.

    Where another one was saved meanwhile, that is told, and a button takes it.

    Args:
        kept: The version that was drawn last.
        newest: None if it is gone.
        field: How the key of a field that is always drawn ends.
    """
    if kept is None or f"{field_key(kept, '')} {field}" not in st.session_state:
        return newest
    if newest is None:
        return kept
    load = f"load {newest.id}"
    if newest.version == kept.version or st.session_state.get(load):
        return newest
    st.warning(
        "A newer version was saved meanwhile, elsewhere or in another tab. What is typed here is not saved: "
        "copy what you need of it before you load that version."
    )
    st.button("Load the newer version", key=load)
    return kept
