"""Conversations: their turns, and the state that rolls along with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal, cast

from pydantic import JsonValue
from sqlalchemy import ForeignKeyConstraint, delete
from sqlalchemy.orm import Mapped, mapped_column

from coach.errors import ConflictError, NotFoundError
from coach.store.base import Id, Owned, PlainText, UtcTime, Word, new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page
from coach.store.private import PrivateRow, find, of_person
from ingest.contract import Frozen

Role = Literal["user", "coach"]
State = Mapping[str, JsonValue]


class ConversationRow(PrivateRow):
    """A conversation; `version` counts its changes."""

    __tablename__ = "conversations"
    what = "conversation"

    version: Mapped[int]
    turns: Mapped[int]
    state: Mapped[str] = mapped_column(PlainText)


class TurnRow(Owned):
    """What one side said; `number` counts from 0 without gaps."""

    __tablename__ = "conversation_turns"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant", "conversation_id"], ["conversations.tenant", "conversations.id"], ondelete="CASCADE"
        ),
    )

    conversation_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    role: Mapped[str] = mapped_column(Word(8))
    text: Mapped[str] = mapped_column(PlainText)
    answer_id: Mapped[str | None] = mapped_column(Id)


class Turn(Frozen):
    """What one side said; `answer_id` names the answer that a turn of the coach shows."""

    role: Role
    text: str
    answer_id: str | None = None


class StoredTurn(Turn):
    """A turn with its place in the conversation; `number` counts from 0 without gaps."""

    number: int
    created_at: datetime


class Conversation(Frozen):
    """A conversation without its turns.

    Attributes:
        version: Grows by one with every change; send it back to change only what you have seen.
        turns: How many there are.
        state: Whatever its user keeps about it, rewritten as it goes on.
    """

    id: str
    created_at: datetime
    version: int
    turns: int
    state: dict[str, JsonValue]


class ConversationStore:
    """Keeps conversations; each is visible to its person alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, owner: Owner, *, state: State | None = None) -> Conversation:
        """Store a new conversation without turns and return it."""
        row = ConversationRow(
            tenant=owner.tenant,
            person=owner.person,
            id=new_id(),
            created_at=utc_now(),
            version=0,
            turns=0,
            state=json.dumps(dict(state or {})),
        )
        with self._database.session() as session:
            session.add(row)
        return _conversation(row)

    def get(self, owner: Owner, conversation_id: str) -> Conversation | None:
        """Return a conversation of the person, or None if there is none of this id."""
        with suppress(NotFoundError), self._database.reading() as session:  # of an id that no row can have
            return _conversation(find(session, ConversationRow, owner, conversation_id))
        return None

    def append(
        self,
        owner: Owner,
        conversation_id: str,
        turns: Sequence[Turn] = (),
        *,
        state: State | None = None,
        version: int | None = None,
        after: int | None = None,
    ) -> Conversation:
        """Add turns, replace the state if one is given, all or nothing; return the conversation after it.

        Args:
            owner: Whose conversation it is.
            conversation_id: Which one.
            turns: What was said, in order.
            state: The new state; None keeps the old one.
            version: The version that the change rests on; None takes whatever is there.
            after: How many turns stay; those behind them give way. None keeps all.

        Raises:
            NotFoundError: The person has no such conversation.
            ConflictError: It has another version by now; nothing was stored.
        """
        with self._database.session() as session:
            row = find(session, ConversationRow, owner, conversation_id, lock=True)
            if version is not None and row.version != version:
                raise ConflictError(
                    f"conversation {conversation_id!r} has version {row.version} by now, not {version}"
                )
            if after is not None and after < row.turns:
                gone = (TurnRow.conversation_id == conversation_id, TurnRow.number >= after)
                session.execute(delete(TurnRow).where(TurnRow.tenant == owner.tenant, *gone))
                row.turns = after
            now = utc_now()
            session.add_all(
                TurnRow(
                    tenant=owner.tenant,
                    person=owner.person,
                    conversation_id=conversation_id,
                    number=number,
                    created_at=now,
                    **turn.model_dump(),
                )
                for number, turn in enumerate(turns, start=row.turns)
            )
            row.turns += len(turns)
            row.version += 1
            if state is not None:
                row.state = json.dumps(dict(state))
        return _conversation(row)

    def last_turns(
        self, owner: Owner, conversation_id: str, count: int, *, before: int | None = None
    ) -> tuple[StoredTurn, ...]:
        """Return the last turns, or the last before the one of this number; oldest first.

        Raises:
            NotFoundError: The person has no such conversation.
        """
        query = (
            of_person(TurnRow, owner)
            .where(TurnRow.conversation_id == conversation_id)
            .order_by(TurnRow.number.desc())
            .limit(count)
        )
        if before is not None:
            query = query.where(TurnRow.number < before)
        with self._database.reading() as session:
            find(session, ConversationRow, owner, conversation_id)
            rows = list(session.scalars(query))
        return tuple(
            StoredTurn(
                role=cast("Role", row.role),
                text=row.text,
                answer_id=row.answer_id,
                number=row.number,
                created_at=row.created_at,
            )
            for row in reversed(rows)
        )

    def list(self, owner: Owner, *, limit: int = PAGE_ITEMS, cursor: str | None = None) -> Page[Conversation]:
        """Return the person's conversations, newest first.

        Raises:
            NotFoundError: The cursor comes from no list.
            UsageError: The limit is out of range.
        """
        query = of_person(ConversationRow, owner)
        with self._database.reading() as session:
            return read_page(session, query, ConversationRow, cursor=cursor, limit=limit).map(_conversation)

    def delete(self, owner: Owner, conversation_id: str) -> bool:
        """Delete a conversation with its turns; return whether there was one."""
        table = ConversationRow
        statement = delete(table).where(
            table.tenant == owner.tenant, table.person == owner.person, table.id == conversation_id
        )
        with suppress(NotFoundError), self._database.session() as session:  # of an id that no row can have
            return session.scalar(statement.returning(table.id)) is not None
        return False


def _conversation(row: ConversationRow) -> Conversation:
    return Conversation(
        id=row.id,
        created_at=row.created_at,
        version=row.version,
        turns=row.turns,
        state=json.loads(row.state),
    )
