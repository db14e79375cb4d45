"""Markdown as people write it: characters and fences put right before and while it is parsed.

Every repair keeps each character at its offset.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

# A no-break space after a block marker is white space to its writer and text to CommonMark.
_HARD_SPACE = re.compile(r"(?m)^([ \t>]*(?:#{1,6}|[-*+]|\d{1,9}[.)]))[\u00a0\u2000-\u200a\u202f\u3000]")
_LEADING_INVISIBLE = re.compile(
    r"(?m)^[\u200b\u200e\u200f\u2060\ufeff]{1,3}(?=#{1,6}\s|[-*+]\s|\d{1,9}[.)]\s|```|~~~|\||>)"
)
_SHOWS_MARKDOWN = ("markdown", "md", "mdx", "html", "xml", "vue", "jsx", "tsx", "diff", "text", "txt")


def put_right(text: str) -> tuple[str, int | None]:
    """Return the text with marker spaces that CommonMark sees, and where the first was mended."""
    mended = _LEADING_INVISIBLE.sub(lambda match: " " * len(match[0]), text)
    mended = _HARD_SPACE.sub(r"\1 ", mended)
    if mended == text:
        return text, None
    return mended, next(at for at, (old, new) in enumerate(zip(text, mended, strict=True)) if old != new)


def repair_fences(md: MarkdownIt) -> None:
    """Make a parser end a fence that its writer forgot to close, before it swallows the headings below.

    The rule notes in `env["unclosed"]` the line of each fence that runs to the end of its container, and
    in `env["repaired"]` the line of each that it ended early. A fence without a language that holds
    headings is ended early only if `env["flipped"]` is set: somewhere a fence is missing its partner.
    """
    from markdown_it.rules_block.fence import fence

    def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        tokens = len(state.tokens)
        if not fence(state, start, end, silent):
            return False
        if silent or len(state.tokens) == tokens:
            return True
        stop = _early_end(state, start)
        if stop is not None:
            del state.tokens[tokens:]
            fence(state, start, stop, False)
            state.env.setdefault("repaired", []).append(start)
        elif not _is_closed(state, start, state.line):
            state.env.setdefault("unclosed", []).append(start)
        return True

    md.block.ruler.at("fence", rule, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def _early_end(state: StateBlock, start: int) -> int | None:
    """Return the line before which a fence must have ended, or None if it is sound."""
    token = state.tokens[-1]
    closed = _is_closed(state, start, state.line)
    language = token.info.strip().lower().split(" ")[0].strip("{}. ")
    if language in _SHOWS_MARKDOWN and closed:
        return None
    opener = _inner_opener(state, start, token.markup) if closed else None
    if closed and opener is None and not (_flipped(state.env) and not language):
        return None
    heading = _heading_in(state, start + 1, state.line)
    return heading if heading is not None else opener


def _flipped(env: MutableMapping[str, Any]) -> bool:
    return bool(env.get("flipped"))


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _is_closed(state: StateBlock, start: int, after: int) -> bool:
    token = state.tokens[-1]
    last = _line(state, after - 1).strip() if after - 1 > start else ""
    return bool(last) and not last.strip(token.markup[0]) and len(last) >= len(token.markup)


def _inner_opener(state: StateBlock, start: int, markup: str) -> int | None:
    """Return the first line inside a fence that opens another one with a language."""
    for line in range(start + 1, state.line - 1):
        words = _line(state, line)
        info = words.lstrip(markup[0])
        if len(words) - len(info) >= len(markup) and re.fullmatch(r"[A-Za-z][\w+#-]*", info.strip()):
            return line
    return None


def _heading_in(state: StateBlock, start: int, end: int) -> int | None:
    """Return the first line that no program would hold: a lower heading or `<details>` below a blank line."""
    for line in range(start + 1, end):
        words = _line(state, line)
        after_blank = not _line(state, line - 1).strip()
        if words.startswith(("<details", "</details", "<summary")):
            return line
        if after_blank and re.match(r"#{2,6}\s+\S", words):
            return line
    return None
