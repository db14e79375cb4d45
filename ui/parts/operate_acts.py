"""What an operator does on the page: done before the page is drawn anew, and told on top of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from ui.client import ApiProblem
from ui.parts.plain import escaped

_TOLD = "operate_told"


def act(work: Callable[[], object], done: str) -> None:
    """Do something and remember what to tell of it: that it is done, or what the API says against it."""
    try:
        work()
    except ApiProblem as problem:
        lines = (problem.details.title, problem.details.detail, problem.details.hint)
        st.session_state[_TOLD] = (False, ". ".join(line.rstrip(".") for line in lines if line) + ".")
    else:
        st.session_state[_TOLD] = (True, done)


def tell() -> None:
    """Draw what came of the last act, once."""
    well, told = st.session_state.pop(_TOLD, (True, ""))
    if told:
        (st.success if well else st.error)(escaped(told))


def confirmed(
    label: str, warning: str, work: Callable[[], object], *, done: str, key: str, disabled: bool = False
) -> None:
    """Draw a button that asks once more before it does something that users feel."""
    with st.popover(label, disabled=disabled):
        st.markdown(warning)
        st.button(
            f"Yes, {label[0].lower()}{label[1:]}", key=key, type="primary", on_click=act, args=(work, done)
        )


def listed(rows: Iterable[tuple[str, ...]]) -> None:
    """Draw rows of plain text, the first cell of each as its name; a list fits a phone, a table does not."""
    lines = []
    for name, *facts in rows:
        told = " · ".join(escaped(fact) for fact in facts if fact)
        lines.append(f"- **{escaped(name)}**: {told}" if told else f"- **{escaped(name)}**")
    st.markdown("\n".join(lines))
