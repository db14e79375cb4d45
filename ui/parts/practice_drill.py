"""Incident drills: choose one, decide against the clock, and see what the handbook would have had you do."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ui.parts import practice_grade
from ui.parts.plain import escaped
from ui.parts.practice_files import report_files
from ui.parts.practice_places import place, stay
from ui.parts.practice_run_models import CriterionGrade, DrillRun, FeedItem
from ui.state import api

_MAX_CHARS = 2000
_TICK_S = 15
_MARKS = {
    "met": ":material/check_circle: met",
    "partly": ":material/incomplete_circle: too late or in the wrong order",
    "missed": ":material/radio_button_unchecked: missed",
}
_ICONS = {
    "signal": ":material/notifications:",
    "decision": ":material/person:",
    "outcome": ":material/arrow_forward:",
    "unclear": ":material/help:",
}


def show() -> None:
    """Draw the run that the address names, or the choice of a drill."""
    wanted = st.query_params.get("run")
    if not wanted:
        _choose()
        return
    run = api().drill_run(wanted)
    st.button("All drills", icon=":material/arrow_back:", on_click=stay, args=("drills",), type="tertiary")
    st.title(escaped(run.title), anchor=False)
    st.markdown(escaped(run.briefing))
    if run.status == "running":
        _conduct(run)
    else:
        _report(run)


def _choose() -> None:
    st.markdown(
        "A staged incident: signals arrive, some of them mislead, and you decide. What counts is the order: "
        "to limit the harm before looking for the cause, to declare, to tell people, to verify."
    )
    drills = api().drills().drills
    if not drills:
        st.markdown("This handbook has none of the pages that the drills stand on.")
    for one in drills:
        with st.container(border=True, key=f"drill_{one.id}"):
            st.subheader(escaped(one.title), anchor=False)
            st.caption(f"{one.level} · {one.minutes:g} minutes of the drill")
            st.markdown(escaped(one.briefing))
            if st.button("Begin", key=f"begin {one.id}", help=escaped(one.title)):
                stay("drills", run=api().start_drill(one.id).id)
                st.rerun()
    earlier = api().drill_runs().runs
    if earlier:
        st.subheader("Earlier", anchor=False)
        st.markdown("\n".join(map(_line, earlier)))


def _line(run: DrillRun) -> str:
    told = "goes on" if run.status == "running" else "finished"
    link = place("drills", run=run.id)
    return f"- [{escaped(run.title)}, {run.created_at:%Y-%m-%d %H:%M}]({link}), {told}"


def _conduct(run: DrillRun) -> None:
    _feed(run.id)
    with st.form(f"say_{run.decision}", border=False):
        said = st.text_area(
            "What do you do?",
            max_chars=_MAX_CHARS,
            height=90,
            placeholder="In your own words, one action a sentence",
            key=f"said {run.decision}",
        )
        if st.form_submit_button("Do it", type="primary") and said.strip():
            api().decide(run.id, run.decision, said=said)
            st.rerun()
    titles = {one.id: one.text for one in run.moves}
    with st.form(f"pick_{run.decision}", border=False):
        picked = st.radio(
            "Or pick a move",
            list(titles),
            index=None,
            format_func=lambda name: escaped(titles[name]),
            key=f"picked {run.decision}",
        )
        if st.form_submit_button("Do the picked move") and picked:
            api().decide(run.id, run.decision, move=picked)
            st.rerun()
    if st.button("End the drill"):
        api().finish_drill(run.id)
        st.rerun()


@st.fragment(run_every=_TICK_S)
def _feed(run_id: str) -> None:
    """Draw the clock and what has arrived; it looks again by itself, so that signals arrive unasked."""
    run = api().drill_run(run_id)
    if run.status != "running":
        st.rerun()
    st.progress(run.minute / run.minutes, text=f"Minute {run.minute:.0f} of {run.minutes:g}")
    with st.container(key="drill_feed"):
        _items(run.feed)


def _items(feed: tuple[FeedItem, ...]) -> None:
    lines = [
        f"- {_ICONS[one.kind]} **{one.minute:.0f} min · {escaped(one.channel)}:** {escaped(one.text)}"
        for one in feed
    ]
    st.markdown("\n".join(lines))


def _report(run: DrillRun) -> None:
    found = api().drill_report(run.id)
    columns = st.columns(2)
    columns[0].metric("Score", f"{found.score:.1f} of 10")
    columns[1].metric("Ended at minute", f"{found.minute:.0f}")
    for number, one in enumerate(found.criteria):
        _criterion(number, one)
    report_files("drill", partial(api().drill_file, run.id), key=run.id)
    if found.misleading:
        st.subheader("What misled", anchor=False)
        for signal in found.misleading:
            told = f"{signal.minute:.0f} min · {escaped(signal.channel)}: {escaped(signal.text)}"
            st.markdown(f"**{told}**\n\n{escaped(signal.truth)}")
    st.subheader("A good run", anchor=False)
    st.markdown("\n".join(f"{place}. {escaped(one)}" for place, one in enumerate(found.good_run, start=1)))
    st.subheader("What happened", anchor=False)
    _items(run.feed)


def _criterion(number: int, one: CriterionGrade) -> None:
    with st.container(border=True, key=f"criterion_{number}"):
        st.markdown(f"**{escaped(one.text)}** · {_MARKS[one.verdict]} · weight {one.weight}")
        yours, theirs = st.columns(2)
        yours.caption("You")
        yours.markdown(escaped(one.why))
        theirs.caption("The handbook says")
        theirs.markdown(f"{practice_grade.quote(one.handbook.quote)} {practice_grade.link(one.handbook)}")
