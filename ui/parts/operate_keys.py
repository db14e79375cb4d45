"""Keys on the page: who may use the API, how much they took, a new one, the end of one."""

from __future__ import annotations

import streamlit as st

from ui.parts.operate_acts import act, confirmed, listed
from ui.parts.operate_models import Allowance, Key, Keys
from ui.parts.plain import escaped
from ui.state import api

_SCOPES = ("ask", "practice", "recruit", "admin")
_SECRET = "operate_secret"  # noqa: S105 - the name of a place


def show_keys(found: Keys) -> None:
    """Draw the keys, and what can be done with them."""
    st.header("Keys", anchor=False)
    _secret()
    if found.keys:
        listed(_row(key) for key in found.keys)
    else:
        st.markdown("There is no key. On this machine alone none is needed.")
    with st.expander("Make a key"):
        _form()
    valid = {key.id: key for key in found.keys if key.revoked_at is None}
    if valid:
        with st.expander("Revoke a key"):
            _revoke(valid)


def _form() -> None:
    tenant = st.text_input("Tenant of the key", max_chars=64, key="key_tenant").strip()
    person = st.text_input("Person (may be empty)", max_chars=64, key="key_person").strip()
    st.caption("What it opens")
    with st.container(horizontal=True):
        scopes = [
            scope
            for scope in _SCOPES
            if st.checkbox(f"Scope {scope}", value=scope == "ask", key=f"key_scope_{scope}")
        ]
    per_minute = st.number_input("Requests a minute (0: no limit)", 0, 100_000, 60, key="key_minute")
    note = st.text_input("What it is for", max_chars=200, key="key_note").strip()
    limits = {"requests_per_minute": per_minute} if per_minute else {}
    wanted: dict[str, object] = {
        "tenant": tenant,
        "person": person,
        "scopes": scopes,
        "limits": limits,
        "note": note,
    }
    st.button(
        "Make the key",
        key="make_key",
        type="primary",
        disabled=not (tenant and scopes),
        on_click=act,
        args=(lambda: _make(wanted), "The key is made"),
    )


def _make(wanted: dict[str, object]) -> None:
    st.session_state[_SECRET] = api().create_key(wanted).secret


def _secret() -> None:
    """Show a new secret until it is put away; then nobody can read it again."""
    if secret := st.session_state.get(_SECRET):
        st.warning("Copy the secret now. It cannot be shown again.")
        st.code(secret, language=None)
        st.button("I have it", key="secret_noted", on_click=lambda: st.session_state.pop(_SECRET, None))


def _revoke(valid: dict[str, Key]) -> None:
    key_id = st.selectbox(
        "Key to revoke", list(valid), format_func=lambda one: f"{one}, {_whose(valid[one])}", key="revoke_id"
    )
    confirmed(
        "Revoke the key",
        f"Whoever uses **{escaped(str(key_id))}** is refused within seconds. It cannot be undone.",
        lambda: api().revoke_key(str(key_id)),
        done=f"{key_id} is revoked",
        key="revoke_key",
    )


def _row(key: Key) -> tuple[str, ...]:
    state = f"revoked {key.revoked_at:%d %b %Y}" if key.revoked_at else "valid"
    return key.id, _whose(key), ", ".join(key.scopes), state, "; ".join(map(_taken, key.use)), key.note


def _whose(key: Key) -> str:
    return f"{key.tenant}/{key.person}" if key.person else key.tenant


def _taken(one: Allowance) -> str:
    return f"{one.limit - one.remaining:g} of {one.limit:g} {one.name.replace('_', ' ')}"
