"""What was said before a question: in a conversation that is kept, in messages sent along, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pydantic import JsonValue

from coach.answer.page import shortened
from coach.answer.plain import printable_lines
from coach.api.callers import Turn
from coach.api.personal import MAX_TITLE_CHARS
from coach.api.schemas import Said
from coach.conversation import Dialogue, recall
from coach.conversation import Turn as SpokenTurn
from coach.errors import ConflictError, NotFoundError
from coach.store.conversations import Conversation
from coach.store.conversations import Turn as StoredTurn
from coach.types import Answer

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Before:
    """What was said before; at most one of both is set.

    Attributes:
        conversation_id: Names a conversation of the person; the answer is added to it.
        turns: Sent along by a client that keeps the conversation itself; oldest first.
    """

    conversation_id: str | None = None
    turns: tuple[SpokenTurn, ...] = ()

    @classmethod
    def of(cls, conversation: str | tuple[Said, ...] | None) -> Self:
        """Return what a request says was said before."""
        if isinstance(conversation, tuple):
            return cls(turns=tuple(SpokenTurn(role=one.role, text=one.text) for one in conversation))
        return cls(conversation_id=conversation)

    def dialogue(self, turn: Turn) -> Dialogue | None:
        """Return the conversation so far, None if there is none. Raises NotFoundError. Runs in a thread."""
        if self.conversation_id is None:
            return recall(self.turns) if self.turns else None
        return dialogue_of(_before(self._find(turn, self.conversation_id), turn.once))

    def add(self, turn: Turn, answer: Answer) -> None:
        """Add question and answer to a conversation that is kept. Runs in a thread.

        Two questions asked at the same moment are both kept, in the order in which their answers end. What a
        request added whose reply never arrived gives way when the request is sent again.

        Raises:
            NotFoundError: It was deleted meanwhile.
            ConflictError: Others keep adding to it.
        """
        if self.conversation_id is None:
            return
        for attempt in range(1, _ATTEMPTS + 1):
            kept = self._find(turn, self.conversation_id)
            try:
                _append(turn, kept, answer)
            except ConflictError:
                if attempt == _ATTEMPTS:
                    raise
            else:
                return

    def _find(self, turn: Turn, conversation_id: str) -> Conversation:
        kept = turn.services.conversations.get(turn.principal.owner, conversation_id)
        if kept is None:
            raise NotFoundError(f"there is no conversation {conversation_id!r}")
        return kept


ALONE = Before()


def new_state(title: str) -> dict[str, JsonValue]:
    """Return the state of a conversation in which nothing was said yet."""
    return _state(title, Dialogue())


def title_of(kept: Conversation) -> str:
    """Return what a conversation is called; nothing before its first question."""
    return str(kept.state["title"])


def dialogue_of(kept: Conversation) -> Dialogue:
    """Return a conversation as the coach reads it."""
    return Dialogue.model_validate(kept.state["dialogue"])


def _append(turn: Turn, kept: Conversation, answer: Answer) -> None:
    before = _before(kept, turn.once)
    after = dialogue_of(before).after(answer)
    title = title_of(before) or shortened(answer.question, MAX_TITLE_CHARS)
    state = _state(title, after)
    if turn.once is not None:
        state["last"] = {
            "request": turn.once,
            "turns": before.turns,
            "state": _state(title_of(before), dialogue_of(before)),
        }
    turns = (
        StoredTurn(role="user", text=printable_lines(answer.question)),
        StoredTurn(role="coach", text=after.turns[-1].text, answer_id=answer.id),
    )
    turn.services.conversations.append(
        turn.principal.owner, kept.id, turns, state=state, version=kept.version, after=before.turns
    )


def _before(kept: Conversation, request: str | None) -> Conversation:
    """Return a conversation as a request found it when it came for the first time."""
    last = kept.state.get("last")
    if request is None or not isinstance(last, dict) or last["request"] != request:
        return kept
    return kept.model_copy(update={"turns": last["turns"], "state": last["state"]})


def _state(title: str, dialogue: Dialogue) -> dict[str, JsonValue]:
    return {"title": title, "dialogue": dialogue.model_dump(mode="json")}
