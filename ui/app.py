"""The page: `coach up` starts it, `streamlit run ui/app.py` too."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.navigation import navigate

st.set_page_config(
    page_title="Interview coach", page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide"
)
st.html(Path(__file__).parent / "components" / "page.css")
navigate()
