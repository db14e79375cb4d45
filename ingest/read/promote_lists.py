"""Questions that are list items or table rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ingest.labels import is_label
from ingest.questions import Form, is_spoken_prompt, question_form
from ingest.read.blocks import Block, Span, has_words
from ingest.read.frames import Frame
from ingest.read.plain import plain_heading, plain_inline, without_emoji
from ingest.read.promotion import Promotion, Scope, after_bold
from ingest.tags import read_tags

MIN_ASKING_SHARE = 0.6
MIN_ANSWERED_SHARE = 0.3
MIN_ITEMS = 2
MIN_BANK_SHARE = 0.6
ALL_ASK_SHARE = 0.8
MAX_ITEM_CHARS = 400
MAX_TOPIC_CHARS = 80
MIN_ANNOUNCED_ITEMS = 4
MIN_TASK_CHARS = 10
MIN_ANSWER_CHARS = 20
MIN_ROWS = 2

_QUESTION_COLUMN = re.compile(
    r"(?:interview )?(?:questions?|prompt|scenario|q)|问题|題目|题目|質問|pregunta|frage|вопрос",
    re.IGNORECASE,
)
_LINK = re.compile(r"\W*(?:\[[^\[\]]*\]\([^()]*\)|<a\b[^>]*>.*?</a>)\W*", re.IGNORECASE)


class _Item(NamedTuple):
    """A list item that asks, and whether the text answers it."""

    at: int
    promotion: Promotion
    answered: bool


def promote_lists(
    text: str, blocks: Sequence[Block], above: Sequence[Frame], free: Sequence[int]
) -> dict[int, Promotion]:
    """Return the list items that ask, of lists whose items mostly do.

    Items without answers are questions only in a document that consists of them; elsewhere they are a
    checklist.
    """
    found: dict[int, Promotion] = {}
    open_lists: list[list[_Item]] = []
    taken: set[int] = set()
    for places in _lists(blocks, free):
        if taken.intersection(blocks[places[0]].items):
            continue  # it belongs to the answer of an item
        items = _asking_items(text, blocks, places, announced=above[places[0]].questions)
        if not items:
            continue
        if sum(item.answered for item in items) >= MIN_ANSWERED_SHARE * len(items):
            found |= {item.at: item.promotion for item in items}
            taken |= {blocks[item.at].items[-1] for item in items}
        elif len(places) >= MIN_ITEMS:
            open_lists.append(items)
    unanswered = {item.at: item.promotion for items in open_lists for item in items}
    prose = [at for at in free if blocks[at].kind == "text"]
    asked = [at for at in prose if at in unanswered or taken.intersection(blocks[at].items)]
    if sum(len(blocks[at].plain) for at in asked) >= MIN_BANK_SHARE * sum(
        len(blocks[at].plain) for at in prose
    ):
        found |= unanswered
    return found


def promote_rows(text: str, blocks: Sequence[Block], free: Sequence[int]) -> dict[int, Promotion]:
    """Return the rows of tables that hold a question and its answer."""
    tables: dict[tuple[str, ...], list[int]] = {}
    for at in free:
        if blocks[at].kind == "row" and len(blocks[at].cells) > 1:
            tables.setdefault(blocks[at].header, []).append(at)
    found: dict[int, Promotion] = {}
    for header, places in tables.items():
        column = _question_column(text, blocks, header, places)
        if column is not None:
            found |= {at: made for at in places if (made := _row(text, blocks[at], column)) is not None}
    return found


def _lists(blocks: Sequence[Block], free: Sequence[int]) -> list[list[int]]:
    """Return the places of the item beginnings of each list, in text order."""
    lists: dict[int, list[int]] = {}
    for at in free:
        if blocks[at].first and blocks[at].kind == "text":
            lists.setdefault(blocks[at].lists[-1], []).append(at)
    return list(lists.values())


def _asking_items(
    text: str, blocks: Sequence[Block], places: Sequence[int], *, announced: bool
) -> list[_Item]:
    sure = [at for at in places if _form(blocks[at]) == "sure"]
    asking = [at for at in places if _form(blocks[at]) != "none"] if len(sure) * 2 >= len(places) else sure
    if announced and len(places) >= MIN_ANNOUNCED_ITEMS and not blocks[places[0]].quoted:
        asking = [at for at in places if _is_task(blocks[at])]
    if len(asking) < MIN_ASKING_SHARE * len(places):
        return []
    if len(asking) >= ALL_ASK_SHARE * len(places):
        asking = [at for at in places if at in asking or _is_short_topic(blocks[at])]
    return [_item(text, blocks, at, alone=len(places) == 1) for at in asking]


def _form(block: Block) -> Form:
    words = _question_words(block)
    return "none" if len(words) > MAX_ITEM_CHARS or is_label(words) else question_form(words)


def _is_task(block: Block) -> bool:
    """Return whether an item of an announced list of questions can be one."""
    words = _question_words(block)
    return (
        MIN_TASK_CHARS <= len(words) <= MAX_ITEM_CHARS
        and not is_label(words)
        and not words.endswith((":", "："))
    )


def _is_short_topic(block: Block) -> bool:
    """Return whether an item among questions is one in note form ("Stack against heap")."""
    words = block.plain
    return (
        len(words) <= MAX_TOPIC_CHARS and not is_label(words) and not words.endswith((".", ":", "。", "："))
    )


def _question_words(block: Block) -> str:
    bold = without_emoji(block.strong).strip(" :：")
    return bold if bold and question_form(bold) == "sure" else without_emoji(block.plain)


def _item(text: str, blocks: Sequence[Block], at: int, *, alone: bool) -> _Item:
    block = blocks[at]
    number = block.items[-1]
    inside = at + 1 < len(blocks) and number in blocks[at + 1].items
    body = None
    heading = plain_heading(block.plain)
    if block.strong and _question_words(block) != without_emoji(block.plain):
        body = after_bold(text, block)
        heading = plain_heading(block.strong) if body else heading
    goes_on = alone and not inside and body is None and _text_follows(blocks, at)
    scope: Scope | None = None if goes_on else ("item", number)
    return _Item(at, Promotion(heading, body=body, scope=scope), inside or body is not None or goes_on)


def _text_follows(blocks: Sequence[Block], at: int) -> bool:
    """Return whether the answer of a single item stands below its list."""
    if at + 1 >= len(blocks):
        return False
    below = blocks[at + 1]
    return (
        below.kind in ("text", "code", "row") and below.lists[:1] != blocks[at].lists[:1] and not below.first
    )


def _question_column(
    text: str, blocks: Sequence[Block], header: tuple[str, ...], places: Sequence[int]
) -> int | None:
    """Return the column that asks, of a table whose other columns answer."""
    if len(places) < MIN_ROWS:
        return None
    named = next((at for at, name in enumerate(header) if _QUESTION_COLUMN.fullmatch(name)), None)
    for column in (named,) if named is not None else (0, 1):
        rows = [blocks[at] for at in places if len(blocks[at].cells) > column]
        asking = sum(_asks_in(text, row, column, named=named is not None) for row in rows)
        answered = sum(bool(_answers(text, row, column)) for row in rows)
        if asking >= MIN_ASKING_SHARE * len(places) and answered * 2 >= len(places):
            return column
    return None


def _asks_in(text: str, row: Block, column: int, *, named: bool) -> bool:
    cell = row.cells[column]
    words = plain_inline(text[cell.start : cell.end])
    return is_spoken_prompt(words) if named else question_form(words) == "sure"


def _answers(text: str, row: Block, column: int) -> tuple[tuple[str, Span], ...]:
    """Return the cells that say something, with the names of their columns."""
    found = []
    for at, cell in enumerate(row.cells):
        raw = text[cell.start : cell.end]
        if at != column and has_words(raw) and len(raw) >= MIN_ANSWER_CHARS and not _LINK.fullmatch(raw):
            found.append((row.header[at] if at < len(row.header) else "", cell))
    return tuple(found)


def _row(text: str, row: Block, column: int) -> Promotion | None:
    if column >= len(row.cells):
        return None
    cell = row.cells[column]
    heading = plain_heading(text[cell.start : cell.end])
    named = zip(row.header, row.cells, strict=False)
    pairs = (f"{name}: {plain_inline(text[at.start : at.end])}" for name, at in named if at != cell)
    tags = " | ".join(pair for pair in pairs if read_tags(pair) is not None)
    return Promotion(heading, cells=_answers(text, row, column), tags=tags) if heading else None
