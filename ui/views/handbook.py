"""Handbook: find a question by chapter, level, kind or words, and read it where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.models import KINDS, LEVELS, DocumentSummary, Question
from ui.parts import collected, elements, passage
from ui.parts.notices import problems_shown
from ui.parts.plain import escaped
from ui.parts.reading import read_around
from ui.state import Destination, api, session

_LIST = "questions"
_ANY = "All"
PAGE = 50
MAX_SHOWN = 200
_COLUMN_PX = 800


def show() -> None:
    """Draw the list, or what the address names: a document's part with a marked span in it."""
    query = st.query_params
    with problems_shown(), st.container(width=_COLUMN_PX):
        if "document" in query:
            _read(query["document"], _number(query.get("start")), _number(query.get("end")))
        else:
            _browse()


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _browse() -> None:
    st.title("Handbook", anchor=False)
    collected.count_shown()
    documents = [one for one in api().documents().documents if one.questions]
    words = st.text_input(
        "Search the questions",
        key="words",
        live="200ms",
        placeholder="words that must all occur",
        icon=":material/search:",
    )
    chapter, level, kind = st.columns([2, 1, 1])
    titles = {one.id: one.title for one in documents}
    document = chapter.selectbox("Chapter", ["", *titles], format_func=lambda name: titles.get(name, _ANY))
    wanted_level = level.selectbox("Level", ["", *LEVELS], format_func=_name)
    wanted_kind = kind.selectbox("Kind", ["", *KINDS], format_func=_name)
    wanted = {"words": words, "document": document, "level": wanted_level, "kind": wanted_kind}
    if st.session_state.get("wanted") != wanted:
        st.session_state.update(wanted=wanted, limit=PAGE)
    limit = min(int(st.session_state.get("limit", PAGE)), MAX_SHOWN)
    page = api().questions(**wanted, limit=limit)
    _list(page.questions, page.total)
    if page.next_cursor and limit < MAX_SHOWN:
        st.button("Show more", on_click=lambda: st.session_state.update(limit=limit + PAGE))
    elif page.next_cursor:
        st.caption("Narrow the search to see the others.")
    if not any(wanted.values()):
        _chapters(documents)


def _name(value: str) -> str:
    return value.capitalize() if value else _ANY


def _list(questions: Sequence[Question], total: int) -> None:
    if not questions:
        st.info("No question fits. Fewer words or another filter find more.")
        return
    st.caption(f"{len(questions)} of {total} questions" if total > len(questions) else f"{total} questions")
    items: list[dict[str, object]] = [
        {
            "text": one.question,
            "note": " · ".join(_facts(one)),
            "href": f"handbook?document={one.document}&start={one.start}&end={one.end}",
            "value": {"document": one.document, "start": one.start, "end": one.end},
        }
        for one in questions
    ]
    elements.links(items, label="Questions", key=_LIST, on_pick=_picked)


def _facts(question: Question) -> list[str]:
    facts = [question.chapter, ", ".join(question.levels), question.kind or "", question.frequency or ""]
    if question.minutes:
        facts.append(f"{question.minutes:g} min")
    return [fact for fact in facts if fact]


def _picked() -> None:
    if told := elements.happened(_LIST, "pick"):
        session().destination = Destination("handbook", {name: str(value) for name, value in told.items()})


def _chapters(documents: Sequence[DocumentSummary]) -> None:
    st.subheader("Chapters", anchor=False)
    rows = "\n".join(f"| {escaped(one.title)} | {one.questions} | {one.chars:,} |" for one in documents)
    st.markdown(f"| Chapter | Questions | Characters |\n|---|--:|--:|\n{rows}")


def _read(document: str, start: int, end: int) -> None:
    """Draw the question or section around a span, the span marked unless it is the whole of it."""
    text, section = read_around(document, start, end)
    collected.count_shown()
    st.button("All questions", icon=":material/arrow_back:", on_click=_leave, type="tertiary")
    st.caption(escaped(text.title))
    st.title(escaped(section.heading if section else text.title), anchor=False)
    if section and section.is_question:
        with st.container(horizontal=True):
            st.button("Ask this", on_click=_ask, args=(section.heading,))
            st.button("Practise this", on_click=_practise, args=(section.id,))
            collected.toggle(section.id, section.heading)
    whole = section and (start, end) == (section.start, section.end)
    marks = [] if whole else [passage.Mark(start, end)]
    blocks = passage.read_passage(text.text, text.start, *marks)
    shown = blocks[1:] if section and blocks and blocks[0].kind == "heading" else blocks
    elements.reader(passage.as_data(shown), key=f"{document} {start} {end}")


def _leave() -> None:
    st.query_params.clear()


def _practise(question_id: str) -> None:
    session().destination = Destination("practise", {"question": question_id})


def _ask(question: str) -> None:
    here = session()
    here.leave_talk()  # the question of a page stands alone
    here.pending = question
    here.destination = Destination("ask", {})
