"""What the API takes and gives of what it keeps for a person: conversations, and all of it at once."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from ingest.contract import Frozen

MAX_TITLE_CHARS = 120


class ConversationRequest(Frozen):
    """A conversation to begin.

    Attributes:
        title: What to call it; empty means its first question.
    """

    title: str = Field("", max_length=MAX_TITLE_CHARS, examples=["Preparing for Thursday"])


class ConversationSummary(Frozen):
    """A conversation without its turns, which `turns` counts."""

    id: str
    created_at: datetime
    title: str
    turns: int


class ConversationPage(Frozen):
    """A page of conversations, newest first; `next_cursor` leads to older ones, None ends the list."""

    conversations: tuple[ConversationSummary, ...]
    next_cursor: str | None


class ConversationTurn(Frozen):
    """What one side said.

    Attributes:
        number: Its place, counted from 0.
        text: The question; of the coach's turn how the answer begins.
        answer_id: For GET /v1/answers/{id}, which has the whole answer; None on the user's turns.
    """

    number: int
    role: Literal["user", "coach"]
    text: str
    answer_id: str | None
    created_at: datetime


class ConversationDetail(Frozen):
    """A conversation with some of its turns, oldest first."""

    conversation: ConversationSummary
    turns: tuple[ConversationTurn, ...]


class PersonalExport(Frozen):
    """All that is kept of whoever asks.

    Attributes:
        person: Whose it is within the tenant; empty for what is the tenant's as a whole.
        holdings: Rows by table, or by what else keeps something.
    """

    tenant: str
    person: str
    holdings: dict[str, list[dict[str, JsonValue]]]


class Erasure(Frozen):
    """How many rows were erased, by table or by what else kept something."""

    tenant: str
    person: str
    erased: dict[str, int]
