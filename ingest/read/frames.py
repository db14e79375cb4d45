"""Under which headings each block stands, and which headings ask a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ingest.labels import announces_questions, asks_the_interviewer, is_contents_heading, is_label, label_kind
from ingest.questions import is_marked_question, is_numbered, question_form
from ingest.read.blocks import Block
from ingest.tags import read_tags

MIN_SIBLINGS = 3
MIN_TOPIC_SHARE = 0.3
MAX_TOPIC_BLOCKS = 4
MAX_TOPIC_CHARS = 700


class Frame(NamedTuple):
    """What stands above a block.

    Attributes:
        level: Of the nearest heading; 0 if there is none.
        governed: Whether a heading above asks a question or labels a part of one.
        contents: Whether the nearest heading announces a table of contents.
        questions: Whether the nearest heading announces questions.
    """

    level: int
    governed: bool
    contents: bool
    questions: bool


def question_headings(blocks: Sequence[Block]) -> set[int]:
    """Return the places of the headings that ask, by their words, tags, answer or siblings."""
    headings = [at for at, block in enumerate(blocks) if block.kind == "heading"]
    asking = {at for at in headings if _asks(blocks, at)}
    topics = [at for at in headings if _stands_over_question(blocks, at)]
    if len(topics) >= MIN_SIBLINGS and len(topics) >= MIN_TOPIC_SHARE * len(headings):
        asking |= set(topics)
    for siblings in _sibling_groups(blocks, headings):
        sure = [at for at in siblings if at in asking]
        if len(siblings) < MIN_SIBLINGS or len(sure) * 2 < len(siblings):
            continue
        numbered = sum(is_numbered(blocks[at].plain) for at in sure) * 2 >= len(sure)
        asking |= {at for at in siblings if _asks_among_questions(blocks[at].plain, numbered=numbered)}
    top = [at for at in headings if blocks[at].level == 1]
    if len(top) == 1 and len(asking) > 1:
        asking.discard(top[0])  # it is the title of the questions below
    return asking


def frames(blocks: Sequence[Block], asking: set[int]) -> list[Frame]:
    """Return the frame of each block."""
    found: list[Frame] = []
    above: list[tuple[int, bool]] = []
    contents = questions = False
    for at, block in enumerate(blocks):
        if block.kind == "heading":
            while above and above[-1][0] >= block.level:
                above.pop()
            governs = at in asking or label_kind(block.plain) is not None or asks_the_interviewer(block.plain)
            above.append((block.level, governs))
            contents = is_contents_heading(block.plain)
            questions = announces_questions(block.plain)
        elif block.kind == "summary" and is_contents_heading(block.plain):
            contents = True
        level = above[-1][0] if above else 0
        found.append(Frame(level, any(governs for _, governs in above), contents, questions))
    return found


def _asks(blocks: Sequence[Block], at: int) -> bool:
    heading = blocks[at].plain
    if is_label(heading) or asks_the_interviewer(heading):
        return False
    marked = is_marked_question(blocks[at].marker)
    return marked or question_form(heading) == "sure" or _has_tags(blocks, at) or _is_answered(blocks, at)


def _has_tags(blocks: Sequence[Block], at: int) -> bool:
    below = blocks[at + 1] if at + 1 < len(blocks) else None
    if below is None or below.kind != "text" or below.in_list:
        return False
    tags = read_tags(below.plain)
    return tags is not None and bool(tags.levels or tags.kind or tags.slug)


def _is_answered(blocks: Sequence[Block], at: int) -> bool:
    """Return whether the first heading or summary below is "Answer" or "Interviewer question"."""
    for place in range(at + 1, len(blocks)):
        below = blocks[place]
        if below.kind in ("heading", "summary"):
            deeper = below.kind == "summary" or below.level > blocks[at].level
            return deeper and label_kind(below.plain) in ("direct_answer", "alias")
    return False


def _stands_over_question(blocks: Sequence[Block], at: int) -> bool:
    """Return whether all that stands under a heading is a question in prose."""
    heading = blocks[at].plain
    below: list[Block] = []
    for place in range(at + 1, min(at + MAX_TOPIC_BLOCKS + 2, len(blocks))):
        if blocks[place].kind == "heading":
            break
        below.append(blocks[place])
    if not 1 <= len(below) <= MAX_TOPIC_BLOCKS or any(one.kind == "summary" or one.in_list for one in below):
        return False
    prose = [one.plain for one in below if one.kind == "text"]
    short = sum(map(len, prose)) <= MAX_TOPIC_CHARS
    return bool(prose) and short and question_form(prose[-1]) == "sure" and not is_label(heading)


def _asks_among_questions(heading: str, *, numbered: bool) -> bool:
    if is_label(heading) or is_contents_heading(heading) or asks_the_interviewer(heading):
        return False
    return question_form(heading) != "none" or (numbered and is_numbered(heading))


def _sibling_groups(blocks: Sequence[Block], headings: Sequence[int]) -> list[list[int]]:
    groups: dict[tuple[int, int], list[int]] = {}
    above: list[int] = []
    for at in headings:
        while above and blocks[above[-1]].level >= blocks[at].level:
            above.pop()
        groups.setdefault((above[-1] if above else -1, blocks[at].level), []).append(at)
        above.append(at)
    return list(groups.values())
