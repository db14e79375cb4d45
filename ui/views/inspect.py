"""Inspect: one question, stage by stage: what each saw and did, what other settings would have brought."""

from __future__ import annotations

import streamlit as st

from ui.models import LEVELS, Level, Replay
from ui.parts import stages
from ui.parts.notices import problems_shown
from ui.parts.plain import escaped
from ui.state import api, session

CHUNKS_SHOWN = 15
_TITLES = ("Dense", "Keyword", "Wordings", "Fused", "Reranked")
_OUTCOMES = {"answered": "Answered", "abstained": "Abstained"}


def show() -> None:
    """Draw the page."""
    st.title("Inspect", anchor=False)
    st.markdown("Replay a question and see what every stage did with it. Nothing is kept.")
    here = session()
    with st.form("replay", border=False):
        before = here.progress.question if here.progress else ""
        question = st.text_input("Question", value=st.query_params.get("question", before), max_chars=4000)
        level: Level = st.selectbox("Level", LEVELS, index=LEVELS.index("senior"), format_func=str.capitalize)
        asked = st.form_submit_button("Replay")
    if asked and question.strip():
        with problems_shown(), st.spinner("Replaying"):
            here.replay = api().replay(question.strip(), level)
    if here.replay:
        _draw(here.replay)


def _draw(replay: Replay) -> None:
    _outcome(replay)
    _rewrite(replay)
    _chunks(replay)
    _what_if(replay)
    _gate(replay)
    _passages(replay)
    _times(replay)


def _table(head: list[str], rows: list[list[str]], right: int = 0) -> None:
    """Draw a table; the last `right` columns hold figures."""
    dashes = ["---"] * (len(head) - right) + ["--:"] * right
    lines = [head, dashes, *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


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
    _table(["What", "Result"], rows)


def _chunks(replay: Replay) -> None:
    st.subheader("2. Search, fusion, reranking", anchor=False)
    st.caption(
        "Rank of each chunk at each stage; a dash where the stage did not find it. Bold is in the answer."
    )
    rows = []
    for one in stages.journeys(replay, CHUNKS_SHOWN):
        heading = escaped(one.chunk.heading)
        place = f"{escaped(one.chunk.document)} {one.chunk.start}–{one.chunk.end}"
        ranks = ["–" if rank is None else str(rank) for rank in one.ranks]
        rows.append([f"**{heading}**" if one.is_used else heading, place, *ranks])
    _table(["Section", "Chunk", *_TITLES], rows, right=len(_TITLES))


@st.fragment
def _what_if(replay: Replay) -> None:
    st.subheader("3. With another k, or without the reranker", anchor=False)
    limit = st.slider("Sections taken (k)", 1, 10, 5)
    with_it, without = (stages.sections(replay, stage, limit) for stage in ("reranked", "fused"))
    rows = []
    for rank in range(max(len(with_it), len(without))):
        cells = [escaped(found[rank][1]) if rank < len(found) else "–" for found in (with_it, without)]
        rows.append([str(rank + 1), *cells])
    _table(["k", "Reranked", "Search order alone"], rows)
    lost = len(set(without) - set(with_it))
    st.caption(f"{lost} of {len(without)} sections change with the reranker.")


def _gate(replay: Replay) -> None:
    st.subheader("4. Does the handbook cover it?", anchor=False)
    gate = replay.gate
    said = "covered" if gate.covered else f"not covered ({escaped(gate.reason or 'no reason')})"
    st.markdown(
        f"**{said.capitalize()}**: probability {gate.probability:.2f}, threshold {gate.threshold:.2f}"
    )
    rows = [[escaped(name.replace("_", " ")), f"{value:.3f}"] for name, value in gate.evidence.items()]
    with st.expander("Evidence"):
        _table(["Measurement", "Value"], rows, right=1)


def _passages(replay: Replay) -> None:
    st.subheader("5. Passages for the answer", anchor=False)
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
    _table(["Rank", "Section", "Place", "Relevance"], rows, right=1)


def _times(replay: Replay) -> None:
    st.subheader("Time by stage", anchor=False)
    rows = [[escaped(stage), f"{spent:.1f} ms"] for stage, spent in replay.timing_ms.items()]
    _table(["Stage", "Time"], rows, right=1)
