"""Conversations: a question that rests on what was said before is completed, so that it stands alone."""

from __future__ import annotations

from coach.conversation.dialogue import MOST_TURNS, Dialogue, State, Turn
from coach.conversation.recall import recall
from coach.conversation.standalone import Standalone, stand_alone

__all__ = ["MOST_TURNS", "Dialogue", "Standalone", "State", "Turn", "recall", "stand_alone"]
