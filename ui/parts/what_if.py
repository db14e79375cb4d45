"""What another k, or no reranker, would change: the question asked again under other settings."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.client import ApiProblem
from ui.models import Replay
from ui.parts.notices import problem_card
from ui.parts.plain import escaped
from ui.parts.tables import table
from ui.parts.variants import (
    Inspected,
    SaidLine,
    Variant,
    compare,
    compare_sections,
    in_force,
    only_in,
)
from ui.state import api

MOST_PASSAGES = 12
_SHOWN_CHARS = 160


def draw(inspected: Inspected) -> None:
    """Draw the choice of other settings, and what they would change."""
    now = in_force(inspected.replay)
    st.caption(
        f"Answered with {now.told()}. Other settings ask the same question again; nobody else is affected."
    )
    passages = st.slider(
        "Sections the answer may draw on (k)",
        1,
        max(MOST_PASSAGES, now.passages),
        now.passages,
        key="what_if_k",
    )
    rerank = st.toggle("Reranker", now.rerank, key="what_if_rerank")
    wanted = Variant(passages, rerank)
    if wanted == now:
        st.caption("These are the settings in force. Move one of them.")
        return
    try:
        with st.spinner("Asking again"):
            then = _replayed(inspected, wanted)
    except ApiProblem as problem:
        problem_card(problem.details, key="what_if_retry")
        return
    _compare(inspected.replay, then, now, wanted)


def _replayed(inspected: Inspected, wanted: Variant) -> Replay:
    if wanted not in inspected.varied:
        inspected.varied[wanted] = api().replay(
            inspected.question, inspected.level, passages=wanted.passages, rerank=wanted.rerank
        )
    return inspected.varied[wanted]


def _compare(now: Replay, then: Replay, before: Variant, after: Variant) -> None:
    table(
        ["", before.told(), after.told()],
        [
            [one.name, one.now, one.then if one.then == one.now else f"**{one.then}**"]
            for one in compare(now, then)
        ],
    )
    rows = [
        [escaped(one.heading), escaped(one.document), _rank(one.now), _rank(one.then)]
        for one in compare_sections(now, then)
    ]
    if rows:
        st.markdown("**Sections**, by rank in each answer; a dash where it is not drawn on.")
        table(["Section", "Document", "Now", "Then"], rows, right=2)
    lost, gained = only_in(now, then), only_in(then, now)
    if not lost and not gained:
        st.markdown("Both answers make the same claims.")
    _claims("Claims that would be lost", lost)
    _claims("Claims that would be new", gained)


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _claims(title: str, claims: Sequence[SaidLine]) -> None:
    if not claims:
        return
    with st.expander(f"{title}: {len(claims)}"):
        st.markdown("\n".join(f"- {escaped(one.part)}: {escaped(_short(one.text))}" for one in claims))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS].rsplit(" ", 1)[0] + " …"
