"""All pages, and what stands beside each: where one can go, and the conversations."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.parts import conversations
from ui.state import session
from ui.views import ask, handbook, inspect, operate, practise, quality, sets

_ASK = ""
"""The default page has no name in the address."""


def navigate() -> None:
    """Draw the page that the address names, and the conversations."""
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
    chosen, here = st.navigation(pages), session()
    _follow(by_name)
    if st.session_state.get("retry") or here.page != chosen.url_path:
        here.page, here.listed = chosen.url_path, None
    if chosen.url_path == _ASK:  # asking changes the list, and this page never stops in the middle
        chosen.run()
        _beside()
    else:
        _beside()
        chosen.run()


def _beside() -> None:
    with st.sidebar:
        conversations.beside()


def _follow(pages: dict[str, StreamlitPage]) -> None:
    """Go where an element of a page asked to go."""
    here = session()
    if here.destination:
        wanted, here.destination = here.destination, None
        st.switch_page(pages[wanted.page], query_params=wanted.query)
