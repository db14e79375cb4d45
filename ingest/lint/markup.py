"""The headings, anchors and links of a Markdown text, as a Git host shows them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_HTML_ANCHOR = re.compile(r"<[a-z][^>]*?\s(?:id|name)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_HTML_HEADING = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", re.IGNORECASE | re.DOTALL)
_HTML_TARGET = re.compile(r"<(?:a|img)\s[^>]*?(?:href|src)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_HTML_TAG = re.compile(r"<[^>]*>")
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CUSTOM_ANCHOR = re.compile(r"\{#([\w.:-]+)[^{}]*\}\s*$")
_UNDEFINED = re.compile(r"(?<![\]\\])\[[^\[\]]+\]\[([^\[\]]+)\]|(?<!\\)\[(\^[^\[\]\s]+)\]")
_FOOTNOTE = re.compile(r"^ {0,3}\[(\^[^\[\]\s]+)\]:", re.MULTILINE)


class Heading(NamedTuple):
    """A heading; `is_bare` if nothing stands below it, down to the next heading of its level or above."""

    line: int
    level: int
    text: str
    is_bare: bool


class Link(NamedTuple):
    """A link or image; `line` is 1-based."""

    line: int
    target: str


class Reference(NamedTuple):
    """A reference or footnote mark that nothing defines."""

    line: int
    name: str


class Markup(NamedTuple):
    """What was found in one text, in its order."""

    headings: tuple[Heading, ...]
    anchors: frozenset[str]
    links: tuple[Link, ...]
    undefined: tuple[Reference, ...]


def read_markup(text: str) -> Markup:
    """Return the headings, anchors, links and undefined references of a Markdown text."""
    text = text.removeprefix("\ufeff")
    tokens = _parser().parse(text)
    for token in (inner for outer in tokens for inner in (outer, *(outer.children or ()))):
        if token.type in ("html_block", "html_inline"):
            token.content = _HTML_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), token.content)
    return Markup(
        headings=tuple(_headings(tokens)),
        anchors=frozenset(_anchors(tokens)),
        links=tuple(_links(tokens)),
        undefined=tuple(_undefined(tokens, {name.lower() for name in _FOOTNOTE.findall(text)})),
    )


def anchor(heading: str) -> str:
    """Return the anchor that a Git host gives the first heading of this text.

    >>> anchor("MCP & tools: what's new?"), anchor("Größe_2")
    ('mcp--tools-whats-new', 'größe_2')
    """
    return "".join(char for char in heading.strip().lower() if _stays(char)).replace(" ", "-")


def _stays(char: str) -> bool:
    return char in " -_" or char.isalnum() or unicodedata.category(char) in ("Mn", "Mc", "Me", "Pc")


def _headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    opened = [at for at, token in enumerate(tokens) if token.type == "heading_open"]
    for at, token in ((at, tokens[at]) for at in opened):
        after = tokens[at + 3] if at + 3 < len(tokens) else None
        level = int(token.tag[1])
        is_bare = after is None or (after.type == "heading_open" and int(after.tag[1]) <= level)
        yield Heading(_line(token), level, _words(tokens[at + 1].children or ()), is_bare)


def _anchors(tokens: Sequence[Token]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _words(tokens[at + 1].children or ())
            custom = _CUSTOM_ANCHOR.search(words)
            if custom:
                yield custom[1].lower()
            yield _counted(anchor(words), seen)
        for html in _html(token):
            yield from (name.lower() for name in _HTML_ANCHOR.findall(html))
            for heading in _HTML_HEADING.findall(html):
                yield _counted(anchor(_HTML_TAG.sub("", heading)), seen)


def _counted(name: str, seen: Counter[str]) -> str:
    seen[name] += 1
    return name if seen[name] == 1 else f"{name}-{seen[name] - 1}"


def _links(tokens: Iterable[Token]) -> Iterator[Link]:
    for token in tokens:
        line = _line(token)
        if token.type == "html_block":
            for match in _HTML_TARGET.finditer(token.content):
                yield Link(line + token.content.count("\n", 0, match.start()), match[1])
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type in ("link_open", "image"):
                yield Link(line, str(child.attrs.get("href") or child.attrs.get("src") or ""))
            elif child.type == "html_inline":
                yield from (Link(line, target) for target in _HTML_TARGET.findall(child.content))


def _undefined(tokens: Iterable[Token], footnotes: set[str]) -> Iterator[Reference]:
    for token in tokens:
        line = _line(token)
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            for match in _UNDEFINED.finditer(child.content) if child.type == "text" else ():
                name = match[1] or match[2]
                if name.lower() not in footnotes:
                    yield Reference(line, name)


def _html(token: Token) -> Iterator[str]:
    if token.type == "html_block":
        yield token.content
    yield from (child.content for child in token.children or () if child.type == "html_inline")


def _words(children: Iterable[Token]) -> str:
    return "".join(
        child.content for child in children if child.type in ("text", "text_special", "code_inline")
    )


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.front_matter import front_matter_plugin

    md = MarkdownIt("commonmark").enable("table")
    front_matter_plugin(md)
    return md
