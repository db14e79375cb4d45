"""Markdown slices to plain text: what a claim says, without the marks that only dress it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARKUP = re.compile(r"[*_`\[<&\\\n]")
_QUOTE_MARKERS = re.compile(r"\n[ \t]*(?:>[ \t]?)+")
_STRAY_EMPHASIS = re.compile(r"\*\*+|(?<!\w)__+|__+(?!\w)")
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]+\]")
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)|<!--")
# Whatever else stands in angle brackets is text: `List<String>` is not a list.
_HTML_TAGS = frozenset(
    "a abbr b big blockquote br center cite code dd del details div dl dt em font h1 h2 h3 h4 h5 h6 hr i img"
    " ins kbd li mark ol p picture pre q s samp small source span strike strong sub summary sup table tbody"
    " td tfoot th thead tr tt u ul var video wbr".split()
)
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)


@lru_cache(maxsize=16384)
def plain(raw: str) -> str:
    """Return the text of a Markdown slice on one line, each of its words kept.

    >>> plain("**Fuse by rank**, see [the paper](https://x.example/rrf) on `List<int>`\\n> and a &lt; b.")
    'Fuse by rank, see the paper on List<int> and a < b.'
    """
    text = raw
    if _MARKUP.search(raw):
        source = _FOOTNOTE_MARK.sub("", _QUOTE_MARKERS.sub("\n", raw))
        tokens = _parser().parseInline(source)
        text = "".join(_text(token) for token in tokens[0].children or [])
    return " ".join(_printable(text).split())


def cells(row: str) -> tuple[str, ...]:
    r"""Return the plain cells of a table row, empty ones included.

    >>> cells("| a \\| b | `x|y` | |")
    ('a | b', 'x|y', '')
    """
    # Bars inside code are hidden for the cut, at equal length.
    hidden = _CODE.sub(lambda match: match[0].replace("|", "\0"), row)
    inner = hidden.strip().removeprefix("|")
    if re.search(r"(?<!\\)\|$", inner):
        inner = inner[:-1]
    return tuple(plain(cell.strip().replace("\0", "|")) for cell in _CELL_BORDER.split(inner))


def _text(token: Token) -> str:
    if token.type == "text":
        return _STRAY_EMPHASIS.sub("", token.content)
    if token.type == "code_inline":
        return token.content
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "html_inline":
        tag = _TAG_NAME.match(token.content)
        name = (tag[1] or "br").lower() if tag else "br"
        if name not in _HTML_TAGS:
            return token.content
        return " " if name in ("br", "p", "div", "li", "tr", "td", "th", "hr") else ""
    return ""


def _printable(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    # Joiners (U+200C, U+200D) shape letters and emoji; all other format characters are invisible or deceive.
    return "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or char in "\u200c\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs")
    )


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")
