"""Question sets: from a job text or a few choices to a set with reasons, rubrics and files."""

from __future__ import annotations

import hashlib

import streamlit as st

from ui.parts import collected
from ui.parts.notices import problems_shown
from ui.parts.plain import escaped
from ui.parts.set_change import begin_change, leave_change, set_in_change
from ui.parts.set_form import inferred_list, wishes_of
from ui.parts.set_leaks import show_leaks
from ui.parts.set_models import Reading, StoredSet, Wishes
from ui.parts.set_result import show_findings, show_set
from ui.parts.set_templates import chosen_template, show_templates
from ui.parts.set_versions import show_versions
from ui.state import api

_COLUMN_PX = 800
_READING = "set_reading"
_MAX_CHARS = 20_000
_EMPTY = Reading(wishes=Wishes())
_INTRODUCTION = (
    "Paste a job description or write a few words, such as *senior, retrieval, 45 minutes, no system "
    "design*. You see what was read and can change it before anything is built. The same questions with the "
    "same scale for every candidate; people judge, nothing here scores an applicant."
)


def show() -> None:
    """Draw the request, what was read from it, and the set that the address names."""
    with st.container(width=_COLUMN_PX):
        st.title("Question sets", anchor=False)
        st.markdown(_INTRODUCTION)
        _request()
        with problems_shown():
            _choices()
            _opened()
            _earlier()


def _request() -> None:
    text = st.text_area(
        "Job description or a few words",
        key="set_text",
        height=160,
        max_chars=_MAX_CHARS,
        placeholder="Questions for a staff-level incident loop, 45 minutes, no system design",
    )
    if st.button("Read it", type="primary", disabled=not text.strip(), key="read_request"):
        with problems_shown():
            st.session_state[_READING] = (text, api().read_request(text))


def _choices() -> None:
    text, reading = _read()
    if reading.inferred or reading.notes or reading.findings:
        st.header("What was read", anchor=False)
        if reading.inferred:
            inferred_list(reading.inferred)
        for note in reading.notes:
            st.caption(escaped(note))
        if reading.degraded:
            missing = escaped("; ".join(reading.degraded))
            st.caption(f"Degraded: the model did not read all of it. Rules on words did. ({missing})")
        show_findings(reading.findings)
    st.header("What the set is to be", anchor=False)
    key = hashlib.sha256(f"{text}{reading}".encode()).hexdigest()[:12]
    must_have = collected.must_have()
    competencies = api().competencies().competencies
    wishes, title = wishes_of(reading, competencies, must_have, key=key)
    templates = api().templates().templates
    template_id = chosen_template(templates)
    changed = set_in_change(st.query_params.get("set"))
    if changed and st.button(f"Build version {changed.after + 1}", type="primary", key="build_version"):
        with st.spinner("Choosing questions …"):
            stored = api().build_version(changed.set_id, wishes, title, text, after=changed.after)
        leave_change()
        _open(stored)
        st.rerun()
    if st.button("Build the set", type="secondary" if changed else "primary", key="build_set"):
        with st.spinner("Choosing questions …"):
            stored = api().build_set(wishes, title, text, template_id)
        _open(stored)
    show_templates(templates, competencies)


def _open(stored: StoredSet) -> None:
    """Name a set in the address, at its newest version; what is drawn next shows it."""
    st.query_params.pop("version", None)
    st.query_params["set"] = stored.id


def _opened() -> None:
    """Draw the set that the address names, if it names one, with all that can be done to it."""
    wanted, version = st.query_params.get("set"), st.query_params.get("version", "")
    if not wanted:
        return
    stored = api().question_set(wanted, int(version) if version.isdecimal() else None)
    show_set(stored)
    versions = api().set_versions(wanted).versions
    st.button(
        "Change this set",
        key=f"change {stored.id} {stored.version}",
        on_click=begin_change,
        args=(stored, versions[0].version, _READING),
        help="Takes its wishes into the fields above.",
    )
    show_versions(stored, versions)
    show_leaks(stored)


def _read() -> tuple[str, Reading]:
    kept: tuple[str, Reading] = st.session_state.get(_READING, ("", _EMPTY))
    return kept


def _earlier() -> None:
    earlier = api().question_sets().sets
    if not earlier:
        return
    st.header("Built before", anchor=False)
    rows = "\n".join(f"- [{escaped(one.title)}](sets?set={one.id}), version {one.version}" for one in earlier)
    st.markdown(rows)
