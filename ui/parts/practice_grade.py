"""A grade as the page shows it: the score, each point with both quotes side by side, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from ui.models import Citation
from ui.parts.plain import escaped
from ui.parts.practice_models import Grade, Point, StoredGrade, Verdict

_LOOKS: dict[Verdict, tuple[str, str]] = {
    "covered": (":material/check_circle:", "covered"),
    "partly": (":material/incomplete_circle:", "partly covered"),
    "missing": (":material/radio_button_unchecked:", "missing"),
    "contradicted": (":material/error:", "contradicts the page"),
}
_ASIDE = {
    "copied": "the handbook’s own words",
    "question": "the question again",
    "instruction": "speaks to the grader",
}


def draw(stored: StoredGrade) -> None:
    """Draw a grade, or why there is none."""
    grade = stored.standing
    if grade.outcome == "cannot_grade":
        st.warning(f"**Cannot be graded.** {escaped(grade.message)}")
        _aside(grade)
        return
    _score(stored, grade)
    if grade.model:
        st.caption(f"Read a second time by {escaped(grade.model)} where the grader was unsure.")
    for told in grade.degraded:
        st.caption(f"Degraded: {escaped(told)}")
    for number, point in enumerate(grade.points):
        draw_point(f"point_{number}", point)
    _form(grade)
    _aside(grade)
    _moves(grade)


def _score(stored: StoredGrade, grade: Grade) -> None:
    columns = st.columns(3)
    columns[0].metric("Score", f"{grade.score or 0:.1f} of 10")
    columns[1].metric("Between", f"{grade.low or 0:.1f} and {grade.high or 0:.1f}")
    if stored.self_rating is not None:
        columns[2].metric("You expected", f"{stored.self_rating:.1f}")
    if stored.disputes:
        first = stored.grade.score or 0
        st.caption(f"After {len(stored.disputes)} objection(s); first judged {first:.1f} of 10.")


def draw_point(key: str, point: Point) -> None:
    """Draw a point with both quotes side by side."""
    icon, said = _LOOKS[point.verdict]
    with st.container(border=True, key=key):
        st.markdown(f"{icon} **{escaped(point.point)}** · {said} · weight {point.weight:g}")
        yours, theirs = st.columns(2)
        yours.caption("You said")
        yours.markdown(quote(point.candidate.quote) if point.candidate else "Nothing on this.")
        theirs.caption("The handbook says")
        theirs.markdown(quote(point.handbook.quote) if point.handbook else "–")
        if point.handbook:
            theirs.markdown(link(point.handbook))


def _form(grade: Grade) -> None:
    told = [f"{grade.length.minutes:.1f} of {grade.length.box_minutes:g} minutes ({grade.length.verdict})"]
    if grade.structure:
        structure = grade.structure
        told.append("leads with the point" if structure.leads_with_point else "does not lead with the point")
        told.append(f"{len(structure.numbers)} figures")
        told.append("names a trade-off" if structure.trade_off else "names no trade-off")
    st.markdown(f"**Form:** {escaped(' · '.join(told))}")
    for hit in grade.traps:
        st.markdown(f"**Trap:** {escaped(hit.trap.quote)} — you said {quote(hit.candidate.quote)}")
    for level in ("senior", "staff"):
        lines = [one for one in grade.additions if one.level == level and not one.is_said]
        if lines:
            listed = " ".join(escaped(one.handbook.quote) for one in lines)
            st.markdown(f"**{level.capitalize()} would have added:** {listed}")


def _aside(grade: Grade) -> None:
    if grade.set_aside:
        st.caption("Not counted")
        st.markdown(
            "\n".join(
                f"- {quote(one.candidate.quote)} ({_ASIDE.get(one.reason, one.reason)})"
                for one in grade.set_aside
            )
        )


def _moves(grade: Grade) -> None:
    if grade.moves:
        st.subheader("Next", anchor=False)
        st.markdown("\n".join(_move_lines(grade)))


def _move_lines(grade: Grade) -> Iterator[str]:
    for number, move in enumerate(grade.moves, start=1):
        proof = f" {quote(move.handbook.quote)} {link(move.handbook)}" if move.handbook else ""
        yield f"{number}. {escaped(move.text)}{proof}"


def quote(text: str) -> str:
    """Return words as a quote in Markdown."""
    return f"“{escaped(text.replace('**', ''))}”"


def link(citation: Citation) -> str:
    """Return a link to where a citation stands."""
    place = f"document={citation.document}&start={citation.start}&end={citation.end}"
    return f"[Read it in the page](handbook?{place})"
