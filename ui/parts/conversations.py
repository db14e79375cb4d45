"""The visitor's conversations: the list beside every page, and the one that is open above its answer."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiProblem
from ui.parts import elements
from ui.parts.conversation_models import ConversationSummary, exchanges_of
from ui.parts.plain import escaped, visible
from ui.state import Destination, Listed, Talk, api, session

_LIST = "conversations"
_EXCHANGES = "exchanges"
_SHOWN_CHARS = 60
_UNAUTHORIZED = 401


def open_talk(conversation_id: str) -> None:
    """Make a conversation the one that is shown.

    Raises:
        ApiProblem: The visitor has no such conversation, or the API does not answer.
    """
    detail = api().conversation(conversation_id)
    exchanges = exchanges_of(detail.turns)
    has_earlier = bool(detail.turns) and detail.turns[0].number > 0
    session().talk = Talk(conversation_id, detail.conversation.title, exchanges, has_earlier)


def beside() -> None:
    """Draw the list of conversations, newest first, and what begins a new one."""
    here = session()
    if here.listed is None:
        here.listed = _read(Listed())
    st.button("New conversation", icon=":material/add:", on_click=_begin, width="stretch")
    problem = here.listed.problem
    if problem and problem.status == _UNAUTHORIZED:
        _ask_for_key()
        return
    shown = [one for one in here.listed.conversations if one.turns or one.title]
    if shown:
        st.caption("Conversations")
        elements.links([_item(one) for one in shown], label="Conversations", key=_LIST, on_pick=_reopen)
        if here.listed.next_cursor:
            st.button("Older", icon=":material/expand_more:", type="tertiary", on_click=_read_older)
    if problem:
        st.caption(f"Conversations cannot be shown. {escaped(problem.title)}.")
    elif not shown:
        st.caption("What you ask is kept here, for you alone.")
    if here.own_api:
        st.button("Leave with my key", icon=":material/logout:", type="tertiary", on_click=_sign_out)


def above(talk: Talk) -> None:
    """Draw what was asked before in a conversation, and what deletes it."""
    current = session().progress
    shown_id = current.answer.id if current and current.answer else ""
    with st.container(key="talk"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            count = len(talk.exchanges)
            more = " and earlier ones" if talk.has_earlier else ""
            st.caption(f"Conversation, {count} {'question' if count == 1 else 'questions'}{more}")
            if st.button("Delete conversation", icon=":material/delete:", type="tertiary"):
                _confirm_deletion(talk)
        if talk.has_earlier:
            st.button("Earlier questions", type="tertiary", on_click=_read_earlier)
        if len(talk.exchanges) > 1 or (talk.exchanges and not shown_id):
            items: list[dict[str, object]] = [
                {
                    "text": visible(one.question),
                    "href": f"./?conversation={talk.id}&answer={one.answer_id}",
                    "value": one.answer_id,
                    "current": one.answer_id == shown_id,
                }
                for one in talk.exchanges
            ]
            elements.links(items, label="In this conversation", key=_EXCHANGES, on_pick=_show_exchange)


@st.dialog("Delete this conversation?")
def _confirm_deletion(talk: Talk) -> None:
    st.markdown(f"“{escaped(talk.title)}” with all its questions. This cannot be undone.")
    st.caption("Links to single answers of it keep working.")
    with st.container(horizontal=True):
        st.button("Delete", icon=":material/delete:", key="delete_now", on_click=_delete, args=(talk,))
        if st.button("Keep it") or session().destination:
            st.rerun()  # which closes the dialog


def _delete(talk: Talk) -> None:
    here = session()
    try:
        api().delete_conversation(talk.id)
    except ApiProblem as problem:
        st.toast(escaped(f"{problem.details.title}. {problem.details.hint}"))
        return
    here.leave_talk()
    here.listed = None
    here.destination = Destination("ask", {})


def _item(one: ConversationSummary) -> dict[str, object]:
    title = visible(one.title) or "Without a title"
    talk = session().talk
    questions = one.turns // 2
    return {
        "text": title if len(title) <= _SHOWN_CHARS else title[:_SHOWN_CHARS] + "…",
        "note": f"{one.created_at:%d %b}" + (f" · {questions} questions" if questions > 1 else ""),
        "href": f"./?conversation={one.id}",
        "value": one.id,
        "current": bool(talk and talk.id == one.id),
    }


def _read(known: Listed) -> Listed:
    """Return the list with its next page, or with why there is none."""
    try:
        page = api().conversations(known.next_cursor or "")
    except ApiProblem as problem:
        return known._replace(problem=problem.details)
    return Listed((*known.conversations, *page.conversations), page.next_cursor)


def _read_older() -> None:
    here = session()
    if here.listed:
        here.listed = _read(here.listed)


def _read_earlier() -> None:
    here = session()
    if not here.talk or not here.talk.exchanges:
        return
    try:
        turns = api().conversation(here.talk.id, before=here.talk.exchanges[0].number).turns
    except ApiProblem as problem:
        st.toast(escaped(f"{problem.details.title}. {problem.details.hint}"))
        return
    has_earlier = bool(turns) and turns[0].number > 0
    here.talk = here.talk._replace(
        exchanges=(*exchanges_of(turns), *here.talk.exchanges), has_earlier=has_earlier
    )


def _begin() -> None:
    session().leave_talk()
    session().destination = Destination("ask", {})


def _reopen() -> None:
    here = session()
    if picked := elements.happened(_LIST, "pick"):
        if here.progress and here.progress.problem:
            here.clear()
        here.destination = Destination("ask", {"conversation": str(picked)})


def _show_exchange() -> None:
    here = session()
    if (picked := elements.happened(_EXCHANGES, "pick")) and here.talk:
        query = {"conversation": here.talk.id, "answer": str(picked)}
        here.destination = Destination("ask", query)


def _ask_for_key() -> None:
    if session().own_api:
        st.caption("That key is not valid, or not any more.")
    else:
        st.caption("This coach asks for a key. What you ask is then kept for you alone.")
    with st.form("sign_in", border=False):
        key = st.text_input("API key", type="password", autocomplete="current-password")
        if st.form_submit_button("Use this key") and key.strip():
            session().sign_in(key.strip())
            st.rerun()


def _sign_out() -> None:
    session().sign_in("")
    session().destination = Destination("ask", {})
