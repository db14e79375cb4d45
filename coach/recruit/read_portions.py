"""Numbers of questions told one for each topic or kind: "3 questions on RAG, 2 on evals"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from coach.recruit.contract import MAX_QUESTIONS
from coach.recruit.read_bounds import ASKED
from coach.recruit.read_kinds import named_kinds
from coach.recruit.read_mentions import Mention
from coach.recruit.read_number_words import Number
from coach.recruit.read_numbers import UNIT, of_counts, tells_rounds
from coach.recruit.read_shares import Names, Share, topics_in
from coach.recruit.read_text import is_terse, without
from ingest.contract import QuestionKind

_FLAGS = re.IGNORECASE
_ITEM = re.compile(rf"{UNIT}\s*(?:[x×]\s*)?(?!(?:of|to|or)\b)[a-z][^.;:!?\n()]*", _FLAGS)
# "Round 2", "level 3": the number is a name.
_NAME_BEFORE = re.compile(
    r"(?:\b(?:rounds?|interviews?|sessions?|stages?|parts?|days?|levels?|lvl|no\.?|questions?)|[#+-])\s*$",
    _FLAGS,
)
_LEAD = re.compile(
    rf"\s*(?:[x×]\s*)?(?:(?:[\w-]+\s+){{0,2}}?{ASKED}\b)?\s*(?:on|about|for|of|covering|regarding)?\b", _FLAGS
)
_BEHIND_THE_LAST = re.compile(r",|\b(?:with|in|within|for an?)\b", _FLAGS)
_KIND_CHARS = 25
"""A kind that is counted stands so near behind its number."""
_FEWEST = 2
_QUESTIONS = re.compile(rf"\b{ASKED}\b", _FLAGS)

Kind = tuple[QuestionKind, tuple[int, int]]
"""A kind, and where it is named."""


class Portions(NamedTuple):
    """What a request tells of parts of a set, in questions.

    Attributes:
        total: Of all parts together.
        kinds: That are wanted alone, with where they are named; empty unless each part names one.
        shares: By competency; empty unless each part names one.
        taken: Where the numbers and the kinds stand, which name no topic.
    """

    total: Number
    kinds: tuple[Kind, ...]
    shares: dict[str, Share]
    taken: tuple[tuple[int, int], ...]


class _Portion(NamedTuple):
    many: int
    kinds: tuple[Kind, ...]
    topics: tuple[str, ...]
    start: int
    end: int
    number_end: int


def read_portions(text: str, named: Names) -> Portions | None:
    """Return the parts that are told in questions; None if a request tells fewer than two that differ.

    Args:
        text: The request, without what it rules out.
        named: Names what a few words are about.
    """
    mentions, likely = of_counts(text)
    found = [part for one in mentions if (part := _portion(text, one, mentions, named))]
    starts = {one.start for one in found}
    told = {(one.kinds and one.kinds[0][0], one.topics) for one in found}
    if len(told) < max(len(found), _FEWEST) or not _are_questions(text, found):
        return None
    total, start, end = sum(one.many for one in found), found[0].start, found[-1].end
    if not all(one.value == total for one in likely if one.start not in starts):
        return None
    if not (likely or is_terse(text) or all(one.kinds for one in found)):
        return None
    kinds = tuple(kind for one in found for kind in one.kinds) if all(one.kinds for one in found) else ()
    shares = {
        name: Share(one.many / total / len(one.topics), one.start, one.end)
        for one in found
        if all(other.topics for other in found)
        for name in one.topics
    }
    taken = [(one.start, one.number_end) for one in found] + [place for _, place in kinds]
    return Portions(Number("count", total, start, end, total, total), kinds, shares, tuple(taken))


def _are_questions(text: str, found: Sequence[_Portion]) -> bool:
    """Return whether it is questions that are counted, not rounds."""
    is_said = any(_QUESTIONS.search(text, one.start, one.end) for one in found)
    return is_said or (not tells_rounds(text) and any(one.many > 1 for one in found))


def _portion(text: str, one: Mention, others: Sequence[Mention], named: Names) -> _Portion | None:
    item = _ITEM.match(text, one.end)
    is_count = not one.is_length and one.low == one.high and one.low in range(1, MAX_QUESTIONS + 1)
    if item is None or not is_count or _NAME_BEFORE.search(text, 0, one.start):
        return None
    following = [other.start for other in others if item.start() <= other.start < item.end()]
    lead = _LEAD.match(text, one.end)
    begin = lead.end() if lead else one.end
    last = None if following else _BEHIND_THE_LAST.search(text, begin, item.end())
    end = min(following, default=last.start() if last else item.end())
    kinds = tuple(named_kinds(text, one.end, min(end, one.end + _KIND_CHARS))[:1])
    said = without(text, [place for _, place in kinds])
    topics = tuple(topics_in(said[begin:end], (), named))
    return _Portion(int(one.low), kinds, topics, one.start, end, one.end) if kinds or topics else None
