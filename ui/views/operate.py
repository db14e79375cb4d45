"""Operate: how the service fares, and what an operator can change without a restart."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiProblem
from ui.parts.notices import problems_shown
from ui.parts.operate_acts import listed, tell
from ui.parts.operate_keys import show_keys
from ui.parts.operate_models import Dependencies, Entry
from ui.parts.operate_stacks import show_index, show_stacks
from ui.parts.operate_switches import show_switches
from ui.parts.plain import escaped
from ui.state import api

_FORBIDDEN = (401, 403)
_ENTRIES = 15
_SIGNS = {"ok": "ok", "degraded": "degraded", "down": "DOWN"}


def show() -> None:
    """Draw the page."""
    st.title("Operate", anchor=False)
    with problems_shown():
        _readiness()
        found = _dependencies()
        if found is None:
            st.info("This page is for operators: the API key that it uses does not have the scope “admin”.")
            return
        tell()
        _health(found)
        show_switches(api().switches())
        show_stacks(api().stacks())
        show_index(api().index())
        show_keys(api().keys())
        _changes()
    st.button("Look again")


def _readiness() -> None:
    """Say what keeps the API from taking requests; it tells that to everybody."""
    readiness = api().readiness()
    wrong = {name: told for name, told in readiness.checks.items() if told != "ok"}
    if wrong:
        told = "; ".join(f"{escaped(name)}: {escaped(what)}" for name, what in wrong.items())
        st.warning(f"Not ready. {told}")


def _dependencies() -> Dependencies | None:
    """Return how the dependencies fare; None if whoever asks is no operator."""
    try:
        return api().dependencies()
    except ApiProblem as problem:
        if problem.details.status in _FORBIDDEN:
            return None
        raise


def _health(found: Dependencies) -> None:
    st.header("Health", anchor=False)
    if found.state == "ok":
        st.success("Everything that the service depends on is well.")
    for one in found.dependencies:
        if one.state != "ok":
            drawn = st.error if one.state == "down" else st.warning
            drawn(f"**{escaped(one.name)}** is {one.state}: {escaped(one.detail)}. {escaped(one.effect)}")
    listed((one.name, _SIGNS.get(one.state, one.state), one.detail) for one in found.dependencies)
    st.markdown(f"API at `{api().base_url}`")


def _changes() -> None:
    st.header("Changes", anchor=False)
    entries = api().audit_entries(_ENTRIES).entries
    if entries:
        listed(_row(one) for one in entries)
    else:
        st.markdown("Nothing was changed yet.")
    if st.button("Verify the audit log", key="verify_log"):
        if api().verify_audit_log().holds:
            st.success("Every entry is there and as it was written.")
        else:
            st.error("The audit log is broken. `coach audit verify` names the entry.")


def _row(one: Entry) -> tuple[str, ...]:
    details = one.details
    moved = f"{details.get('from') or '–'} → {details.get('to') or '–'}" if "to" in details else ""
    what = f"{one.action} {one.subject.removeprefix('switch:').removeprefix('stack:')}"
    return what, moved, str(details.get("reason") or ""), f"by {one.actor}, {one.at:%d %b %H:%M} UTC"
