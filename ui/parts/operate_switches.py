"""Switches on the page: those that are set, and a form for the next."""

from __future__ import annotations

import streamlit as st

from ui.parts.operate_acts import act, confirmed, listed
from ui.parts.operate_models import Switch, Switches
from ui.parts.plain import escaped
from ui.state import api

_NAMES = {
    "model": "Pin a model",
    "fallback": "Fallback chain",
    "passages": "Fewer sections (k)",
    "rerank": "No reranker",
    "quotes_only": "Quotes only",
    "tenant": "Switch a tenant off",
}
_FIXED = {"rerank": "off", "quotes_only": "on", "tenant": "off"}
_LASTS: dict[str, int | None] = {
    "15 minutes": 15,
    "1 hour": 60,
    "4 hours": 240,
    "1 day": 1440,
    "until it is cleared": None,
}


def show_switches(found: Switches) -> None:
    """Draw the switches that are set, each with a way to clear it, and the form."""
    st.header("Switches", anchor=False)
    st.caption("They hold for all processes within two seconds. Answers made under a switch say so.")
    if found.switches:
        listed(_row(one) for one in found.switches)
    else:
        st.markdown("Nothing is switched.")
    for one in found.switches:
        name, tenant = one.name, one.tenant
        st.button(
            f"Clear: {_title(one)}",
            key=f"clear {name} {tenant}",
            on_click=act,
            args=(lambda name=name, tenant=tenant: _clear(name, tenant), f"{_title(one)} is cleared"),
        )
    with st.expander("Set a switch", expanded=not found.switches):
        _form(found)


def _form(found: Switches) -> None:
    rules = {rule.name: rule for rule in found.rules}
    name = st.selectbox(
        "Switch", list(rules), format_func=lambda name: _NAMES.get(name, name), key="switch_name"
    )
    if name is None:
        return
    st.caption(escaped(rules[name].effect))
    value = _FIXED.get(name, "")
    if name == "passages":
        value = str(st.number_input("Most sections an answer draws on", 1, 20, 2, key="switch_passages"))
    elif not value:
        value = st.text_input(f"Value: {rules[name].takes}", key=f"switch_value_{name}").strip()
    tenant = st.text_input("Tenant", key="switch_tenant").strip() if name == "tenant" else ""
    lasts = st.selectbox("How long", list(_LASTS), index=1, key="switch_lasts")
    reason = st.text_input("Why (kept in the audit log)", max_chars=500, key="switch_reason").strip()
    confirmed(
        "Set the switch",
        f"**{escaped(_NAMES.get(name, name))}**, value {escaped(value) or '–'}"
        f"{', tenant ' + escaped(tenant) if tenant else ''}, {lasts}. Users feel this at once.",
        lambda: api().set_switch(name, value, reason=reason, tenant=tenant, minutes=_LASTS[lasts or ""]),
        done=f"{_NAMES.get(name, name)} is set",
        key="set_switch",
        disabled=not (value and reason and (tenant or name != "tenant")),
    )


def _clear(name: str, tenant: str) -> None:
    api().clear_switch(name, tenant=tenant, reason="cleared on the page")


def _title(one: Switch) -> str:
    named = _NAMES.get(one.name, one.name)
    return f"{named}: {one.tenant}" if one.tenant else named


def _row(one: Switch) -> tuple[str, ...]:
    until = f"until {one.ends_at:%d %b %H:%M} UTC" if one.ends_at else "until it is cleared"
    return _title(one), one.value, until, f"by {one.set_by}", one.reason
