"""Questions that were chosen one by one for a question set; they stay while the visitor goes about."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import streamlit as st

from ui.client import ApiProblem
from ui.parts.plain import escaped
from ui.state import Destination, api, session

MOST = 60
_PARAMETER = "must"


def toggle(question_id: str, question: str) -> None:
    """Draw the button that puts a question into the collection, or takes it out."""
    collected = session().collected
    if question_id in collected:
        st.button("Remove from set", icon=":material/check:", on_click=_remove, args=([question_id],))
    else:
        full = len(collected) >= MOST
        st.button(
            "Add to set",
            icon=":material/playlist_add:",
            on_click=_add,
            args=(question_id, question),
            disabled=full,
            help=f"A set has at most {MOST} questions." if full else None,
        )


def count_shown() -> None:
    """Draw how many questions are collected, and the way to the set; nothing if there is none."""
    count = len(session().collected)
    if not count:
        return
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", border=True
    ):
        st.markdown(f"{count} {'question' if count == 1 else 'questions'} for a question set")
        st.button("Build the set", icon=":material/checklist:", on_click=_go, key="to_the_set")


def must_have() -> tuple[str, ...]:
    """Draw the collected questions, each with what removes it, and return their ids.

    The address names them, so that it can be kept or sent: opening it collects them again.
    """
    _collect_address()
    collected = session().collected
    st.markdown("**Questions that must be in it**")
    if not collected:
        st.caption("None. “Add to set” on a question of the handbook puts it here.")
        return ()
    with st.container(gap=None):
        for question_id, question in collected.items():
            _row(question_id, question)
    if len(collected) > 1:
        st.button("Remove all", type="tertiary", on_click=_remove, args=([*collected],))
    return tuple(collected)


def _row(question_id: str, question: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(escaped(question), width="stretch")
        st.button(
            "Remove", key=f"remove {question_id}", type="tertiary", on_click=_remove, args=([question_id],)
        )


def _collect_address() -> None:
    """Add what the address names, unless the page itself wrote it, and let it name all that is collected."""
    here = session()
    wanted = tuple(st.query_params.get_all(_PARAMETER))
    lost = 0
    for question_id in () if wanted == here.named else wanted[:MOST]:
        if question_id in here.collected:
            continue
        try:
            here.collected[question_id] = api().question(question_id).question
        except ApiProblem as problem:
            if problem.details.status != HTTPStatus.NOT_FOUND:
                raise
            lost += 1
    if lost:
        st.caption(f"{lost} of the questions that the address names are not in the handbook any more.")
    here.named = tuple(here.collected)
    if here.named and here.named != wanted:
        st.query_params[_PARAMETER] = here.named
    elif not here.named:
        st.query_params.pop(_PARAMETER, None)


def _add(question_id: str, question: str) -> None:
    session().collected[question_id] = question


def _remove(question_ids: Sequence[str]) -> None:
    for question_id in question_ids:
        session().collected.pop(question_id, None)


def _go() -> None:
    session().destination = Destination("sets", {})
