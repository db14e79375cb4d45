"""Reports as files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from ui.practice_methods import ReportForm

_FORMS: tuple[tuple[str, ReportForm, str, str], ...] = (
    ("PDF", "pdf", "pdf", "application/pdf"),
    ("Markdown", "markdown", "md", "text/markdown"),
)


def report_files(name: str, read: Callable[[ReportForm], bytes], *, key: str) -> None:
    """Draw a button for each form of a report; it is made when the button is pressed."""
    with st.container(horizontal=True):
        for label, form, ending, media_type in _FORMS:
            st.download_button(
                f"Report · {label}",
                data=partial(read, form),
                file_name=f"{name}-report.{ending}",
                mime=media_type,
                key=f"{key} {form}",
                on_click="ignore",
            )
