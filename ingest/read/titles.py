"""Which lines of a text without heading marks are headings, judged by how they stand and what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.labels import find_lead, is_label
from ingest.questions import is_marked_question, question_form
from ingest.read.blocks import Block, Reading, has_words
from ingest.read.contents import MARKER_ALONE, without_numbered_contents
from ingest.read.plain import plain_heading
from ingest.read.report import Report
from ingest.tags import read_tags

MAX_TITLE_CHARS = 130
MAX_TITLE_WORDS = 18
MAX_PROMPT_CHARS = 400
MAX_BROKEN_TITLE_CHARS = 40
MAX_TITLE_LINES = 3
MIN_TAGGED = 2
MAX_COUNTER_CHARS = 25

GROUP_LEVEL, QUESTION_LEVEL, CAPTION_LEVEL = 2, 3, 4

_PERMALINK = re.compile(r"\s*¶\s*$")
_PART = re.compile(
    r"(?:part|chapter|section|module|unit|week|day|round|domain|book)\s+(?:\d{1,3}|[ivxlc]{1,6}|one|two|three|four|five|six|"
    r"seven|eight|nine|ten)\s*[.:]?|第\s*[\d一二三四五六七八九十]+\s*[章节部篇]",
    re.IGNORECASE,
)
_SERIES = re.compile(r"(?P<name>[^\W\d]{2,12})\s+\d{1,3}\b")
_SENTENCE_END = re.compile(r"[.!;,:…。！；，：、]\s*[\"'”’»)]*$")


@dataclass(slots=True)
class _Text:
    """The blocks of a text, with what holds for all of them."""

    blocks: list[Block]
    permalinks: bool
    marked: bool
    tagged_before: bool


def find_titles(blocks: Sequence[Block], name: str) -> Reading:
    """Return the blocks with the titles among them made headings, contents lists left out and reported."""
    report = Report(name)
    kept = _captioned(list(without_numbered_contents(blocks, report)))
    text = _Text(
        blocks=kept,
        permalinks=sum(bool(_PERMALINK.search(block.plain)) for block in kept) > 1,
        marked=sum(_is_marked(block) for block in kept) > 1,
        tagged_before=_tags_stand_before(kept),
    )
    found: list[Block] = []
    above: Block | None = None
    at = 0
    while at < len(kept):
        title, used = _title_at(text, at, above)
        above = next((block for block in title if block.kind == "heading"), above)
        found += title
        at += used
    return Reading(_nest_series(found), {}, report.rows())


def _title_at(text: _Text, at: int, above: Block | None) -> tuple[list[Block], int]:
    """Return the blocks that stand for those at a place, and how many they stand for."""
    block = text.blocks[at]
    if block.kind != "text" or block.quoted:
        return [block], 1
    marker = None if block.in_list else _joined_marker(text.blocks, at)
    if marker:
        return marker
    if text.tagged_before:
        return _prompt_below_tags(text.blocks, at)
    if text.permalinks:
        is_title = bool(_PERMALINK.search(block.plain)) and has_words(block.plain)
        level = _level(block, above)
    elif block.in_list:
        return [block], 1
    else:
        is_title, level = _stands_as_title(text, at), _level(block, above)
    return [_heading(block, block.plain, level) if is_title else block], 1


def _heading(block: Block, words: str, level: int, *, line: int | None = None) -> Block:
    plain = plain_heading(_PERMALINK.sub("", words))
    return replace(
        block,
        kind="heading",
        plain=plain,
        level=level,
        items=(),
        lists=(),
        line=block.line if line is None else line,
    )


def _level(block: Block, above: Block | None) -> int:
    if question_form(block.plain) == "sure":
        return QUESTION_LEVEL
    if above is None:
        return 1
    return CAPTION_LEVEL if above.level >= QUESTION_LEVEL and is_label(block.plain) else GROUP_LEVEL


def _is_marked(block: Block) -> bool:
    return bool(MARKER_ALONE.fullmatch(block.plain) or is_marked_question(block.plain))


def _joined_marker(blocks: Sequence[Block], at: int) -> tuple[list[Block], int] | None:
    """Return the heading that a line like "Q12" or "Part II" makes with the lines below it."""
    block = blocks[at]
    is_part = bool(_PART.fullmatch(block.plain))
    if not (is_part or MARKER_ALONE.fullmatch(block.plain)) or at + 1 >= len(blocks):
        return None
    used = 2
    title = blocks[at + 1]
    opens_other = _is_marked(title) or bool(_PART.fullmatch(title.plain))
    if len(title.plain) > MAX_PROMPT_CHARS or title.kind != "text" or opens_other:
        return None
    words = title.plain
    if is_part:
        while (
            used <= MAX_TITLE_LINES
            and at + used < len(blocks)
            and _continues_title(blocks[at + used - 1], blocks[at + used])
        ):
            words += f" {blocks[at + used].plain}"
            used += 1
        words = f"{block.plain.rstrip('.:')}: {words}"
    level = GROUP_LEVEL if is_part else QUESTION_LEVEL
    last = blocks[at + used - 1]
    joined = replace(title, end=last.end, marker=block.plain)
    return [_heading(joined, words, level, line=block.line)], used


def _continues_title(above: Block, below: Block) -> bool:
    """Return whether a line goes on with the title above it: no blank line between, and both are short."""
    return (
        not above.alone
        and not below.alone
        and max(len(above.plain), len(below.plain)) <= MAX_BROKEN_TITLE_CHARS
    )


def _stands_as_title(text: _Text, at: int) -> bool:
    block = text.blocks[at]
    words = block.plain
    below = text.blocks[at + 1] if at + 1 < len(text.blocks) else None
    if is_marked_question(words):
        return len(words) <= MAX_PROMPT_CHARS and (text.marked or block.alone)
    if below is None or not has_words(words) or _is_tag_line(block):
        return False
    if below.kind == "text" and not below.in_list and _is_tag_line(below) and len(words) <= MAX_PROMPT_CHARS:
        return find_lead(words) is None
    lead = find_lead(words)
    if text.marked or not block.alone or (lead is not None and lead.label != words):
        return False
    if question_form(words) == "sure" and words.rstrip("\"'”’» ").endswith(("?", "？", "؟")):
        return len(words) <= MAX_PROMPT_CHARS
    short = len(words) <= MAX_TITLE_CHARS and len(words.split()) <= MAX_TITLE_WORDS
    return short and not _SENTENCE_END.search(words) and not words[0].islower()


def _is_counter(words: str) -> bool:
    """Return whether a line below tags only counts something ("0 practiced")."""
    return len(words) <= MAX_COUNTER_CHARS and words[0].isdigit()


def _is_tag_line(block: Block) -> bool:
    tags = read_tags(block.plain)
    return tags is not None and (
        bool(tags.levels) or tags.kind is not None or bool(tags.concept or tags.frequency)
    )


def _captioned(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks; a line in capitals right above others becomes their label."""
    found: list[Block] = []
    caption = ""
    for at, block in enumerate(blocks):
        follows = at > 0 and _is_adjacent(blocks[at - 1], block)
        heads = not follows and at + 1 < len(blocks) and _is_adjacent(block, blocks[at + 1])
        caption = caption if follows else ""
        if heads and block.kind == "text" and not block.in_list and _in_capitals(block.plain):
            caption = plain_heading(block.plain)
        else:
            found.append(replace(block, label=caption or block.label))
    return found


def _is_adjacent(above: Block, below: Block) -> bool:
    """Return whether no blank line stands between two blocks."""
    return below.line <= above.end + 1


def _in_capitals(words: str) -> bool:
    letters = [char for char in words if char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    return len(words.split()) > 1 and len(words) <= MAX_TITLE_CHARS and 6 <= len(letters) <= capitals + 2  # noqa: PLR2004


def _nest_series(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks; titles in a series ("Week 1", "Week 2") stand below the title above the first."""
    found: list[Block] = []
    series = ""
    for block in blocks:
        match = _SERIES.match(block.plain) if block.kind == "heading" and block.level == GROUP_LEVEL else None
        above = found[-1] if found else None
        if (
            match
            and above is not None
            and above.kind == "heading"
            and above.level == GROUP_LEVEL
            and not _SERIES.match(above.plain)
        ):
            series = match["name"].lower()
        elif block.kind == "heading" and not (match and match["name"].lower() == series):
            series = ""
        found.append(replace(block, level=GROUP_LEVEL + 1) if match and series else block)
    return found


def _tags_stand_before(blocks: Sequence[Block]) -> bool:
    """Return whether the tag lines of a text stand above their questions, not below."""
    tagged = [
        at
        for at, block in enumerate(blocks)
        if block.kind == "text" and not block.in_list and _is_tag_line(block)
    ]
    if len(tagged) < MIN_TAGGED:
        return False
    above = sum(at > 0 and question_form(blocks[at - 1].plain) == "sure" for at in tagged)
    return above * 2 < len(tagged) and all(_prompt_below_tags(blocks, at)[1] > 1 for at in tagged)


def _prompt_below_tags(blocks: Sequence[Block], at: int) -> tuple[list[Block], int]:
    """Return the heading made of the paragraph below a tag line; the heading begins at the tag line."""
    block = blocks[at]
    if not _is_tag_line(block):
        return [block], 1
    below = at + 1
    while below < len(blocks) and below < at + 3 and _is_counter(blocks[below].plain):
        below += 1
    if below >= len(blocks) or blocks[below].kind != "text" or _is_tag_line(blocks[below]):
        return [block], 1
    heading = _heading(blocks[below], blocks[below].plain, QUESTION_LEVEL, line=block.line)
    return [heading, *blocks[at:below]], below + 1 - at
