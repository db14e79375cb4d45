"""A set that was built: what it holds and why, what to mend, and the files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

import streamlit as st

from ui.models import Citation
from ui.parts.plain import escaped
from ui.parts.set_models import Finding, Interview, Pack, Source, StoredSet
from ui.state import api

_FILES = (
    ("Guide", "guide", "pdf"),
    ("Guide", "guide", "docx"),
    ("Guide", "guide", "md"),
    ("Scorecard", "scorecard", "pdf"),
    ("Scorecard", "scorecard", "docx"),
    ("Preparation", "preparation", "pdf"),
    ("Whole set", "guide", "csv"),
    ("Whole set", "guide", "json"),
)
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
    "csv": "text/csv",
    "json": "application/json",
}


def show_set(stored: StoredSet) -> None:
    """Draw a set with its downloads."""
    made = stored.made
    st.header(escaped(made.title), anchor=False)
    if stored.corpus_changed:
        with st.container(border=True):
            st.markdown("The handbook has changed since this set was built. Its quotes are those of then.")
    if made.conflict:
        told = "".join(f"\n- {escaped(one)}" for one in made.conflict.given_up)
        nearest = "\n\nThis is the nearest set:" if made.interviews else ""
        with st.container(border=True):
            st.markdown(f"**Cannot be met because** {escaped(made.conflict.because)}{nearest}{told}")
    for interview in made.interviews:
        _interview(interview, made.titles)
    if made.compromises:
        with st.expander("What to know about this set"):
            st.markdown("\n".join(f"- {escaped(one)}" for one in made.compromises))
    show_findings(made.findings)
    if made.interviews:
        _downloads(stored)


def show_findings(findings: Sequence[Finding]) -> None:
    """Draw what the lint found, or nothing."""
    if findings:
        rows = "".join(
            f"\n- {escaped(one.place)}: {escaped(one.about)}"
            + (f" (“{escaped(one.quote)}”)" if one.quote else "")
            + f". {escaped(one.advice)}"
            for one in findings
        )
        with st.container(border=True):
            st.markdown(f"**To mend**\n{rows}")


def _interview(interview: Interview, titles: dict[str, str]) -> None:
    st.subheader(escaped(interview.name), anchor=False)
    st.caption(
        f"{len(interview.packs)} questions · {interview.minutes:g} minutes · "
        f"difficulty {interview.difficulty:.2f} of 5"
    )
    for number, pack in enumerate(interview.packs, start=1):
        question = pack.question
        with st.expander(f"{number}\\. {escaped(question.text)} · {pack.minutes:g} min"):
            facts = (titles.get(question.competency, question.competency), question.kind, *question.levels)
            st.markdown(" · ".join(escaped(fact) for fact in facts if fact))
            st.markdown("\n".join(f"- {escaped(reason)}" for reason in pack.reasons))
            _quote(pack)
            st.markdown(f"[Read the page]({_place(pack.source)})")


def _quote(pack: Pack) -> None:
    """Draw how a full answer begins, in the words of the handbook."""
    citation = next((one for claim in pack.outline.direct_answer for one in claim.citations), None)
    if citation:
        st.markdown(f"> {escaped(citation.quote)}")
        st.markdown(f"[Open this quote]({_place(citation)})")


def _place(cited: Source | Citation) -> str:
    return f"handbook?document={quote(cited.document)}&start={cited.start}&end={cited.end}"


def _downloads(stored: StoredSet) -> None:
    st.subheader("Files", anchor=False)
    with st.container(horizontal=True):
        for label, document, form in _FILES:
            st.download_button(
                f"{label} · {form.upper()}",
                data=partial(api().exported_set, stored.id, stored.version, form, document),
                file_name=f"{document if label != 'Whole set' else 'question-set'}.{form}",
                mime=_MEDIA_TYPES[form],
                key=f"{stored.id} {stored.version} {label} {form}",
                on_click="ignore",
            )
