"""What one visitor's session remembers; never shared, gone with the session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import streamlit as st

from ui.asking import Asking, Progress
from ui.client import Api
from ui.models import DocumentText, ProblemDetails
from ui.parts.conversation_models import ConversationSummary, Exchange
from ui.parts.practice_bank_models import Story
from ui.parts.set_models import SetUpdate, StoredTemplate
from ui.parts.variants import Inspected
from ui.settings import PageSettings

_KEY = "coach"


class Destination(NamedTuple):
    """A page, by its name in the address, and what the address says besides."""

    page: str
    query: dict[str, str]


class Talk(NamedTuple):
    """The conversation in which the next question is asked.

    Attributes:
        title: Empty before its first answer.
        exchanges: Those that are shown, oldest first.
        has_earlier: Whether there are more before them.
    """

    id: str
    title: str = ""
    exchanges: tuple[Exchange, ...] = ()
    has_earlier: bool = False

    def after(self, exchange: Exchange) -> Talk:
        """Return the conversation with one more answer; its first question is its title."""
        return self._replace(title=self.title or exchange.question, exchanges=(*self.exchanges, exchange))


class Listed(NamedTuple):
    """The visitor's conversations as far as they were read, newest first; or why they could not be."""

    conversations: tuple[ConversationSummary, ...] = ()
    next_cursor: str | None = None
    problem: ProblemDetails | None = None


class Asked(NamedTuple):
    """Which sets house rules are to be brought to; `take` their values over those of the sets' own."""

    template_id: str
    version: int
    sets: tuple[str, ...]
    take: bool


class LookedAt(NamedTuple):
    """What was asked of house rules, and what became of the sets; what would, in a dry run."""

    asked: Asked
    updates: tuple[SetUpdate, ...]
    dry_run: bool


@dataclass(slots=True)
class Session:
    """One visitor's state; the only thing of ours in `st.session_state`.

    Attributes:
        asking: The question on its way, while there is one.
        progress: What is shown; None on an empty page.
        pending: A question to be asked at the next run of the page.
        opened: The citation whose passage is shown, as (document, start, end).
        passage: The text around it, once it is there.
        inspected: What the page "Inspect" shows.
        votes: Answer id -> "up" or "down".
        destination: Where to go at the next run of the page.
        talk: The conversation that is shown and asked in; None before the first question of a new one.
        listed: None if the conversations have to be read again.
        collected: Question id -> question, of those that a question set must have.
        named: Those of them that the address was last made to name.
        own_api: The door that opens with the visitor's own key; None for the page's.
        page: The page that was drawn last, by its name in the address.
        looked_at: What house rules were last seen to change, or would.
        story: The version of a story that was opened to be changed.
        rules: The version of house rules that was.
    """

    asking: Asking | None = None
    progress: Progress | None = None
    pending: str = ""
    opened: tuple[str, int, int] | None = None
    passage: DocumentText | None = None
    destination: Destination | None = None
    inspected: Inspected | None = None
    votes: dict[str, str] = field(default_factory=dict)
    talk: Talk | None = None
    listed: Listed | None = None
    collected: dict[str, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    own_api: Api | None = None
    page: str = ""
    looked_at: LookedAt | None = None
    story: Story | None = None
    rules: StoredTemplate | None = None

    def note(self, progress: Progress) -> None:
        """Add a settled answer to its conversation; one that failed leaves it as it was."""
        talk = self.talk
        if talk is None or talk.id != progress.conversation_id:
            talk = Talk(progress.conversation_id) if progress.conversation_id else None
        if talk and progress.answer:
            number = talk.exchanges[-1].number + 2 if talk.exchanges else 0
            talk = talk.after(Exchange(number, progress.question, progress.answer.id))
        self.talk, self.listed = talk, None

    def clear(self) -> None:
        """Forget the answer that is shown; a question on its way is given up."""
        if self.asking:
            self.asking.stop()
        self.asking = self.progress = self.opened = self.passage = None

    def leave_talk(self) -> None:
        """Forget the conversation and its answer: the next question begins another one."""
        self.clear()
        self.talk, self.pending = None, ""

    def sign_in(self, key: str) -> None:
        """Go on as the person of a key, of the page's own if it is empty; nothing is taken along."""
        self.leave_talk()
        self.own_api = Api(PageSettings().api_url, key) if key else None
        self.listed = self.inspected = self.looked_at = self.story = self.rules = None
        self.votes, self.collected, self.named = {}, {}, ()


def session() -> Session:
    """Return the state of the visitor whose page is drawn."""
    kept: Session = st.session_state.setdefault(_KEY, Session())
    return kept


def api() -> Api:
    """Return the visitor's door to the API: with a key of their own, or the page's."""
    return session().own_api or _page_api()


@st.cache_resource(show_spinner=False)
def _page_api() -> Api:
    """Return the page's door; one for all visitors, for it holds nothing of theirs."""
    settings = PageSettings()
    return Api(settings.api_url, settings.api_key.get_secret_value())
