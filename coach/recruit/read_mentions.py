"""Numbers and lengths of a request, and what each of them is: of questions, of the interview, or neither.

Rules say what is a number. What it is for is told by the words around it, weighed by a regression, and by a
network that reads the whole request; evals/training/README.md says what both have learnt from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from coach.recruit.fitted import Chances, load_regression
from coach.recruit.read_lengths import lengths
from coach.recruit.read_number_words import RANGE, bounds
from coach.recruit.read_text import asking, is_terse, lies_in, sentence_around
from coach.recruit.request_network import agreed, read_pieces

Role = Literal["count", "less", "minutes", "other"]
ROLES: tuple[Role, ...] = ("count", "less", "minutes", "other")
"""The number of questions; time that goes to something else; how long the interview is; none of these."""

_NUMBER = re.compile(
    rf"(?:(?<![\w.,$€£#/-])|(?<=\bx)|(?<=\d[-–]))(?:{RANGE})(?=q['’]?s?\b|qns?\b|x\b|(?!\w|[.,]\d))",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[a-z]+|\d+|[^\w\s]|\n")
_QUESTIONS = re.compile(r"(?<![a-z])(?:questions?|q['’]?s?|qns?|qus|ques)(?![a-z'’])")
_REACH_CHARS, _NEXT_TOKENS = 70, 4
SENTENCE_CHARS = 400
"""No more of a sentence is looked at to either side: what has more is none."""
_SIZES = (1, 2, 4, 7, 10, 12, 16, 20, 26, 35, 50, 65, 95, 125)
_ROUND = 5
_LATE = 0.75
_LONGEST_GAP = 60


class Mention(NamedTuple):
    """A number or a length, where its words stand; `low` and `high` differ where a range is told.

    Attributes:
        is_length: Whether it is told in units of time; then it is in minutes.
    """

    is_length: bool
    low: float
    high: float
    start: int
    end: int

    @property
    def value(self) -> float:
        """The number, or the middle of two."""
        return (self.low + self.high) / 2


def mentions(text: str) -> list[Mention]:
    """Return the numbers and lengths of a text, in order.

    >>> [(one.is_length, one.value) for one in mentions("6-8 Qs in half an hour, room 12")]
    [(False, 7.0), (True, 30.0), (False, 12.0)]
    """
    found = [Mention(True, *one) for one in lengths(text)]
    taken = [(one.start, one.end) for one in found]
    found += [
        Mention(False, *bounds(match), *match.span())
        for match in _NUMBER.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in taken)
    ]
    return sorted(found, key=lambda one: one.start)


def roles(text: str) -> list[tuple[Mention, Chances]]:
    """Return the mentions of a text with the chance of each of `ROLES`, float64 (4,)."""
    found = mentions(text)
    if not found:
        return []
    chances = load_regression("numbers").chances(list(signs(text, found)))
    logits = read_pieces(text).means("number", found)
    return list(zip(found, agreed(chances, logits), strict=True))


def signs(text: str, found: Sequence[Mention]) -> Iterator[dict[str, float]]:
    """Yield what stands around each mention of a text, by name."""
    lower, is_note, asks = text.lower(), is_terse(text), asking(text)
    longest = max((one.value for one in found if one.is_length), default=0.0)
    for at, one in enumerate(found):
        kind = "length" if one.is_length else "number"
        earlier, later = found[:at], found[at + 1 :]
        asked = lies_in(one.start, asks)
        facts = {
            f"is {kind}": True,
            f"{kind} {_size(one.value)}": True,
            f"own {' '.join(tokens(lower[one.start : one.end]))}": True,
            "is broken": not one.value.is_integer(),
            f"{kind} is round": one.value % _ROUND == 0,
            "is of a note": is_note,
            "is asked": asked,
            "is asked in an advert": asked and not is_note,
            "is late": not is_note and one.start > _LATE * len(text),
            "is longest": one.is_length and one.value == longest,
            "is shorter": one.is_length and one.value < longest,
            "is shorter than one before": one.is_length
            and any(other.is_length and other.value > one.value for other in earlier),
            "has a length before": any(other.is_length for other in earlier),
            "has a length behind": any(other.is_length for other in later),
        }
        told = around(text, one.start, one.end, kind) | {name: 1.0 for name, holds in facts.items() if holds}
        told["place"] = one.start / len(text)
        if earlier:
            last = earlier[-1]
            told["gap"] = min(one.start - last.end, _LONGEST_GAP) / _LONGEST_GAP
            told[f"behind {'length' if last.is_length else 'number'}"] = 1.0
            told[f"between {' '.join(tokens(lower[last.end : one.start]))[:25]}"] = 1.0
        yield told


def around(text: str, start: int, end: int, kind: str) -> dict[str, float]:
    """Return what stands around words of a text, by name; tokens at a distance are told apart by `kind`."""
    lower = text.lower()
    before = tokens(lower[max(0, start - _REACH_CHARS) : start])[-_NEXT_TOKENS:]
    after = tokens(lower[end : end + _REACH_CHARS])[:_NEXT_TOKENS]
    steps = range(_NEXT_TOKENS)
    left = ["^"] * (_NEXT_TOKENS - len(before)) + before
    right = after + ["$"] * (_NEXT_TOKENS - len(after))
    named = {f"{kind} before {_NEXT_TOKENS - step} {left[step]}" for step in steps}
    named |= {f"{kind} after {step + 1} {right[step]}" for step in steps}
    named |= {f"{kind} before {' '.join(before[-2:])}", f"{kind} after {' '.join(after[:2])}"}
    named |= {f"{kind} amid {' '.join(before[-1:] + after[:1])}"}
    named |= {f"left {token}" for token in before} | {f"right {token}" for token in after}
    named |= {f"either {token}" for token in (*before, *after)}
    sentence = sentence_around(text, start) or (start, end)
    near = slice(max(sentence[0], start - SENTENCE_CHARS), min(sentence[1], end + SENTENCE_CHARS))
    said = {token for token in tokens(lower[near]) if token.isalpha()}
    return dict.fromkeys(named, 1.0) | {f"said {token}": 0.5 for token in said}


def tokens(lower: str) -> list[str]:
    """Return words and signs, any figure as "#", any word for questions as "questions"."""
    found = _TOKEN.findall(_QUESTIONS.sub("questions", lower))
    return ["#" if token.isdigit() else token for token in found]


def _size(value: float) -> str:
    return next((f"to {most}" for most in _SIZES if value <= most), "more")
