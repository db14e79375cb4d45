"""The page's own elements: scripts and styles of ui/components, mounted in Streamlit's component door.

Each gets plain data and sets it as text (ui/components/dom.js); nothing here builds HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parents[1] / "components"


def _component(name: str) -> ComponentRenderer:
    css = _read("shared.css") + _read(f"{name}.css")
    js = _read("dom.js") + _read(f"{name}.js")
    return st.components.v2.component(f"coach_{name}", css=css, js=js)


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_ANSWER = _component("answer")
_READER = _component("reader")
_LINKS = _component("links")
_MEASURES = _component("measures")
_CHUNKS = _component("chunks")


def answer(
    data: dict[str, object],
    *,
    key: str,
    on_open: Callable[[], None],
    on_ask: Callable[[], None],
    on_read: Callable[[], None],
    on_feedback: Callable[[], None],
) -> None:
    """Draw an answer with its source pane; `happened` tells a callback what was done in it."""
    _ANSWER(
        key=key,
        data=data,
        on_open_change=on_open,
        on_ask_change=on_ask,
        on_read_change=on_read,
        on_feedback_change=on_feedback,
    )


def reader(blocks: list[dict[str, object]], *, key: str) -> None:
    """Draw handbook text; what is marked in it is brought into view."""
    _READER(key="reader", data={"key": key, "blocks": blocks})


def chunks(
    documents: list[dict[str, object]],
    reading: dict[str, object],
    *,
    key: str,
    on_pick: Callable[[], None],
) -> None:
    """Draw where chunks lie in their documents, and the text of one; a pick tells its place."""
    _CHUNKS(key=key, data={"documents": documents, "reading": reading}, on_pick_change=on_pick)


def links(items: list[dict[str, object]], *, label: str, key: str, on_pick: Callable[[], None]) -> None:
    """Draw a list of links; each item has text, note, href, current, and the `value` that a pick tells."""
    _LINKS(key=key, data={"items": items, "label": label}, on_pick_change=on_pick)


def measures(rows: list[dict[str, object]], *, caption: str, key: str) -> None:
    """Draw estimates with their intervals, one a row."""
    _MEASURES(key=key, data={"rows": rows, "caption": caption})


def happened(key: str, name: str) -> Any:  # noqa: ANN401 - what the script of the element sends
    """Return what an element told with a trigger; None if it is another trigger's turn."""
    return st.session_state.get(key, {}).get(name)
