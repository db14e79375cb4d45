"""What the page reads of conversations; fields that it does not know are passed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Literal, NamedTuple

from ui.models import Reply


class ConversationSummary(Reply):
    """A conversation of the visitor, without its turns."""

    id: str
    created_at: datetime
    title: str
    turns: int


class ConversationPage(Reply):
    """Conversations, newest first; `next_cursor` leads to older ones."""

    conversations: tuple[ConversationSummary, ...]
    next_cursor: str | None = None


class SpokenTurn(Reply):
    """What one side said; `answer_id` leads to the coach's whole answer."""

    number: int
    role: Literal["user", "coach"]
    text: str
    answer_id: str | None = None


class ConversationDetail(Reply):
    """A conversation with some of its turns, oldest first."""

    conversation: ConversationSummary
    turns: tuple[SpokenTurn, ...]


class Exchange(NamedTuple):
    """A question and where its answer is; `number` counts the turns of the conversation before it."""

    number: int
    question: str
    answer_id: str


def exchanges_of(turns: Sequence[SpokenTurn]) -> tuple[Exchange, ...]:
    """Return the questions that were answered, oldest first."""
    return tuple(
        Exchange(asked.number, asked.text, answered.answer_id)
        for asked, answered in pairwise(turns)
        if asked.role == "user" and answered.answer_id
    )
