"""The questions in a text that asks several, each with the story that it is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ingest.analysis import terms

MAX_PARTS = 3
_FEWEST_WORDS = 3
_FLAGS = re.IGNORECASE | re.VERBOSE
_END = re.compile(r"(?<=[.!?？。！])\s+|(?<=[？。！])")
# A joint behind which a second question begins.
_JOINT = re.compile(
    r"""[,;:]?\s+(?:and|also|plus|but)\s+(?:also\s+)?(?=(?:
        how | what | why | when | which | where | who | should | would | could | can | do | does | is | are
        | tell | explain | describe | compare
    )\b)""",
    _FLAGS,
)
_AUXILIARY = "do|does|did|is|are|was|were|should|would|could|can|will|must|may|might"
_BEGINS_ASKING = re.compile(
    rf"""\W*
    (?: (?:and|also|so|but|plus|then|or|please|ok|okay|hey|hi|now|well|finally)\b[\s,]*
      | [\w'’-]+(?:\ [\w'’-]+){{0,2}}[,:]\ )*
    (?: (?:how|what|whats|why|which|who|whom|whose)\b
      | (?:when|where)(?=['’]s\b|\ (?:{_AUXILIARY}|to)\b)
      | (?:{_AUXILIARY})(?:n['’]?t)?\ (?!not\b)
      | (?:have|has|had)(?:n['’]?t)?\ (?:i|you|we|they|he|she|it|any\w*|some\w*)\b
      | (?:explain|describe|compare|contrast|discuss|define|summari[sz]e|recommend|suggest)\b
      | (?:design|help|tell|walk|give|list|name|show|talk|outline|sketch|write|draft|plan|review|estimate)
        \ (?:me|us|them|him|her|a|an|the|my|our|your|how|why|what|which|when|through|about|some|all|\d+
           |two|three|four|five)\b )""",
    _FLAGS,
)
# Stems that ask of whatever was said before: "what would you do first?", "is it worth it?".
_POINTLESS = frozenset(
    "say answer look start begin now next first think explain describ tell proceed approach handl react"
    " respond decid worth right wrong know want need happen make thing way when where which then els more"
    " again".split()
)


class _Piece(NamedTuple):
    start: int
    end: int
    asks: bool


def split_parts(text: str) -> tuple[str, ...]:
    """Return the questions in a text, at most `MAX_PARTS`; a text without any is one part.

    What is told in front of a question belongs to it. What asks without naming a matter of its own belongs
    to the question before it.

    >>> split_parts("How do you size a cache, and when would you drop it?")
    ('How do you size a cache', 'when would you drop it?')
    >>> split_parts("We had an outage last week. What should the review cover? And why?")
    ('We had an outage last week. What should the review cover? And why?',)
    """
    parts: list[_Piece] = []
    told_from: int | None = None
    for piece in _pieces(text):
        start = piece.start if told_from is None else told_from
        if piece.asks and _has_matter(text[start : piece.end]):
            parts.append(_Piece(start, piece.end, asks=True))
            told_from = None
        elif piece.asks and parts:
            parts[-1] = parts[-1]._replace(end=piece.end)
            told_from = None
        else:
            told_from = start
    if not parts:
        return (text,) if text else ()
    if told_from is not None:
        parts[-1] = parts[-1]._replace(end=len(text))
    return tuple(text[part.start : part.end].strip() for part in parts[-MAX_PARTS:])


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the sentences, cut where a second question begins in one."""
    for start, end in _between(_END, text, 0, len(text)):
        tells = text[start:end].rstrip().endswith((".", "!", "。", "！"))
        pieces = [*_between(_JOINT, text, start, end)]
        begins = [_BEGINS_ASKING.match(text, *piece) is not None for piece in pieces]
        for (first, last), asks in zip(pieces, begins, strict=True):
            is_asked = text[first:last].rstrip().endswith(("?", "？"))
            yield _Piece(first, last, is_asked or (asks and (begins[0] or not tells)))


def _between(joint: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in joint.finditer(text, start, end):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < end:
        yield start, end


def _has_matter(asked: str) -> bool:
    return len(asked.split()) >= _FEWEST_WORDS and not _POINTLESS.issuperset(terms(asked))
