"""What a judge is asked: the rubric first, then the case, fenced off as data."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import JsonValue

from coach.models.contract import Message, Request
from ingest.contract import Frozen

Purpose = Literal["claim", "pair"]
MAX_REPLY_TOKENS = 64
TIMEOUT_S = 60.0
REMINDER = "That could not be read. Answer again, with the JSON object alone."


class Rubric(Frozen):
    """By what a judge judges.

    Attributes:
        version: Grows with each change of meaning.
    """

    purpose: Purpose
    version: int
    text: str

    @property
    def name(self) -> str:
        """How it is recorded, "claim@1-0123456789ab": version and hash of the text."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return f"{self.purpose}@{self.version}-{digest[:12]}"


@cache
def load_rubric(purpose: Purpose) -> Rubric:
    """Return the rubric of this version of the evals."""
    raw = resources.files("evals.judge").joinpath("rubrics", f"{purpose}.md").read_text(encoding="utf-8")
    _, front_matter, text = raw.split("---\n", 2)
    return Rubric(purpose=purpose, version=yaml.safe_load(front_matter)["version"], text=text.strip())


def claim_request(claim: str, passages: Sequence[str]) -> Request:
    """Return the question whether passages support a claim."""
    blocks = [*(("passage", text) for text in passages), ("claim", claim)]
    return _request("claim", blocks, {"supported": {"type": "boolean"}})


def pair_request(question: str, first: str, second: str) -> Request:
    """Return the question which of two answers is better."""
    blocks = [("question", question), ("answer A", first), ("answer B", second)]
    return _request("pair", blocks, {"better": {"type": "string", "enum": ["A", "B", "neither"]}})


def reminded(request: Request, reply: str) -> Request:
    """Return the request again, after a reply that could not be read."""
    turns = (Message(role="assistant", content=reply or "…"), Message(role="user", content=REMINDER))
    return request.model_copy(update={"messages": (*request.messages, *turns)})


def _request(
    purpose: Purpose, blocks: Sequence[tuple[str, str]], properties: dict[str, JsonValue]
) -> Request:
    # The mark depends on what it encloses, so that no text can foresee it and equal cases stay equal.
    mark = hashlib.sha256("\0".join(text for _, text in blocks).encode()).hexdigest()[:16]
    case = "\n".join(f"<<<{name} {mark}>>>\n{text}\n<<<end {name} {mark}>>>" for name, text in blocks)
    rubric = load_rubric(purpose)
    return Request(
        purpose=f"judge-{purpose}",
        messages=(Message(role="system", content=rubric.text), Message(role="user", content=case)),
        output_schema={
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        },
        max_tokens=MAX_REPLY_TOKENS,
        temperature=0.0,
        timeout_s=TIMEOUT_S,
    )
