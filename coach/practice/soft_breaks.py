"""Line breaks inside sentences: editors, mail programs and transcripts set them, and they mean nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from coach.faithfulness.claims import MARKER

# Shorter lines that are all full are a list without marks sooner than a paragraph in a narrow column.
_NARROWEST_COLUMN = 40
# About the 64 word pieces that the point reader reads of a sentence; speech without punctuation has none.
_LONGEST_STRETCH_CHARS = 400
_STOP = re.compile(r"[.!?…:;]\s")
_ALONE = re.compile(r"\s*(?:$|#{1,6}\s|\||```|~~~)")
_ENDS = re.compile(r"[.!?:…][)\]\"'”’*_`]*$")


def without_soft_breaks(text: str) -> str:
    r"""Return a text of the same length in which each break inside a sentence is blank.

    Kept are breaks at empty lines, list items, headings, rows of tables and fences of code; where lines are
    not filled, also those after a sentence and before a capital letter; and all where hardly anything else
    parts the words, as in speech that was written down without punctuation.

    >>> without_soft_breaks("I read the\nlast calls.\nThen:\r\n- I end\r\n  the loop\n- I tell users")
    'I read the last calls.\nThen: \n- I end    the loop\n- I tell users'
    """
    lines = text.replace("\r\n", " \n").split("\n")
    return "\n".join(" ".join(part) for paragraph in _paragraphs(lines) for part in _unwrapped(paragraph))


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield lines that may belong together: a list item begins some, and what stands alone is alone."""
    current = [lines[0]]
    for before, line in pairwise(lines):
        if _ALONE.match(before) or _ALONE.match(line) or MARKER.match(line):
            yield current
            current = []
        current.append(line)
    yield current


def _unwrapped(paragraph: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of a paragraph, those together that only soft breaks part."""
    if any(len(one) > _LONGEST_STRETCH_CHARS for one in _STOP.split(" ".join(paragraph))):
        yield from ([line] for line in paragraph)
        return
    filled, current = _is_filled(paragraph), [paragraph[0]]
    for before, line in pairwise(paragraph):
        if not filled and (_ENDS.search(before.rstrip()) or line.lstrip()[0].isupper()):
            yield current
            current = []
        current.append(line)
    yield current


def _is_filled(paragraph: Sequence[str]) -> bool:
    """Return whether no line has room for the first word of the next: they were broken at a width."""
    width = max(len(line.rstrip()) for line in paragraph)
    return width >= _NARROWEST_COLUMN and all(
        len(before.rstrip()) + 1 + len(line.split()[0]) > width for before, line in pairwise(paragraph)
    )
