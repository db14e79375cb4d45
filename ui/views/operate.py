"""Operate: whether the API is ready, what answers are made with, which handbook is served."""

from __future__ import annotations

import streamlit as st

from ui.parts.notices import problems_shown
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
}


def show() -> None:
    """Draw the page."""
    st.title("Operate", anchor=False)
    with problems_shown():
        _readiness()
        _stack()
        _handbook()
    st.button("Look again")


def _readiness() -> None:
    readiness = api().readiness()
    wrong = {name: told for name, told in readiness.checks.items() if told != "ok"}
    if readiness.ready:
        st.success("Ready: " + ", ".join(escaped(name) for name in readiness.checks) + " are well.")
    else:
        told = "; ".join(f"{escaped(name)}: {escaped(what)}" for name, what in wrong.items())
        st.warning(f"Not ready. {told}")
    st.markdown(f"API at `{api().base_url}`")


def _stack() -> None:
    stack = api().stack()
    st.subheader("Stack", anchor=False)
    st.caption(f"{escaped(stack.hash)} stands on every answer that is made with exactly this.")
    rows = [
        f"| {_PARTS.get(name, escaped(name))} | {escaped(value) or '–'} |"
        for name, value in stack.parts.items()
    ]
    st.markdown("| Part | Version |\n|---|---|\n" + "\n".join(rows))


def _handbook() -> None:
    served = api().documents()
    st.subheader("Handbook", anchor=False)
    st.caption(f"{len(served.documents)} documents, version {escaped(served.corpus_hash[:16])}")
    rows = [
        f"| {escaped(one.id)} | {one.sections} | {one.questions} | {one.chunks} | {one.chars:,} |"
        for one in served.documents
    ]
    st.markdown(
        "| Document | Sections | Questions | Chunks | Characters |\n|---|--:|--:|--:|--:|\n" + "\n".join(rows)
    )
