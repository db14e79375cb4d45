"""Questions that are not headings: bold lines, list items, `<summary>` lines, marked lines, table rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.labels import is_label
from ingest.questions import is_marked_question, is_spoken_prompt, question_form
from ingest.read.blocks import Block
from ingest.read.frames import Frame
from ingest.read.plain import emoji_in, plain_heading, without_emoji
from ingest.read.promote_lists import promote_lists, promote_rows
from ingest.read.promotion import Promotion, after_bold

MIN_NUMBERED = 3
MIN_ASKING_SHARE = 0.5
MAX_LINE_CHARS = 400

_NUMBERED = re.compile(r"(?:q(?:uestion)?\s*)?#?\d{1,4}\s*[.:)](?:\s|$)", re.IGNORECASE)


def find_promotions(text: str, blocks: Sequence[Block], above: Sequence[Frame]) -> dict[int, Promotion]:
    """Return what opens a section of its own, by place, for blocks that are not headings."""
    free = [at for at, block in enumerate(blocks) if not above[at].governed and block.kind != "heading"]
    found = _summaries(blocks)
    within = {scope for scope in (promotion.scope for promotion in found.values()) if scope}
    outside = [at for at in free if not any(("details", number) in within for number in blocks[at].details)]
    found |= promote_lists(text, blocks, above, outside)
    found |= promote_rows(text, blocks, outside)
    lines = [at for at in outside if at not in found and blocks[at].kind == "text" and not blocks[at].in_list]
    found |= _numbered_lines(text, blocks, lines)
    asked = {at: made for at in lines if at not in found and (made := _line(text, blocks[at]))}
    return found | asked | _marked_alike(blocks, lines, asked)


def _summaries(blocks: Sequence[Block]) -> dict[int, Promotion]:
    """Return the `<summary>` lines that are headings; among questions all of them ask."""
    places = [at for at, block in enumerate(blocks) if block.kind == "summary" and not is_label(block.plain)]
    asking = [at for at in places if question_form(blocks[at].plain) == "sure"]
    all_ask = len(asking) >= MIN_ASKING_SHARE * len(places)
    return {
        at: Promotion(
            heading=plain_heading(blocks[at].plain),
            asks=all_ask or at in asking,
            scope=("details", blocks[at].details[-1]) if blocks[at].details else None,
        )
        for at in places
    }


def _line(text: str, block: Block) -> Promotion | None:
    """Return the question that a paragraph is or begins with: in bold, or marked with "Q:"."""
    bold = without_emoji(block.strong).strip(" :：")
    words = without_emoji(block.plain).strip(" :：")
    if bold and len(bold) <= MAX_LINE_CHARS and not is_label(bold) and is_spoken_prompt(bold):
        if len(words) <= len(bold) + 2:
            return Promotion(heading=plain_heading(block.plain))
        body = after_bold(text, block)
        return Promotion(heading=plain_heading(block.strong), body=body) if body else None
    if is_marked_question(words) and len(words) <= MAX_LINE_CHARS and not is_label(words):
        return Promotion(heading=plain_heading(block.plain))
    return None


def _marked_alike(
    blocks: Sequence[Block], lines: Sequence[int], asked: dict[int, Promotion]
) -> dict[int, Promotion]:
    """Return bold lines that bear the same emoji as the bold questions around them."""
    marks = Counter(emoji for at in asked for emoji in set(emoji_in(blocks[at].plain)))
    usual = {emoji for emoji, count in marks.items() if count >= MIN_NUMBERED}
    return {
        at: Promotion(heading=plain_heading(blocks[at].plain))
        for at in lines
        if at not in asked
        and usual.intersection(emoji_in(blocks[at].plain))
        and blocks[at].strong
        and len(without_emoji(blocks[at].plain))
        <= min(MAX_LINE_CHARS, len(without_emoji(blocks[at].strong)) + 2)
        and not is_label(blocks[at].plain)
    }


def _numbered_lines(text: str, blocks: Sequence[Block], lines: Sequence[int]) -> dict[int, Promotion]:
    """Return paragraphs that begin with a number in bold, where there are several ("**1)** Write ...")."""
    numbered = [at for at in lines if _NUMBERED.match(blocks[at].strong)]
    if len(numbered) < MIN_NUMBERED:
        return {}
    found: dict[int, Promotion] = {}
    for at in numbered:
        block = blocks[at]
        if len(block.plain) <= MAX_LINE_CHARS:
            found[at] = Promotion(heading=plain_heading(block.plain))
        elif body := after_bold(text, block):
            found[at] = Promotion(heading=plain_heading(block.strong), body=body)
    return found
