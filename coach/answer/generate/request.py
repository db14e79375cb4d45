"""What a model is asked: static words first, then what it may read, all of it fenced as data."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import JsonValue

from coach.answer.asked import asks_code, asks_quantity, compares
from coach.answer.generate.excerpts import Excerpt
from coach.answer.generate.read import Draft
from coach.answer.limits import LIMITS
from coach.answer.prompts import Prompt
from coach.models.contract import Message, Request
from coach.types import OutlineField
from ingest.contract import Level

WRITTEN_FIELDS: tuple[OutlineField, ...] = (
    "direct_answer",
    "probing",
    "steps",
    "numbers",
    "signals",
    "traps",
)
"""What a model writes. Follow-ups are questions of the handbook, and are quoted."""

DIRECT_CLAIMS = 4
MAX_DRAFT_CHARS = 6000
ANSWER_TOKENS, REPAIR_TOKENS, JUDGE_TOKENS = 2000, 1000, 50


class Rejected(NamedTuple):
    """A claim that failed, and why; the reason is told to the model."""

    draft: Draft
    reason: str


def claim_limits(level: Level) -> dict[OutlineField, int]:
    """Return how many claims each field may hold for a level."""
    limits = LIMITS[level]
    return {
        field: DIRECT_CLAIMS if field == "direct_answer" else getattr(limits, field)
        for field in WRITTEN_FIELDS
    }


def outline_schema() -> dict[str, JsonValue]:
    """Return the JSON schema of a typed outline, as strict as providers want it."""
    claim: dict[str, JsonValue] = {
        "type": "object",
        "properties": {key: {"type": "string"} for key in ("text", "passage", "quote")},
        "required": ["text", "passage", "quote"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {field: {"type": "array", "items": claim} for field in WRITTEN_FIELDS},
        "required": list(WRITTEN_FIELDS),
        "additionalProperties": False,
    }


def answer_request(
    prompt: Prompt, question: str, level: Level, excerpts: Sequence[Excerpt], *, timeout_s: float
) -> Request:
    """Return the request for a whole answer."""
    mark = secrets.token_hex(8)
    counts = ", ".join(f"{field} {most}" for field, most in claim_limits(level).items())
    lines = [
        *_passages(excerpts, mark),
        fenced("question", question, mark),
        f"Write an outline for level: {level}. Most claims: {counts}. {_angle(question)}".strip(),
    ]
    return _request(prompt, lines, outline_schema(), max_tokens=ANSWER_TOKENS, timeout_s=timeout_s)


def repair_request(
    prompt: Prompt,
    question: str,
    excerpts: Sequence[Excerpt],
    rejected: Sequence[Rejected],
    unread: str,
    *,
    timeout_s: float,
) -> Request:
    """Return the one request to mend claims that failed, or a reply that could not be read.

    Args:
        prompt: For this purpose.
        question: As in the request for the answer.
        excerpts: Likewise.
        rejected: Claims that failed; may be empty.
        unread: The reply, if no claim was found in it.
        timeout_s: Longest wait for the whole reply.
    """
    mark = secrets.token_hex(8)
    draft = "\n".join(
        json.dumps(
            {"field": one.draft.field, "text": one.draft.text, "passage": one.draft.passage}
            | {"quote": one.draft.quote, "failed": one.reason},
            ensure_ascii=False,
        )
        for one in rejected
    )
    lines = [
        *_passages(excerpts, mark),
        fenced("question", question, mark),
        fenced("draft", (draft or unread)[:MAX_DRAFT_CHARS], mark),
        "Mend the draft.",
    ]
    return _request(prompt, lines, outline_schema(), max_tokens=REPAIR_TOKENS, timeout_s=timeout_s)


def judge_request(prompt: Prompt, claim: str, quotes: Sequence[str], *, timeout_s: float) -> Request:
    """Return the request to a second model whether quotes bear a claim out."""
    mark = secrets.token_hex(8)
    lines = [
        fenced("claim", claim, mark),
        fenced("quote", "\n".join(quotes), mark),
        "Is the claim supported?",
    ]
    schema: dict[str, JsonValue] = {
        "type": "object",
        "properties": {"supported": {"type": "boolean"}},
        "required": ["supported"],
        "additionalProperties": False,
    }
    return _request(prompt, lines, schema, max_tokens=JUDGE_TOKENS, timeout_s=timeout_s)


def fenced(name: str, text: str, mark: str) -> str:
    """Return a text between marks that nobody who wrote it could foresee."""
    return f"<<<{name} {mark}>>>\n{text}\n<<<end {name} {mark}>>>"


def _passages(excerpts: Sequence[Excerpt], mark: str) -> list[str]:
    return [fenced(f"passage {one.id}", f"{one.title}\n{one.text}", mark) for one in excerpts]


def _angle(question: str) -> str:
    """Return what the wording of a question asks for beyond its subject."""
    angles = [
        "It weighs alternatives: say when each of them wins." if compares(question) else "",
        "It asks for a figure: begin with the figure." if asks_quantity(question) else "",
        "It asks for code: name what the code must do." if asks_code(question) else "",
    ]
    return " ".join(angle for angle in angles if angle)


def _request(
    prompt: Prompt, lines: Sequence[str], schema: dict[str, JsonValue], *, max_tokens: int, timeout_s: float
) -> Request:
    return Request(
        purpose=prompt.purpose,
        messages=(
            Message(role="system", content=prompt.text),
            Message(role="user", content="\n\n".join(lines)),
        ),
        output_schema=schema,
        max_tokens=max_tokens,
        timeout_s=timeout_s,
    )
