"""A conversation told by its texts alone: what clients send that keep it themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from coach.answer.page import REASONS, shortened
from coach.answer.plain import plain
from coach.conversation.dialogue import MAX_TURN_CHARS, MOST_POINTS, MOST_TURNS, Dialogue, State, Turn
from coach.conversation.standalone import stand_alone

_LISTED = re.compile(r"^[ ]{0,3}\d{1,2}[.)][ ]+(\S.*)$", re.MULTILINE)
_LINK_TO_SOURCE = re.compile(r"\s*\[\^?\d{1,4}\](?:\([^()\s]*\))?")
_NO = tuple(f"**{reason}**" for reason in REASONS.values())


def recall(turns: Sequence[Turn]) -> Dialogue:
    """Return the conversation that these turns are, as far as their texts tell; oldest first.

    A question counts once the coach has answered it; the numbered points of an answer are its steps.

    >>> said = [Turn(role="user", text="How do you roll back?"), Turn(role="coach", text="1. Stop. [1](/x)")]
    >>> recall(said).state.points
    ('Stop.',)
    """
    state = State()
    kept = turns[-MOST_TURNS:]
    for asked, reply in pairwise(kept):
        if (asked.role, reply.role) == ("user", "coach") and not reply.text.startswith(_NO):
            question = stand_alone(shortened(asked.text, MAX_TURN_CHARS), state).question
            points = islice(_LISTED.finditer(reply.text), MOST_POINTS)
            state = state.after(question, (plain(_LINK_TO_SOURCE.sub("", point[1])) for point in points))
    short = (Turn(role=turn.role, text=shortened(turn.text, MAX_TURN_CHARS)) for turn in kept)
    return Dialogue(turns=tuple(short), state=state)
