"""Ask: one box, a cited answer that builds itself claim by claim, and the passage behind each claim."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

import streamlit as st

from ui.asking import Asking, Progress, settled
from ui.client import ApiProblem
from ui.models import LEVELS, Level, ProblemDetails
from ui.parts import conversations, elements, footnotes, outline, passage
from ui.parts.notices import problem_card
from ui.parts.plain import escaped
from ui.state import Destination, api, session

EXAMPLES = (
    "An agent in prod is stuck calling the same tool over and over. How do I stop it?",
    "RAG or fine-tuning for a support bot?",
    "How do I know that the model that grades answers can be trusted?",
    "Latency doubled overnight. Where do you look first?",
)
FIRST_CLAIM_S = 0.8
REST_S = 0.15
"""An answer without a model is there by then and is drawn once; a longer one is drawn as it comes."""
LOOK_EVERY_S = 0.1
MAX_CHARS = 4000
_COLUMN_PX = 736
_ELEMENT = "answer"
_PARAMETER = "answer"
_CONVERSATION = "conversation"


def show() -> None:
    """Draw the page; its three places stay where they are, whatever is drawn in them."""
    here = session()
    intro, box, body = st.container(), st.container(width=_COLUMN_PX), st.container()
    with box:
        _ask_box()
    _open_address()
    if here.pending:
        _begin(here.pending)
    if here.progress is None:
        with intro:
            st.title("How would a senior engineer answer that?", anchor=False)
            st.markdown(
                "Ask an interview question. Every claim of the answer carries a quote that was checked."
            )
        with body:
            _examples()
        return
    with body:
        if here.talk:
            with st.container(width=_COLUMN_PX):
                conversations.above(here.talk)
        st.fragment(_answer, run_every=LOOK_EVERY_S if here.asking else None, key="answer_part")()


def _ask_box() -> None:
    asked = st.chat_input("Ask an interview question", key="question", max_chars=MAX_CHARS)
    st.segmented_control(
        "Whose answer", LEVELS, default="senior", key="level", required=True, format_func=str.capitalize
    )
    if asked and asked.strip():
        session().pending = asked.strip()


def _level() -> Level:
    chosen = st.session_state.get("level", "senior")
    return next((level for level in LEVELS if level == chosen), "senior")


def _begin(question: str) -> None:
    here = session()
    here.clear()
    here.pending = ""
    here.asking = Asking(api(), question, _level(), here.talk.id if here.talk else "")
    here.progress = here.asking.wait(FIRST_CLAIM_S, REST_S)
    _settle()


def _settle() -> None:
    """Note that the question on its way has arrived, if it has."""
    here = session()
    if here.asking is None or here.progress is None or not here.progress.is_settled:
        return
    here.asking = None
    problem = here.progress.problem
    if here.talk and problem and problem.details.status == HTTPStatus.NOT_FOUND:
        _leave_deleted(here.progress, problem.details)
    else:
        here.note(here.progress)
    named = {_CONVERSATION: here.talk.id} if here.talk else {}
    if here.progress.answer:
        named[_PARAMETER] = here.progress.answer.id
    if named != st.query_params.to_dict():
        st.query_params.from_dict(named)  # in one step: each is an entry in the browser's history


def _leave_deleted(progress: Progress, details: ProblemDetails) -> None:
    """Leave a conversation that is gone, and show the question that it did not take."""
    told = {"title": "This conversation was deleted", "detail": "", "hint": "Try again to ask in a new one."}
    problem = ApiProblem(details.model_copy(update=told))
    here = session()
    here.leave_talk()
    here.listed = None
    here.progress = replace(progress, claims={}, problem=problem, conversation_id="")


def _open_address() -> None:
    """Show the conversation and the answer that the address names, unless they are shown.

    A question that failed has no answer to be named: it stays in its conversation.
    """
    here = session()
    wanted, within = st.query_params.get(_PARAMETER), st.query_params.get(_CONVERSATION)
    if here.pending or here.asking or (wanted is None and within is None):
        return
    try:
        if within != (here.talk.id if here.talk else None):
            _open_conversation(within, is_alone=wanted is None)
        failed = here.progress is not None and bool(here.progress.question) and not here.progress.answer
        if wanted is None and not failed and here.talk and here.talk.exchanges:
            wanted = here.talk.exchanges[-1].answer_id
        shown = here.progress.answer if here.progress else None
        if wanted and not (shown and shown.id == wanted):
            _open_answer(wanted)
    except ApiProblem as problem:
        here.progress = Progress("", "senior", problem=problem)


def _open_conversation(wanted: str | None, *, is_alone: bool) -> None:
    """Open a conversation, or leave the one that is open; an answer in the address stands without it too."""
    here = session()
    here.leave_talk()
    if wanted is None:
        return
    try:
        conversations.open_talk(wanted)
    except ApiProblem as problem:
        if is_alone or problem.unreachable:
            raise
        st.query_params.pop(_CONVERSATION, None)
        st.toast("The conversation of this address is gone, or somebody else’s. The answer is shown alone.")


def _open_answer(wanted: str) -> None:
    here = session()
    here.clear()
    pinned = api().answer(wanted)
    within = here.talk.id if here.talk else ""
    here.progress = settled(pinned.answer, corpus_changed=pinned.corpus_changed, conversation_id=within)


def _answer() -> None:
    """Draw what is known of the answer; runs alone when something is done in it, or while claims come."""
    here = session()
    if here.asking:
        here.progress = here.asking.progress
        if here.progress.is_settled:
            _settle()
            st.rerun()  # the page stops looking, and the history is drawn
    if here.pending or here.destination:
        st.rerun()
    progress = here.progress
    if progress is None:
        return
    if progress.question and (progress.claims or progress.problem is None):
        elements.answer(
            _data(progress),
            key=_ELEMENT,
            on_open=_opened,
            on_ask=_asked,
            on_read=_read,
            on_feedback=_judged,
        )
    if progress.problem:
        _problem(progress)


def _problem(progress: Progress) -> None:
    details = progress.problem.details if progress.problem else ProblemDetails(title="")
    if progress.question:
        st.caption(escaped(progress.question))
    problem_card(details)
    if st.session_state.get("retry"):
        session().clear()
        session().pending = progress.question
        st.rerun()


def _data(progress: Progress) -> dict[str, object]:
    here = session()
    data = outline.as_data(progress)
    data["markdown"] = footnotes.to_markdown(progress) if progress.answer else ""
    data["verdict"] = here.votes.get(progress.answer.id, "") if progress.answer else ""
    text, opened = here.passage, here.opened
    if text and opened:
        blocks = passage.read_passage(text.text, text.start, passage.Mark(*opened[1:]))
        data["passage"] = {
            "document": text.id,
            "start": opened[1],
            "end": opened[2],
            "title": text.title,
            "blocks": passage.as_data(blocks),
        }
    return data


def _opened() -> None:
    here = session()
    if not (told := elements.happened(_ELEMENT, "open")):
        return
    here.opened = (str(told["document"]), int(told["start"]), int(told["end"]))
    try:
        here.passage = api().document(*here.opened)
    except ApiProblem as problem:
        here.passage = None  # the pane keeps showing the quote
        st.toast(escaped(f"{problem.details.title}. {problem.details.hint}"))


def _asked() -> None:
    """Ask a follow-up; it belongs to the conversation of its answer."""
    if told := elements.happened(_ELEMENT, "ask"):
        session().pending = str(told)[:MAX_CHARS]


def _read() -> None:
    if told := elements.happened(_ELEMENT, "read"):
        query = {name: str(told[name]) for name in ("document", "start", "end")}
        session().destination = Destination("handbook", query)


def _judged() -> None:
    here = session()
    told = elements.happened(_ELEMENT, "feedback")
    if not told or here.progress is None or here.progress.answer is None:
        return
    answer_id, verdict = here.progress.answer.id, str(told["verdict"])
    try:
        api().feedback(answer_id, verdict, reason=str(told["reason"]), comment=str(told["comment"]))
    except ApiProblem as problem:
        st.toast(escaped(f"{problem.details.title}. {problem.details.hint}"))
        return
    here.votes[answer_id] = verdict


def _examples() -> None:
    with st.container(gap="xxsmall"):
        st.caption("For example")
        for number, example in enumerate(EXAMPLES):
            st.button(example, key=f"example_{number}", on_click=_pend, args=(example,), type="tertiary")


def _pend(question: str) -> None:
    session().pending = question
