"""Mock interviews: begin one, answer against the clock, and see at the end how it went."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from ui.models import LEVELS
from ui.parts import practice_grade
from ui.parts.plain import escaped
from ui.parts.practice_files import report_files
from ui.parts.practice_places import place, stay
from ui.parts.practice_run_models import Interview, InterviewReport, Moment, Turn
from ui.state import api

MAX_CHARS = 20_000
_TICK_S = 5


def show() -> None:
    """Draw the interview that the address names, or the choice of one."""
    wanted = st.query_params.get("interview")
    if not wanted:
        _begin()
        return
    interview = api().interview(wanted)
    st.button(
        "All interviews", icon=":material/arrow_back:", on_click=stay, args=("interview",), type="tertiary"
    )
    if interview.status == "running":
        _hold(interview)
    else:
        _report(interview)


def _begin() -> None:
    st.markdown(
        "Questions one at a time, against the clock. A thin answer is followed up. Nothing is revealed "
        "before the end. Close the tab if you must: the interview goes on from what you sent."
    )
    titles = {one.id: one.title for one in api().documents().documents if one.questions}
    with st.form("interview_form", border=False):
        level = st.segmented_control("Level", LEVELS, default="senior", key="interview_level")
        minutes = st.slider("Minutes", 10, 90, 30, step=5)
        chapters = st.multiselect(
            "Chapters", list(titles), format_func=lambda name: titles[name], placeholder="all of the handbook"
        )
        if st.form_submit_button("Begin", type="primary"):
            stay("interview", interview=api().start_interview(level or "senior", minutes, chapters).id)
            st.rerun()
    earlier = api().interviews().interviews
    st.subheader("Earlier", anchor=False)
    if not earlier:
        st.markdown("None yet. Your interviews stand here, with their reports.")
        return
    st.markdown("\n".join(map(_line, earlier)))


def _line(one: Interview) -> str:
    told = "goes on" if one.status == "running" else "finished"
    link = place("interview", interview=one.id)
    return (
        f"- [{one.created_at:%Y-%m-%d %H:%M}]({link}), {one.wish.level}, {one.wish.minutes} minutes, {told}"
    )


def _hold(interview: Interview) -> None:
    turn = interview.turns[-1]
    _clock(interview)
    st.caption(f"{'Follow-up' if turn.kind == 'follow_up' else 'Question'} {turn.number + 1}")
    st.title(escaped(turn.prompt), anchor=False)
    st.markdown(f"Time box: {turn.minutes:g} minutes. Say it aloud, then write what you said.")
    with st.form(f"turn_{interview.id}_{turn.number}", border=False):
        answer = st.text_area("Your answer", height=240, max_chars=MAX_CHARS, key=f"turn {turn.number}")
        if st.form_submit_button("Send", type="primary"):
            with st.spinner("Reading your answer"):
                api().submit_turn(interview.id, turn.number, answer)
            st.rerun()
    if st.button("End the interview"):
        api().finish_interview(interview.id)
        st.rerun()


@st.fragment(run_every=_TICK_S)
def _clock(interview: Interview) -> None:
    left_s = (interview.ends_at - datetime.now(UTC)).total_seconds()
    minutes, seconds = divmod(max(int(left_s), 0), 60)
    told = (
        f"{minutes}:{seconds:02} left" if left_s > 0 else "Time is up: what you send now is the last answer."
    )
    st.markdown(f":material/timer: **{told}**")


def _report(interview: Interview) -> None:
    found = api().interview_report(interview.id)
    st.title("How it went", anchor=False)
    _scores(found)
    for name, moment in (("Strongest moment", found.strongest), ("Weakest moment", found.weakest)):
        if moment:
            st.subheader(name, anchor=False)
            _moment(moment)
    report_files("interview", partial(api().interview_file, interview.id), key=interview.id)
    st.subheader("Transcript", anchor=False)
    for turn in interview.turns:
        _turn(turn)


def _scores(found: InterviewReport) -> None:
    columns = st.columns(3)
    columns[0].metric("Score", "–" if found.score is None else f"{found.score:.1f} of 10")
    columns[1].metric("Minutes", f"{found.minutes:g}")
    columns[2].metric("Not reached", str(found.not_reached))
    if found.unscored:
        st.caption(f"{found.unscored} could not be graded; they are in no score.")
    if found.competencies:
        rows = "\n".join(
            f"| {escaped(one.competency)} | {one.questions} | {one.score:.1f} |" for one in found.competencies
        )
        st.markdown(f"| Competency | Questions | Score |\n|---|---|---|\n{rows}")


def _moment(moment: Moment) -> None:
    said = practice_grade.quote(moment.candidate) if moment.candidate else "nothing on this"
    lines = [f"**{escaped(moment.point)}** · {escaped(moment.question)}", f"You: {said}"]
    if moment.handbook:
        quoted = practice_grade.quote(moment.handbook.quote)
        lines.append(f"Handbook: {quoted} {practice_grade.link(moment.handbook)}")
    st.markdown("\n\n".join(lines))


def _turn(turn: Turn) -> None:
    score = turn.grade.score if turn.grade else None
    told = "no score" if score is None else f"{score:.1f} of 10"
    with st.expander(f"{turn.number + 1}\\. {escaped(turn.prompt)} · {told}"):
        st.markdown(escaped(turn.answer) or "No answer.")
        if turn.grade and turn.grade.outcome == "cannot_grade":
            st.markdown(escaped(turn.grade.message))
        elif turn.grade:
            for number, point in enumerate(turn.grade.points):
                practice_grade.draw_point(f"turn_{turn.number}_{number}", point)
