"""Where one stands, and the plan towards a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from ui.models import LEVELS
from ui.parts.plain import escaped
from ui.parts.practice_bank_models import GroupProgress, Plan, PlanDay, Progress
from ui.parts.practice_places import place, stay, time_zone
from ui.state import api

_LENGTHS = (7, 14, 30)
_MAX_CHARS = 20_000
_FROM_TEXT = "as the text says"
_ACTIVITIES = {
    "interview": ("mock interview", "interview"),
    "drill": ("incident drill", "drills"),
    "stories": ("stories", "stories"),
}


def show() -> None:
    """Draw the plan that the address names, or where one stands."""
    wanted = st.query_params.get("plan")
    if wanted:
        _plan(api().plan(wanted))
        return
    found = api().progress(time_zone())
    if found.answers:
        _standing(found)
    else:
        st.markdown(
            "No answer was graded yet. Begin with a mock interview of half an hour: it shows where you "
            f"stand. [Begin one]({place('interview')})."
        )
    _plans()


def _standing(found: Progress) -> None:
    columns = st.columns(3)
    columns[0].metric("Answers", str(found.answers))
    columns[1].metric("Days", str(found.days))
    if found.self_rating:
        rated = found.self_rating
        columns[2].metric("You rate yourself", f"{rated.bias:+.1f} points", delta=None)
        told = "too high" if rated.bias > 0 else "too low"
        st.caption(
            f"Over {rated.answers} answers that you rated before their grade: {told} by "
            f"{abs(rated.bias):.1f} points on the whole, off by {rated.error:.1f} each."
        )
    _groups("Chapters", found.chapters)
    _groups("Competencies", found.competencies)
    _groups("Levels", found.levels)


def _groups(title: str, groups: Sequence[GroupProgress]) -> None:
    st.subheader(title, anchor=False)
    begun = [one for one in groups if one.practised]
    rows = "\n".join(
        f"| {escaped(one.name)} | {one.practised} of {one.questions} | "
        f"{'–' if one.score is None else f'{one.score:.1f}'} |"
        for one in begun
    )
    if rows:
        st.markdown(f"| {title} | Practised | Score of 10 |\n|---|---|---|\n{rows}")
    if missing := [one.name for one in groups if not one.practised]:
        st.caption(f"Not begun: {escaped(', '.join(missing))}")


def _plans() -> None:
    st.header("Plan", anchor=False)
    earlier = api().plans().plans
    for one in earlier:
        link = place("progress", plan=one.id)
        st.markdown(f"- [{one.wish.level}, {one.wish.start:%d %b} to {one.wish.until:%d %b %Y}]({link})")
    with st.form("plan_form", border=False):
        length = st.segmented_control("Days", _LENGTHS, default=14, key="plan_days")
        until = st.date_input(
            "Or until the day before the interview",
            value=None,
            min_value=date.today(),  # noqa: DTZ011 - the visitor's day, not a moment
            max_value=date.today() + timedelta(days=59),  # noqa: DTZ011 - likewise
        )
        level = st.selectbox("Level", [_FROM_TEXT, *LEVELS])
        minutes = st.slider("Minutes a day", 10, 180, 45, step=5)
        job = st.text_area("Job description (optional)", max_chars=_MAX_CHARS, height=120)
        if st.form_submit_button("Make a plan", type="primary"):
            wish: dict[str, object] = {
                "days": length or 14,
                "until": until.isoformat() if isinstance(until, date) else None,
                "level": None if level == _FROM_TEXT else level,
                "minutes_a_day": minutes,
                "job_text": job,
                "time_zone": time_zone(),
            }
            stay("progress", plan=api().create_plan(wish).plan.id)
            st.rerun()


def _plan(plan: Plan) -> None:
    st.button("Progress", icon=":material/arrow_back:", on_click=stay, args=("progress",), type="tertiary")
    wish = plan.plan.wish
    st.title(f"Plan to {wish.until:%d %B}", anchor=False)
    st.markdown(
        f"For {wish.level}. {plan.practised} of {plan.questions} questions of this level are answered well. "
        "The days are laid out anew from your grades whenever you look."
    )
    if plan.plan.read:
        rows = "\n".join(
            f"| {escaped(one.field.replace('_', ' '))} | {escaped(one.value)} | {escaped(one.words[:60])} |"
            for one in plan.plan.read
        )
        st.markdown(f"| Read as | Value | From the words |\n|---|---|---|\n{rows}")
    for note in plan.plan.notes:
        st.caption(escaped(note))
    for day in plan.days:
        _day(day, plan.titles)
    if not plan.days:
        st.markdown("The last day has passed. Good luck, or well done.")
    if st.button("Delete this plan", icon=":material/delete:"):
        api().delete_plan(plan.plan.id)
        stay("progress")
        st.rerun()


def _day(day: PlanDay, titles: dict[str, str]) -> None:
    lines = [
        f"- [{escaped(titles.get(one, one))}]({place('questions', question=one)})" for one in day.question_ids
    ]
    for name in day.activities:
        if name in _ACTIVITIES:
            told, part = _ACTIVITIES[name]
            lines.append(f"- [{told.capitalize()}](practise?part={part})")
    if day.reviews:
        lines.append(f"- [Review: {day.reviews} cards]({place('review')})")
    if "rest" in day.activities:
        lines.append("- Rest: read your cards once, then sleep.")
    with st.container(border=True, key=f"day_{day.day}"):
        minutes = f" · {day.minutes:g} min" if day.minutes else ""
        st.markdown(
            f"**{day.day:%a %d %b}**{minutes}\n\n" + ("\n".join(lines) or "Nothing is left to practise.")
        )
