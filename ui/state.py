"""What one visitor's session remembers; never shared, gone with the session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import streamlit as st

from ui.asking import Asking, Progress
from ui.client import Api
from ui.models import DocumentText, Replay
from ui.settings import PageSettings

_KEY = "coach"
MAX_HISTORY = 30


class Asked(NamedTuple):
    """An answer of this session."""

    answer_id: str
    question: str


class Destination(NamedTuple):
    """A page, by its name in the address, and what the address says besides."""

    page: str
    query: dict[str, str]


@dataclass(slots=True)
class Session:
    """One visitor's state; the only thing of ours in `st.session_state`.

    Attributes:
        asking: The question on its way, while there is one.
        progress: What is shown; None on an empty page.
        pending: A question to be asked at the next run of the page.
        opened: The citation whose passage is shown, as (document, start, end).
        passage: The text around it, once it is there.
        replay: What the page "Inspect" shows.
        votes: Answer id -> "up" or "down".
        destination: Where to go at the next run of the page.
        history: Newest first.
    """

    asking: Asking | None = None
    progress: Progress | None = None
    pending: str = ""
    opened: tuple[str, int, int] | None = None
    passage: DocumentText | None = None
    destination: Destination | None = None
    replay: Replay | None = None
    votes: dict[str, str] = field(default_factory=dict)
    history: list[Asked] = field(default_factory=list)

    def remember(self, progress: Progress) -> None:
        """Put a settled answer on top of the history, once."""
        if progress.answer is None:
            return
        entry = Asked(progress.answer.id, progress.question)
        others = [one for one in self.history if one.answer_id != entry.answer_id]
        self.history = [entry, *others][:MAX_HISTORY]

    def clear(self) -> None:
        """Forget what is shown; a question on its way is given up."""
        if self.asking:
            self.asking.stop()
        self.asking = self.progress = self.opened = self.passage = None


def session() -> Session:
    """Return the state of the visitor whose page is drawn."""
    kept: Session = st.session_state.setdefault(_KEY, Session())
    return kept


@st.cache_resource(show_spinner=False)
def api() -> Api:
    """Return the door to the API; one for all visitors, for it holds nothing of theirs."""
    settings = PageSettings()
    return Api(settings.api_url, settings.api_key.get_secret_value())
