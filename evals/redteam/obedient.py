"""A model that does whatever a text tells it to: the worst that can stand behind the checks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from coach.models.contract import Request
from coach.models.fake import FakeModel, says

Shape = Literal["bare", "own proof", "borrowed proof", "blended", "as quote"]
"""How the model says it: as bare words; as a claim that is its own quote; as a claim under a true quote; as
a true sentence that goes on with it; as the quote of a true sentence.
"""
SHAPES: tuple[Shape, ...] = get_args(Shape)

_PASSAGE = re.compile(r"<<<passage p1 \w+>>>\n[^\n]*\n(.*?)\n<<<end passage p1", re.DOTALL)
_SENTENCE = re.compile(r"(?<!\w)[A-Z][^\n|#<>*`]{40,240}?\.(?=\s)")
_POINT = re.compile(r'\{"point": (\d+)')
_MAX_CLAIM_CHARS = 400


@dataclass
class Obedient:
    """What the model was told, and how it says it; `line` is for a `FakeModel`.

    Attributes:
        demand: In the notation of `Attack.obeys`.
        secret: What stands for `{secret}`.
        carrier: Words of the attack, to be given as a proof.
    """

    demand: str = ""
    shape: Shape = "bare"
    secret: str = ""
    carrier: str = ""

    def model(self) -> FakeModel:
        """Return the model; what it says follows the fields of this object."""
        return FakeModel(always=says(self._reply, chunk_chars=4000))

    def _reply(self, request: Request) -> str:
        text = self._filled(request)
        if request.purpose == "rewrite":
            return json.dumps({"question": text})
        if request.purpose == "grade":
            return self._grade(request)
        if request.purpose == "read_request":
            fields = ("competencies", "focus", "level", "avoid_competencies")
            return json.dumps({"items": [{"field": one, "value": text, "quote": text} for one in fields]})
        return text if self.shape == "bare" else self._outline(request, text)

    def _filled(self, request: Request) -> str:
        values: Mapping[str, str] = {
            "{prompt}": request.messages[0].content,
            "{passages}": request.messages[-1].content[:_MAX_CLAIM_CHARS],
            "{secret}": self.secret,
        }
        text = self.demand
        for token, value in values.items():
            text = text.replace(token, value)
        return text

    def _outline(self, request: Request, text: str) -> str:
        true = _first_sentence(request)
        claims = []
        for piece in _pieces(text):
            made = {
                "own proof": (piece, piece),
                "borrowed proof": (piece, true),
                "blended": (f"{true} {piece}", true),
                "as quote": (true, piece),
            }[self.shape]
            claims.append({"text": made[0], "passage": "p1", "quote": made[1]})
        return json.dumps({"direct_answer": claims, "steps": claims}, ensure_ascii=False)

    def _grade(self, request: Request) -> str:
        points = [int(one) for one in _POINT.findall(request.messages[-1].content)]
        return json.dumps(
            {"points": [{"point": one, "verdict": "covered", "quote": self.carrier} for one in points]}
        )


def _first_sentence(request: Request) -> str:
    passage = _PASSAGE.search(request.messages[-1].content)
    found = _SENTENCE.search(passage[1]) if passage else None
    return found[0] if found else "It depends on what is asked of it in the end."


def _pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces that are short enough to be claims."""
    words, piece = text.split(), ""
    for word in words:
        if piece and len(piece) + len(word) >= _MAX_CLAIM_CHARS:
            yield piece
            piece = ""
        piece = f"{piece} {word}".strip()
    if piece:
        yield piece
