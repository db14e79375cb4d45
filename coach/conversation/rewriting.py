"""Follow-up questions completed by a model where rules are not sure; what it says is not simply believed."""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING

from coach.answer.generate.request import fenced
from coach.answer.prompts import Prompt
from coach.conversation.dialogue import Dialogue
from coach.models.contract import Message, Request
from ingest.analysis import terms
from ingest.text import whole_characters

if TYPE_CHECKING:
    from collections.abc import Sequence

_REPLY = re.compile(r'\{\s*"question"\s*:\s*"(?:[^"\\]|\\.)*"\s*\}')
MAX_QUESTION_CHARS = 400
REWRITE_TOKENS = 150
# A question may need a few words that nobody has said: "reduce", "during".
_MOST_NEW_TERMS = 2


def rewrite_request(prompt: Prompt, question: str, turns: Sequence[str], *, timeout_s: float) -> Request:
    """Return the request to complete a question.

    Args:
        prompt: For this purpose.
        question: The last one.
        turns: What was said before, oldest first, each with its speaker.
        timeout_s: Longest wait for the reply.
    """
    mark = secrets.token_hex(8)
    lines = [fenced("conversation", "\n".join(turns), mark), fenced("question", question, mark)]
    return Request(
        purpose="rewrite",
        messages=(
            Message(role="system", content=prompt.text),
            Message(role="user", content="\n\n".join([*lines, "Rewrite the question."])),
        ),
        output_schema={
            "type": "object",
            "properties": {"question": {"type": "string"}},
            "required": ["question"],
            "additionalProperties": False,
        },
        max_tokens=REWRITE_TOKENS,
        timeout_s=timeout_s,
    )


def spoken(dialogue: Dialogue) -> list[str]:
    """Return the turns of a conversation, each with its speaker."""
    return [f"{turn.role}: {turn.text}" for turn in dialogue.turns]


def read_rewritten(reply: str, question: str, turns: Sequence[str]) -> str | None:
    """Return the question in a model's reply, or None if it is none that the conversation could mean.

    It is made of words of the conversation, keeps most of the words of the question, and is not long.
    """
    match = _REPLY.search(reply)
    if match is None:
        return None
    try:
        rewritten = " ".join(whole_characters(json.loads(match[0])["question"]).split())
    except ValueError:
        return None
    own, new = set(terms(question)), set(terms(rewritten))
    known = own.union(*(terms(turn) for turn in turns))
    is_fit = new and len(new - known) <= _MOST_NEW_TERMS and len(own & new) * 2 >= len(own)
    return rewritten if is_fit and len(rewritten) <= MAX_QUESTION_CHARS else None
