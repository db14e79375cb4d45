"""What a page holds that is not for its reader: comments, hidden elements, invisible characters, role marks.

Whoever edits a handbook could speak through it to a model, or put words into the coach's mouth, and nobody
who looks at the page would notice. So nothing of it is said, quoted or given to a model. Code is shown as it
is written, and hides nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

# Beyond so many tags a page is an accident or an attack, and what follows the last of them is not looked at.
MAX_TAGS = 20_000

_CODE = re.compile(
    r"""
    ^[ \t>]* (?P<fence> `{3,} | ~{3,} ) [^\n]*\n .*? (?: ^[ \t>]* (?P=fence) | \Z )
    | (?P<ticks> `+ ) (?!`) [^\n]{1,500}? (?<!`) (?P=ticks) (?!`)
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]{0,30})(?P<rest>(?:\s[^<>]{0,2000})?)>")
_HIDES = re.compile(
    r"""
    \s hidden (?= [\s=/] | \Z )
    | [\s"';] (?:
        display \s*:\s* none
      | visibility \s*:\s* (?: hidden | collapse )
      | (?: opacity | font-size ) \s*:\s* 0* \.? 0+ (?![.\d])
      | color \s*:\s* (?: white\b | transparent\b | \#f{3}(?:f{3})?\b | rgba?\(\s*255\s*,\s*255\s*,\s*255 )
      | (?: left | top | text-indent ) \s*:\s* -\d{3,}
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_COLOUR = re.compile(r"""\scolor\s*=\s*["']?\s*(?:white\b|\#f{3}(?:f{3})?\b)""", re.IGNORECASE)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# The block of tags and variation selectors in rows: text that no font draws. A few tags after a black flag
# make the flag of a region.
_TAGS = "[\U000e0000-\U000e007f]"
_INVISIBLE = re.compile(
    f"(?<!\U0001f3f4)(?<!{_TAGS}){_TAGS}+|{_TAGS}{{8,}}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{{4,}}"
)
# Marks that tell the turns of a conversation apart for a model; what follows up to the end of the
# paragraph pretends to be such a turn.
_TURN = re.compile(
    r"(?: <\|\w{2,20}\|> | \[/?INST\] | <</?SYS>> ) .*? (?= \n[ \t]*\n | \Z )",
    re.DOTALL | re.VERBOSE,
)


class Hidden(NamedTuple):
    """Characters [start, end) of a text."""

    start: int
    end: int


@lru_cache(maxsize=256)
def hidden_spans(text: str) -> tuple[Hidden, ...]:
    """Return what of a Markdown page is not for its reader, in order, without overlaps.

    >>> text = "Seen. <!-- not seen --> Seen. <span hidden>Not <b>seen</b>.</span> `<!-- seen -->`"
    >>> [text[one.start : one.end] for one in hidden_spans(text)]
    ['<!-- not seen -->', '<span hidden>Not <b>seen</b>.</span>']
    """
    found = [Hidden(*match.span()) for match in _INVISIBLE.finditer(text)]
    if "<" in text or "[" in text:
        shown = _CODE.sub(lambda match: " " * len(match[0]), text)
        found += [*_comments(shown), *_elements(shown)]
        found += [Hidden(*match.span()) for match in _TURN.finditer(shown)]
    return merged(found)


def is_hidden(text: str, start: int, end: int) -> bool:
    """Return whether a span of a text touches anything that a reader does not see."""
    return touches(hidden_spans(text), start, end)


def touches(spans: Sequence[Hidden], start: int, end: int) -> bool:
    """Return whether [start, end) touches any of these spans, which are in order."""
    at = bisect_left(spans, end, key=lambda one: one.start)
    return at > 0 and spans[at - 1].end > start


def without(text: str, start: int, end: int, spans: Sequence[Hidden]) -> str:
    """Return the characters [start, end) of a text that lie outside of spans, which are in order."""
    inside = [one for one in spans if one.start < end and start < one.end]
    edges = [Hidden(start, start), *inside, Hidden(end, end)]
    return "".join(text[before.end : after.start] for before, after in pairwise(edges))


def _comments(text: str) -> Iterator[Hidden]:
    """Yield the comments; one that is never closed is text."""
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        yield Hidden(start, end + 3)
        start = text.find("<!--", end + 3)


def _elements(text: str) -> list[Hidden]:
    """Return each hidden element with its content; one that is never closed goes on to the end."""
    found: list[Hidden] = []
    name, depth, start = "", 0, 0
    for count, tag in enumerate(_TAG.finditer(text)):
        if count >= MAX_TAGS:
            break
        is_same = tag["name"].lower() == name
        if depth:
            depth += is_same * (-1 if tag["close"] else not tag["rest"].endswith("/"))
            if not depth:
                found.append(Hidden(start, tag.end()))
        elif not tag["close"] and _is_hiding(tag["rest"]):
            name, start = tag["name"].lower(), tag.start()
            if name in _VOID or tag["rest"].endswith("/"):
                found.append(Hidden(*tag.span()))
            else:
                depth = 1
    return [*found, Hidden(start, len(text))] if depth else found


def _is_hiding(attributes: str) -> bool:
    return bool(attributes) and (_HIDES.search(attributes) or _COLOUR.search(attributes)) is not None


def merged(spans: Iterable[Hidden]) -> tuple[Hidden, ...]:
    """Return spans in order, those that touch made one."""
    made: list[Hidden] = []
    for span in sorted(spans):
        if made and span.start <= made[-1].end:
            made[-1] = Hidden(made[-1].start, max(made[-1].end, span.end))
        else:
            made.append(span)
    return tuple(made)
