"""Markdown slices to plain text: what a claim says, without the marks that only dress it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from textwrap import dedent

from ingest.read.plain import plain_inline

_BAR = re.compile(r"(?<!\\)\|")
_LAST_BAR = re.compile(r"(?<!\\)\|$")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
# Joiners shape letters and emoji; all other format characters are invisible or deceive.
_JOINERS = "\u200c\u200d"
_UNPRINTABLE = frozenset({"Cc", "Cf", "Co", "Cs"})
# Never characters, and XML forbids two of them; what is only not assigned yet may be a new emoji and stays.
# Source: The Unicode Standard, 23.7 Noncharacters.
_NONCHARACTERS = frozenset(map(chr, range(0xFDD0, 0xFDF0))) | {
    chr(plane | end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
}


def plain(raw: str) -> str:
    r"""Return the text of a Markdown slice on one line, each of its words kept, safe to print.

    >>> plain("**Fuse by rank**, see [the paper](https://x.example/rrf) on `List<int>`\n> and a &lt; b.")
    'Fuse by rank, see the paper on List<int> and a < b.'
    """
    return printable(plain_inline(raw))


def printable(text: str) -> str:
    r"""Return a text on one line without control characters, noncharacters, escapes and direction overrides.

    >>> printable("red \x1b[31malert\x07\nnow")
    'red [31malert now'
    """
    return " ".join(_visible(text).split())


def printable_lines(text: str) -> str:
    r"""Return a text like `printable` does, its lines and common indentation aside kept as they are.

    >>> printable_lines("  def f():\n\treturn 1\x07\n")
    'def f():\n      return 1'
    """
    lines = (_visible(line.expandtabs(8)).rstrip() for line in text.splitlines())
    return dedent("\n".join(lines)).strip("\n")


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        for char in text
        if char.isspace()
        or char in _JOINERS
        or (unicodedata.category(char) not in _UNPRINTABLE and char not in _NONCHARACTERS)
    )


def cells(row: str) -> tuple[str, ...]:
    r"""Return the plain cells of a table row, empty ones included.

    >>> cells("| a \\| b | `x|y` | |")
    ('a | b', 'x|y', '')
    """
    # Bars inside code are hidden for the cut, at equal length.
    hidden = _CODE.sub(lambda match: match[0].replace("|", "\0"), row.replace("\0", " "))
    inner = _LAST_BAR.sub("", hidden.strip().removeprefix("|"))
    return tuple(plain(cell.strip().replace("\0", "|")) for cell in _BAR.split(inner))


def read_row(names: Sequence[str], values: Sequence[str]) -> str:
    """Return a table row as a sentence; without header names, its cells.

    >>> read_row(("Store", "Cost"), ("pgvector", "low")), read_row((), ("pgvector", "low"))
    ('Store: pgvector; Cost: low', 'pgvector; low')
    """
    named = len(names) == len(values)
    pairs = zip(names if named else [""] * len(values), values, strict=True)
    return "; ".join(f"{name}: {value}" if name else value for name, value in pairs if value)
