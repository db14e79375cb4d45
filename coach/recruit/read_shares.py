"""What part of a set a request gives to a topic: "a third on incidents", "60% retrieval", "mostly agents"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from coach.recruit.read_text import asking

Names = Callable[[str], Sequence[str]]
"""Gives the competencies that a few words name."""

MOSTLY = 0.6
"""The part that "mostly" stands for."""
LITTLE = 0.2
"""The part that "a bit" stands for, beside a topic of which another part is told."""

_DIVISORS = {"third": 3, "quarter": 4, "fourth": 4, "fifth": 5}
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_SHARE = re.compile(
    r"(?<![\w.,])(?<!by )(?<!than )(?P<percent>\d{1,2}|100)\s?(?:%|per\s?cent\b|pct\b)"
    r"(?!\s+(?:up|down|more|less|fewer|faster|slower|cheaper|remote|travel|bonus|equity|off|discount)\b)"
    rf"|(?<!hour and )(?<!hours and )\b(?P<over>{'|'.join(_COUNTS)})[- ](?P<under>{'|'.join(_DIVISORS)})s?\b"
    r"(?!\s+(?:round|party|interview|year|(?:of )?an? hour))"
    r"|(?<!other )(?<!second )(?<!first )\b(?P<half>half)\b(?![- ](?:an?\b|hour|day|dozen|year|time))"
    r"|\b(?P<most>mostly|mainly|primarily|predominantly|chiefly|largely|most of (?:it|them)|(?:the )?bulk"
    r"|(?:the )?majority|heavy on|focus(?:ed|ing)? on|emphasis on|weighted towards?)\b"
    r"|\b(?P<rest>(?:the )?(?:rest|remainder|remaining))\b"
    r"|\b(?P<little>some|a (?:bit|little|touch|few)|light(?:ly)? on|briefly)\b",
    re.IGNORECASE,
)
# What stands between a share and its topic, and where the topic ends.
_OF_THE_SET = re.compile(
    r"\s*(?:of\s+)?(?:(?:it|them|the|all|these|those|our|my)\s+)*"
    r"(?:questions?|qs?|set|interview|loop|time|minutes|slot|hour|session)?\b\s*"
    r"(?:(?:should|must|to)\s+be|is|are|goes?|for|on|about|to|around|in)?\b\s*",
    re.IGNORECASE,
)
_BORDER = re.compile(r"[,;.!?\n/+&()]|\b(?:plus|but|with)\b", re.IGNORECASE)
_END = re.compile(r"[;.!?\n]")
_AND = re.compile(r"[,/+&]|\b(?:and|plus)\b", re.IGNORECASE)
_REACH_CHARS, _TOPIC_WORDS = 80, 8


_OF_OTHER_THINGS = re.compile(
    r"\s+of\s+(?:our|your|their|all|its)\s+(?!questions?\b|qs\b|interviews?\b|time\b)\w+", re.IGNORECASE
)


class Share(NamedTuple):
    """A part of a set, and where the words stand that ask for it, its topic included.

    Attributes:
        part: 0 to 1; None for what the other parts leave over.
        is_exact: Whether it was told as a number, not as "mostly" or "a bit".
    """

    part: float | None
    start: int
    end: int
    is_exact: bool = True


def told_parts(text: str) -> list[tuple[int, int]]:
    """Return where percentages and fractions stand: they are no number of questions, and no length.

    >>> [slice(*one) for one in told_parts("40% evals, a third of it cost, a quarter of an hour")]
    [slice(0, 3, None), slice(11, 18, None)]
    """
    return [one.span() for one in _SHARE.finditer(text) if one["percent"] or one["under"]]


def read_shares(text: str, wanted: Sequence[str], named: Names) -> dict[str, Share]:
    """Return the parts that a request asks for, by competency; empty if it tells none.

    A topic beside a part is wanted, whether or not it was found otherwise.

    Args:
        text: The request, without what it rules out.
        wanted: The competencies that were found in it; of several that share a name they go before others.
        named: Names what a few words are about.
    """
    found = [
        match
        for start, end in asking(text)
        for match in _SHARE.finditer(text, start, end)
        if not _OF_OTHER_THINGS.match(text, match.end())
    ]
    if not any(one.group("percent", "under", "half", "most") != (None,) * 4 for one in found):
        return {}  # "some questions on ..." is no part
    least, most = [0, *(one.end() for one in found)], [*(one.start() for one in found[1:]), len(text)]
    sides = [
        (_before(text, begin, one.start()), _behind(text, one.end(), end, _END if one["rest"] else _BORDER))
        for begin, one, end in zip(least, found, most, strict=False)
    ]
    said = [tuple(topics_in(text[start:end], wanted, named) for start, end in pair) for pair in sides]
    first = 0 if said[-1][0] and not said[-1][1] else 1  # "RAG 60%, evals 40%", or the other way round
    shares: dict[str, Share] = {}
    for match, spans, names in zip(found, sides, said, strict=True):
        side = first if names[first] else 1 - first
        start, end = min(spans[side][0], match.start()), max(spans[side][1], match.end())
        for name in names[side]:
            part = _part(match)
            is_exact = not (match["most"] or match["little"])
            shares.setdefault(name, Share(part and part / len(names[side]), start, end, is_exact))
    return shares


def weights(wanted: Sequence[str], shares: Mapping[str, Share]) -> dict[str, float]:
    """Return the weight of each wanted competency, 1 on average; what no part is told of shares the rest.

    >>> weights(["incidents", "cost", "agents"], {"incidents": Share(0.5, 0, 4)})
    {'incidents': 1.5, 'cost': 0.75, 'agents': 0.75}
    """
    parts = ((name, shares[name].part) for name in wanted if name in shares)
    told = {name: part for name, part in parts if part}
    if not told:
        return dict.fromkeys(wanted, 1.0)
    others = len(wanted) - len(told)
    # Parts that leave nothing over leave the others half of the least.
    rest = max(1 - sum(told.values()), 0) / others if others else 0
    exact = {name: told.get(name) or rest or min(told.values()) / 2 for name in wanted}
    total = sum(exact.values())
    return {name: round(part * len(wanted) / total, 2) for name, part in exact.items()}


def _part(match: re.Match[str]) -> float | None:
    if match["rest"]:
        return None
    if match["percent"]:
        return max(int(match["percent"]), 1) / 100
    if match["under"]:
        return _COUNTS[match["over"].lower()] / _DIVISORS[match["under"].lower()]
    return 0.5 if match["half"] else MOSTLY if match["most"] else LITTLE


def _behind(text: str, start: int, most: int, ends: re.Pattern[str]) -> tuple[int, int]:
    """Return where the topic behind a share may stand."""
    lead = _OF_THE_SET.match(text, start, most)
    start = lead.end() if lead else start
    border = ends.search(text, start, most)
    return start, min(border.start() if border else most, start + _REACH_CHARS)


def _before(text: str, least: int, end: int) -> tuple[int, int]:
    """Return where the topic before a share may stand."""
    end -= len(text[least:end]) - len(text[least:end].rstrip(" (:=-–—\t"))
    borders = [one.end() for one in _BORDER.finditer(text, max(least, end - _REACH_CHARS), end)]
    return max([least, end - _REACH_CHARS, *borders]), end


def topics_in(said: str, wanted: Sequence[str], named: Names) -> list[str]:
    """Return what a few words name: of each thing the competencies that are wanted, or all if none are."""
    if len(said.split()) > _TOPIC_WORDS:
        return []
    found: dict[str, None] = {}
    for names in map(named, _AND.split(said)):
        found |= dict.fromkeys([name for name in names if name in wanted] or names)
    return list(found)
