"""What is due today: answer from memory, reveal the page, and rate how well it went."""

from __future__ import annotations

import streamlit as st

from ui.parts.plain import escaped
from ui.parts.practice_places import place, stay, time_zone
from ui.parts.practice_run_models import DueList, DueQuestion, Part, QuestionDetail
from ui.state import api

_RATINGS = (("Forgotten", 1), ("Hard", 2), ("Good", 3), ("Easy", 4))
_SHOWN_KINDS = ("direct_answer", "step")
_REVEALED = "review_revealed"
_NEXT = "review_next"


def show() -> None:
    """Draw the question that is due next, or that none is."""
    due = api().due(time_zone())
    if told := st.session_state.pop(_NEXT, ""):
        st.caption(told)
    if not due.questions:
        _nothing(due)
        return
    st.markdown(f"**{len(due.questions)} due today.** Say the answer aloud before you reveal the page.")
    _card(due.questions[0])
    if len(due.questions) > 1:
        st.subheader("After that", anchor=False)
        st.markdown("\n".join(f"- {escaped(one.wording)}" for one in due.questions[1:]))


def _nothing(due: DueList) -> None:
    coming = [one for one in due.days if one.due]
    if coming:
        rows = "\n".join(f"| {one.day:%a %d %b} | {one.due} |" for one in coming)
        st.markdown(f"Nothing is due today. Coming up:\n\n| Day | Questions |\n|---|---|\n{rows}")
        return
    st.markdown(
        "Nothing is due. Each question that you answer becomes a card and comes back when you are about to "
        f"forget it: [choose a question]({place('questions')})."
    )


def _card(due: DueQuestion) -> None:
    with st.container(border=True, key="review_card"):
        st.subheader(escaped(due.wording), anchor=False)
        if st.session_state.get(_REVEALED) != due.question_id:
            with st.container(horizontal=True):
                st.button("Reveal", type="primary", on_click=_reveal, args=(due.question_id,))
                st.button("Write an answer and have it graded", on_click=_write, args=(due.question_id,))
            return
        detail = api().question_detail(due.question_id)
        _page(detail)
        st.markdown("How well did you know it?")
        with st.container(horizontal=True):
            for name, rating in _RATINGS:
                if st.button(name, key=f"rate {rating}"):
                    after = api().review(due.question_id, rating)
                    st.session_state[_NEXT] = f"It comes back on {after.card.due:%d %B}."
                    st.rerun()


def _page(detail: QuestionDetail) -> None:
    parts = [one for one in detail.parts if one.kind in _SHOWN_KINDS] or list(detail.parts)
    st.markdown("\n\n".join(map(_statement, parts)))
    where = f"handbook?document={detail.document}&start={detail.start}&end={detail.end}"
    st.markdown(f"[Read the whole page]({where})")


def _statement(part: Part) -> str:
    text = escaped(part.text.replace("**", ""))
    return f"- {text}" if part.kind == "step" else text


def _reveal(question_id: str) -> None:
    st.session_state[_REVEALED] = question_id


def _write(question_id: str) -> None:
    stay("questions", question=question_id)
