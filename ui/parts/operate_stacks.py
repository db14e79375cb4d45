"""Stack and index on the page: what answers, what could, and how fresh it is."""

from __future__ import annotations

import streamlit as st

from ui.models import Stack
from ui.parts.operate_acts import act, confirmed, listed
from ui.parts.operate_models import IndexState, Stacks
from ui.parts.plain import escaped
from ui.state import api

_PARTS = {
    "index": "Index build",
    "corpus": "Handbook",
    "embedder": "Embedder",
    "keyword": "Keyword weights",
    "chunker": "Chunker",
    "gate": "Gate",
    "retriever": "Retriever",
    "writer": "Writer",
    "judge": "Judge",
    "prompts": "Prompts",
    "passage_chars": "Passage characters",
    "switches": "Switches",
}
_SHOWN_FILES = 10


def show_stacks(found: Stacks) -> None:
    """Draw what answers are made with, and the ways to change it."""
    st.header("Stack", anchor=False)
    what = "what the settings name" if found.chosen == "settings" else found.chosen
    st.markdown(f"In force: **{escaped(what)}**. Every answer carries the hash `{found.serving.hash}`.")
    if found.problem:
        st.warning(f"What was chosen last is not followed: {escaped(found.problem)}")
    with st.expander("Parts of the stack"):
        _parts(found.serving)
    choices = ["settings", *(one.stack.hash for one in found.saved)]
    writers = {one.stack.hash: one.stack.parts.get("writer", "") for one in found.saved}
    name = st.selectbox(
        "Saved stacks",
        choices,
        index=choices.index(found.chosen) if found.chosen in choices else 0,
        format_func=lambda one: (
            f"{one}, writer {writers[one]}" if one in writers else "what the settings name"
        ),
        key="stack_name",
    )
    with st.container(horizontal=True):
        confirmed(
            "Use this stack",
            f"The next question is answered with **{escaped(name)}**. Questions under way end as they began.",
            lambda: api().use_stack(name),
            done=f"In force: {name}",
            key="use_stack",
            disabled=name == found.chosen,
        )
        confirmed(
            "Roll back",
            f"This puts **{escaped(found.before or '')}** in force again.",
            lambda: api().roll_back_stack(found.chosen),
            done=f"In force again: {found.before}",
            key="roll_back",
            disabled=found.before is None,
        )
        st.button(
            "Save what the settings name",
            key="save_stack",
            on_click=act,
            args=(api().save_stack, "Saved; choose it to put it in force"),
        )


def show_index(found: IndexState) -> None:
    """Draw the versions of the index and how fresh they are."""
    st.header("Index", anchor=False)
    versions = [("Answers come from", found.served)]
    if not found.is_current:
        versions.append(("Published last", found.live))
    listed(
        (
            what,
            f"build {one.build}",
            f"made {one.created_at:%d %b %Y %H:%M} UTC",
            f"{one.documents} documents, {one.questions} questions, {one.chunks} chunks",
        )
        for what, one in versions
    )
    if not found.is_current:
        st.warning("A newer build was published. This process still answers from the old one.")
        confirmed(
            "Answer from the newest build",
            "Every process on this data folder opens it with its next question.",
            lambda: api().reopen_index(),
            done="The newest build answers",
            key="reopen_index",
        )
    _other_builds(found)
    if found.changed:
        named = ", ".join(escaped(name) for name in found.changed[:_SHOWN_FILES])
        more = len(found.changed) - _SHOWN_FILES
        st.warning(
            f"{len(found.changed)} documents have changed since they were indexed: {named}"
            f"{f' and {more} more' if more > 0 else ''}. Run `coach ingest`."
        )
    elif found.unseen:
        st.caption(
            f"{found.unseen} documents were indexed elsewhere; whether they changed cannot be seen here."
        )
    else:
        st.caption("Every document is as it was indexed.")


def _other_builds(found: IndexState) -> None:
    """Draw the builds that are kept besides the live one, and the way back to one of them."""
    others = {one.build: one for one in found.builds if one.version and one.build != found.live.build}
    if not others:
        return
    build = st.selectbox(
        "Other builds",
        list(others),
        format_func=lambda name: f"{name}, {others[name].status}",
        key="build_name",
    )
    confirmed(
        "Serve this build",
        f"**{escaped(str(build))}** becomes the live build; every process answers from it.",
        lambda: api().promote_index(str(build)),
        done=f"Build {build} is live",
        key="promote_index",
    )


def _parts(stack: Stack) -> None:
    listed((_PARTS.get(name, name), value) for name, value in sorted(stack.parts.items()))
