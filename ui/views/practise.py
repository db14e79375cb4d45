"""Practise: answer first, then see the grade with what the handbook says; alone or in an interview."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.client import ApiProblem
from ui.models import Question
from ui.parts import (
    elements,
    practice_drill,
    practice_grade,
    practice_interview,
    practice_progress,
    practice_review,
    practice_story,
)
from ui.parts.notices import problem_card, problems_shown
from ui.parts.plain import escaped
from ui.parts.practice_models import StoredGrade
from ui.parts.practice_places import PARTS, Part, chosen, stay
from ui.state import Destination, api, session

_COLUMN_PX = 800
_LIST = "practise_questions"
_SHOWN = 20
_GRADE = "practise_grade"
_MAX_CHARS = 20_000
_PARTS = "practise_part"


def show() -> None:
    """Draw the part of the page that the address names."""
    with st.container(width=_COLUMN_PX), problems_shown():
        part = chosen()
        is_inside = bool(set(st.query_params) - {"part"})
        if not is_inside:
            st.title("Practise", anchor=False)
            _parts(part)
        _DRAWN[part]()


def _parts(part: Part) -> None:
    st.segmented_control(
        "Part",
        list(PARTS),
        default=part,
        format_func=lambda name: PARTS[name],
        key=f"{_PARTS}_{part}",
        on_change=_go,
        args=(part,),
        label_visibility="collapsed",
    )


def _go(part: Part) -> None:
    stay(st.session_state.get(f"{_PARTS}_{part}") or part)


def _questions() -> None:
    wanted = st.query_params.get("question")
    if wanted:
        _perform(api().question(wanted))
    else:
        _choose()


def _choose() -> None:
    st.markdown(
        "Choose a question and answer it before you see the page. The grade names each key point, what you "
        "said on it, and the sentence of the handbook that states it. Nobody but you sees it."
    )
    words = st.text_input(
        "Search the questions",
        key="practise_words",
        live="200ms",
        placeholder="words that must all occur",
        icon=":material/search:",
    )
    try:
        page = api().questions(words=words, limit=_SHOWN)
    except ApiProblem as problem:
        problem_card(problem.details)
        return
    if not page.questions:
        st.info("No question fits. Fewer words find more.")
        return
    items: list[dict[str, object]] = [
        {
            "text": one.question,
            "note": " · ".join(fact for fact in (one.chapter, ", ".join(one.levels)) if fact),
            "href": f"practise?question={one.id}",
            "value": one.id,
        }
        for one in page.questions
    ]
    elements.links(items, label="Questions to practise", key=_LIST, on_pick=_picked)


def _picked() -> None:
    if told := elements.happened(_LIST, "pick"):
        session().destination = Destination("practise", {"question": str(told)})


def _perform(question: Question) -> None:
    st.button("Another question", icon=":material/arrow_back:", on_click=_leave, type="tertiary")
    st.caption(escaped(question.chapter))
    st.title(escaped(question.question), anchor=False)
    if question.minutes:
        st.markdown(f"Time box: {question.minutes:g} minutes. Say it aloud, then write what you said.")
    with st.form("answer_form", border=False):
        answer = st.text_area("Your answer", height=240, max_chars=_MAX_CHARS, key="practise_answer")
        rating = st.number_input(
            "What is it worth, 0 to 10? (optional, before you see the grade)",
            min_value=0.0,
            max_value=10.0,
            value=None,
            step=0.5,
        )
        sent = st.form_submit_button("Grade my answer", type="primary")
    if sent:
        _grade(question, answer, rating)
    stored: StoredGrade | None = st.session_state.get(_GRADE)
    if stored and stored.grade.question_id == question.id:
        practice_grade.draw(stored)
        _object(stored)
        st.button("Read the whole page", on_click=_read, args=(question,))


def _grade(question: Question, answer: str, rating: float | None) -> None:
    st.session_state.pop(_GRADE, None)
    try:
        with st.spinner("Reading your answer"):
            st.session_state[_GRADE] = api().grade(question.id, answer, rating)
    except ApiProblem as problem:
        problem_card(problem.details, key="practise_retry")


def _object(stored: StoredGrade) -> None:
    """Draw the form in which a point is disputed."""
    grade = stored.standing
    if not grade.points:
        return
    with st.expander("A point was judged wrongly?"), st.form("dispute_form", border=False):
        point = st.selectbox("Point", [one.point for one in grade.points])
        evidence = st.text_area("The words of your answer that say it, copied from it", height=100)
        if st.form_submit_button("Judge it again") and point and evidence.strip():
            try:
                st.session_state[_GRADE] = api().dispute(stored.id, point, evidence.strip())
            except ApiProblem as problem:
                problem_card(problem.details, key="dispute_retry")
            else:
                st.rerun()


def _leave() -> None:
    stay("questions")
    st.session_state.pop(_GRADE, None)


def _read(question: Question) -> None:
    place = {"document": question.document, "start": str(question.start), "end": str(question.end)}
    session().destination = Destination("handbook", place)


_DRAWN: dict[Part, Callable[[], None]] = {
    "questions": _questions,
    "interview": practice_interview.show,
    "review": practice_review.show,
    "drills": practice_drill.show,
    "stories": practice_story.show,
    "progress": practice_progress.show,
}
