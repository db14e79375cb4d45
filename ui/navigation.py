"""All pages, and what stands beside each: where one can go, and what was asked before."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.parts import elements
from ui.state import Destination, session
from ui.views import ask, handbook, inspect, operate, practise, quality, sets

_HISTORY = "history"
_SHOWN_CHARS = 60


def navigate() -> None:
    """Draw the page that the address names, and the history."""
    # One list without groups: Streamlit's groups put their entries where no list allows them (axe: "list").
    pages = [
        st.Page(ask.show, title="Ask", icon=":material/forum:", url_path="ask", default=True),
        st.Page(handbook.show, title="Handbook", icon=":material/menu_book:", url_path="handbook"),
        st.Page(practise.show, title="Practise", icon=":material/exercise:", url_path="practise"),
        st.Page(sets.show, title="Question sets", icon=":material/checklist:", url_path="sets"),
        st.Page(quality.show, title="Quality", icon=":material/monitoring:", url_path="quality"),
        st.Page(inspect.show, title="Inspect", icon=":material/search_insights:", url_path="inspect"),
        st.Page(operate.show, title="Operate", icon=":material/settings:", url_path="operate"),
    ]
    by_name = {page.url_path or "ask": page for page in pages}
    chosen = st.navigation(pages)
    _follow(by_name)
    chosen.run()
    with st.sidebar:
        _history()


def _follow(pages: dict[str, StreamlitPage]) -> None:
    """Go where an element of a page asked to go."""
    here = session()
    if here.destination:
        wanted, here.destination = here.destination, None
        st.switch_page(pages[wanted.page], query_params=wanted.query)


def _history() -> None:
    here = session()
    if not here.history:
        return
    st.caption("Asked before")
    items: list[dict[str, object]] = [
        {
            "text": one.question if len(one.question) <= _SHOWN_CHARS else one.question[:_SHOWN_CHARS] + "…",
            "href": f"./?answer={one.answer_id}",
            "value": one.answer_id,
            "current": bool(
                here.progress and here.progress.answer and here.progress.answer.id == one.answer_id
            ),
        }
        for one in here.history
    ]
    elements.links(items, label="Asked before", key=_HISTORY, on_pick=_reopen)


def _reopen() -> None:
    if picked := elements.happened(_HISTORY, "pick"):
        session().destination = Destination("ask", {"answer": str(picked)})
