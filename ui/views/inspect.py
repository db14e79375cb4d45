"""Inspect: one question, stage by stage: what each saw and did, what other settings would have brought."""

from __future__ import annotations

import streamlit as st

from ui.models import LEVELS, Level, Replay
from ui.parts import chunk_map, elements, stages, what_if
from ui.parts.notices import problems_shown
from ui.parts.plain import escaped
from ui.parts.reading import read_around
from ui.parts.tables import table
from ui.parts.variants import Inspected
from ui.state import api, session

_TITLES = ("Dense", "Keyword", "Wordings", "Fused", "Reranked")
_OUTCOMES = {"answered": "Answered", "abstained": "Abstained"}
_MAP = "chunks"
_COLUMN_PX = 960


def show() -> None:
    """Draw the page."""
    with st.container(width=_COLUMN_PX):
        st.title("Inspect", anchor=False)
        st.markdown("Replay a question and see what every stage did with it. Nothing is kept.")
        _ask()
        inspected = session().inspected
        if inspected:
            _draw(inspected)


def _ask() -> None:
    here = session()
    with st.form("replay", border=False):
        before = here.progress.question if here.progress else ""
        question = st.text_input("Question", value=st.query_params.get("question", before), max_chars=4000)
        level: Level = st.selectbox("Level", LEVELS, index=LEVELS.index("senior"), format_func=str.capitalize)
        asked = st.form_submit_button("Replay")
    if asked and question.strip():
        with problems_shown(), st.spinner("Replaying"):
            found = api().replay(question.strip(), level)
        here.inspected = Inspected(question.strip(), level, found)
        for key in ("what_if_k", "what_if_rerank"):
            st.session_state.pop(key, None)


def _draw(inspected: Inspected) -> None:
    replay = inspected.replay
    _outcome(replay)
    _rewrite(replay)
    _chunks(replay)
    _places(inspected)
    _what_if(inspected)
    _gate(replay)
    _passages(replay)
    _times(replay)


def _outcome(replay: Replay) -> None:
    answer = replay.answer
    supported = "no claims" if answer.support_rate is None else f"{answer.support_rate:.0%} supported"
    total = f"{replay.timing_ms.get('total', 0.0):.0f} ms"
    st.markdown(f"**{_OUTCOMES[answer.status]}**, {supported}, {total}, stack {escaped(answer.stack.hash)}")


def _rewrite(replay: Replay) -> None:
    st.subheader("1. Question made ready", anchor=False)
    made = replay.rewritten
    rows = [["Searched for", escaped(made.text)]]
    if len(made.parts) > 1:
        rows.append(["Parts", " / ".join(escaped(part) for part in made.parts)])
    rows += [[f"Mended “{escaped(old)}”", escaped(new)] for old, new in made.repairs.items()]
    rows += [[f"Added for “{escaped(old)}”", escaped(new)] for old, new in made.additions.items()]
    terms = sorted(made.terms.items(), key=lambda item: (-item[1], item[0]))
    rows.append(["Keywords", ", ".join(f"{escaped(term)} {weight:.2g}" for term, weight in terms)])
    table(["What", "Result"], rows)


def _chunks(replay: Replay) -> None:
    st.subheader("2. Search, fusion, reranking", anchor=False)
    st.caption(
        "Rank of each chunk at each stage; a dash where the stage did not find it. Bold is in the answer."
    )
    rows = []
    for one in stages.journeys(replay, chunk_map.CHUNKS_SHOWN):
        heading = escaped(one.chunk.heading)
        place = f"{escaped(one.chunk.document)} {one.chunk.start}–{one.chunk.end}"
        ranks = ["–" if rank is None else str(rank) for rank in one.ranks]
        rows.append([f"**{heading}**" if one.is_used else heading, place, *ranks])
    table(["Section", "Chunk", *_TITLES], rows, right=len(_TITLES))


@st.fragment
def _places(inspected: Inspected) -> None:
    """Draw where the chunks lie; runs alone when one of them is chosen."""
    st.subheader("3. Where the chunks lie", anchor=False)
    found = stages.last_stage(inspected.replay)
    if not found:
        st.caption("Nothing was found.")
        return
    with problems_shown():
        documents = api().documents().documents
        best = found[0]
        spot = inspected.spot or (best.document, best.start, best.end)
        shown = chunk_map.as_map(
            inspected.replay,
            {one.id: one.title for one in documents},
            {one.id: one.chars for one in documents},
            spot,
        )
        text, section = read_around(*spot)
        reading = chunk_map.as_reading(inspected.replay, text, section, spot)
        st.caption("Each bar is a whole document. Choose a rank to read its section.")
        elements.chunks(shown, reading, key=_MAP, on_pick=_picked)


def _picked() -> None:
    inspected, told = session().inspected, elements.happened(_MAP, "pick")
    if inspected and told:
        inspected.spot = (str(told["document"]), int(told["start"]), int(told["end"]))


@st.fragment
def _what_if(inspected: Inspected) -> None:
    st.subheader("4. With another k, or without the reranker", anchor=False)
    what_if.draw(inspected)


def _gate(replay: Replay) -> None:
    st.subheader("5. Does the handbook cover it?", anchor=False)
    gate = replay.gate
    said = "covered" if gate.covered else f"not covered ({escaped(gate.reason or 'no reason')})"
    st.markdown(
        f"**{said.capitalize()}**: probability {gate.probability:.2f}, threshold {gate.threshold:.2f}"
    )
    rows = [[escaped(name.replace("_", " ")), f"{value:.3f}"] for name, value in gate.evidence.items()]
    with st.expander("Evidence"):
        table(["Measurement", "Value"], rows, right=1)


def _passages(replay: Replay) -> None:
    st.subheader("6. Passages for the answer", anchor=False)
    if not replay.passages:
        st.caption("None: the coach abstained.")
        return
    rows = [
        [
            str(one.rank),
            escaped(one.heading),
            f"{escaped(one.document)} {one.start}–{one.end}",
            f"{one.relevance:.2f}",
        ]
        for one in replay.passages
    ]
    table(["Rank", "Section", "Place", "Relevance"], rows, right=1)


def _times(replay: Replay) -> None:
    st.subheader("Time by stage", anchor=False)
    rows = [[escaped(stage), f"{spent:.1f} ms"] for stage, spent in replay.timing_ms.items()]
    table(["Stage", "Time"], rows, right=1)
