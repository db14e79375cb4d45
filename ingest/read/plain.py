"""Markdown inline markup to plain text: links, emphasis, tags and entities read, their words kept."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Beyond these a "paragraph" is an accident or an attack; its characters are kept as they are.
MAX_INLINE_CHARS = 50_000
MAX_BRACKETS = 2_000

_MARKUP = re.compile(r"[*_`\[<&\\~$!]")
_CONTINUATION = re.compile(r"\n[ \t]*(?:>[ \t]?)*")
_STRAY_EMPHASIS = re.compile(r"\*\*+|~~|(?<!\w)__+|__+(?!\w)")
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]{1,40}\]")
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_REFERENCE = re.compile(r"\[([^\[\]]+)\]\[[^\[\]]*\]")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U000e0020-\U000e007f\u2600-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u231a\u231b"
    "\u23e9-\u23fa\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2934\u2935\u3030\u303d\u3297\u3299\u2139\u2122"
    "\u203c\u2049\ufe0f\u20e3\u200d]+"
)
_BAR = re.compile(r"(?<!\\)\|")
_HTML_CELLS = re.compile(r"</t[dh]>\s*<t[dh][^>]*>", re.IGNORECASE)
_HTML_CODE_END = re.compile(r"(?:</code>\s*)?</pre>\s*$", re.IGNORECASE)
_MATH_FENCE = re.compile(r"^\$\$\s*|\s*\$\$(?:\s*\([^()\s]*\))?$")
_SHORTCODE = re.compile(r":[a-z][a-z0-9_+-]*:")
_ANCHOR = re.compile(r"\s*\{[#.][^{}]*\}\s*$|\s*\[[¶#]\]\([^)]*\)\s*$")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad]")
# Whatever else stands in angle brackets is text: `List<String>` is not a list.
HTML_TAGS = frozenset(
    "a abbr address article aside audio b big blockquote body br button caption center cite code col "
    "colgroup dd del details dfn div dl dt em figcaption figure font footer form h1 h2 h3 h4 h5 h6 "
    "head header hr html i iframe img input ins kbd label li link main mark nav ol option p path "
    "picture pre q s samp script section select small source span strike strong style sub summary "
    "sup svg table tbody td textarea tfoot th thead title tr tt u ul var video wbr".split()
)
_BREAKING_TAGS = frozenset("br p div li tr td th hr ul ol table blockquote dd dt".split())


class Inline(NamedTuple):
    """Inline markup, read; see `Block` for the fields."""

    plain: str
    strong: str
    linked: int


def read_inline(raw: str) -> Inline:
    """Return the plain text of raw inline Markdown, on one line, with what is bold and linked in it.

    >>> read_inline("**Why?** See [the *paper*](https://x.example).")
    Inline(plain='Why? See the paper.', strong='Why?', linked=9)
    """
    source = _CONTINUATION.sub("\n", raw.strip())
    if not _MARKUP.search(source):
        return Inline(tidy(source), "", 0)
    if len(source) > MAX_INLINE_CHARS or source.count("[") > MAX_BRACKETS:
        return Inline(tidy(_STRAY_EMPHASIS.sub("", source)), "", 0)
    tokens: list[Token] = []
    md = _parser()
    md.inline.parse(_FOOTNOTE_MARK.sub("", _REFERENCE.sub(r"[\1](<>)", source)), md, {}, tokens)
    return _read(tokens)


def plain_inline(raw: str) -> str:
    """Return the plain text of raw inline Markdown, on one line."""
    return read_inline(raw).plain


def plain_part(raw: str, *, is_code: bool = False, is_row: bool = False) -> str:
    r"""Return a part as plain text: code as it is without its fence, a table row as cells with bars.

    >>> plain_part("| **a** | b |", is_row=True), plain_part("```py\nx = 1\n```", is_code=True)
    ('a | b', 'x = 1')
    """
    if is_code:
        return _code(raw)
    if is_row or raw.startswith("|"):
        cells = _HTML_CELLS.split(raw) if "</t" in raw.lower() else _BAR.split(raw.strip().strip("|"))
        return " | ".join(words for cell in cells if (words := plain_inline(cell)))
    return plain_inline(_MATH_FENCE.sub("", raw))


def _code(raw: str) -> str:
    lines = raw.split("\n")
    if lines[0].startswith(("```", "~~~", "<pre")):
        lines = [re.sub(r"^<pre[^>]*>\s*(?:<code[^>]*>)?", "", lines[0], flags=re.IGNORECASE), *lines[1:]]
        lines = lines[1:] if lines[0].startswith(("```", "~~~")) else lines
    if lines and re.fullmatch(r"[ \t>]*(?:`{3,}|~{3,})\s*", lines[-1]):
        lines = lines[:-1]
    return _HTML_CODE_END.sub("", textwrap.dedent("\n".join(lines))).strip("\n").rstrip()


def tidy(text: str) -> str:
    """Return a text on one line, without invisible characters."""
    return " ".join(_INVISIBLE.sub("", text).split())


def plain_heading(raw: str) -> str:
    """Return a heading as words: no markup, emoji, shortcode, anchor or permalink mark.

    >>> plain_heading("🚀 What is [KV cache](https://x.example)? :tada: ¶")
    'What is KV cache?'
    """
    text = plain_inline(_ANCHOR.sub("", raw.strip()))
    bare = tidy(_SHORTCODE.sub(" ", _EMOJI.sub(" ", text)).replace("¶", " "))
    return bare.rstrip("#").rstrip() or tidy(text)


def without_emoji(text: str) -> str:
    """Return a plain text without emoji and shortcodes."""
    return tidy(_SHORTCODE.sub(" ", _EMOJI.sub(" ", text)))


def emoji_in(text: str) -> tuple[str, ...]:
    """Return the emoji runs of a text, variation selectors and joiners dropped."""
    found = (re.sub("[\ufe0f\u200d]", "", match[0]) for match in _EMOJI.finditer(text))
    return tuple(run for run in found if run)


def _read(tokens: Sequence[Token]) -> Inline:
    words: list[str] = []
    strong: list[str] = []
    linked = depth = links = 0
    for token in tokens:
        depth += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        links += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "html_inline":
            depth = max(0, depth + _strong_tag(token.content))
        piece = _text(token)
        leads = depth > 0 and len("".join(words).strip()) == len("".join(strong).strip())
        words.append(piece)
        if leads:
            strong.append(piece)
        if links:
            linked += len(piece)
    return Inline(tidy("".join(words)), tidy("".join(strong)), linked)


def _strong_tag(tag: str) -> int:
    name = _TAG_NAME.match(tag)
    if name is None or name[1].lower() not in ("b", "strong"):
        return 0
    return -1 if tag.startswith("</") else 1


def _text(token: Token) -> str:
    if token.type in ("text", "text_special"):
        return _STRAY_EMPHASIS.sub("", token.content)
    if token.type in ("code_inline", "math_inline", "math_inline_double"):
        return token.content
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return "".join(_text(child) for child in token.children or ())
    if token.type == "html_inline":
        return _tag_text(token.content)
    return ""


def _tag_text(tag: str) -> str:
    name = _TAG_NAME.match(tag)
    if name is None:
        return ""
    if name[1].lower() not in HTML_TAGS:
        return tag
    return " " if name[1].lower() in _BREAKING_TAGS else ""


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    md = MarkdownIt("commonmark", {"maxNesting": 40}).enable(["strikethrough"])
    dollarmath_plugin(md, allow_space=False, allow_digits=False)
    return md
