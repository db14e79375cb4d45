"""Tables of contents and link indexes: recognised, left out, reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.labels import find_lead, is_contents_heading
from ingest.questions import question_form
from ingest.read.blocks import Block, has_words
from ingest.read.frames import Frame
from ingest.read.report import Report

MIN_ENTRIES = 3
MIN_LINKED_SHARE = 0.7
MAX_ENTRY_CHARS = 160
MAX_UNLINKED_ROW_CHARS = 120
MIN_ECHOED_SHARE = 0.6
MIN_ECHOED_ENTRIES = 5
MAX_COMPARED_ENTRIES = 400
ECHO_SCORE = 80.0
MAX_ECHO_LENGTH = 1.5
"""An entry that is longer than a heading by more than this factor says more than the heading."""

MIN_CONTENTS_LINES = 4
MAX_CONTENTS_LINE_CHARS = 140
MAX_GAP_LINES = 3

MARKER_ALONE = re.compile(r"(?:Q\s*\.?\s*|Question\s+|Ques\.?\s+)(?P<number>\d{1,4})\s*[.:)]?", re.IGNORECASE)
"""A line that holds the number of a question and nothing else."""

_MARKER = re.compile(
    r"\W{0,3}(?:Q\s*\.?\s*|Question\s+|Ques\.?\s+)(?P<number>\d{1,4})\s*[.:)–—-]?\s*(?=\S)", re.IGNORECASE
)
_NUMBERING = re.compile(r"\A\W*(?:[^\W\d]+\s+)?\w*\d[\w.]*\W+(?=\w)|[\s.…]+\d{1,4}\Z")
"""What an entry has around its heading: "Chapter 3: ", "3.1 ", "..... 14"."""
_LINK_ONLY = re.compile(
    r"\W*(?:!?\[[^\[\]]*\](?:\([^()]*\)|\[[^\]]*\])|<?https?://[^\s>]+>?|<a\b[^>]*>.*?</a>)\W*", re.IGNORECASE
)


def find_contents(text: str, blocks: Sequence[Block], above: Sequence[Frame], report: Report) -> set[int]:
    """Return the places of blocks that only point elsewhere; each run of them gets a report row."""
    headings = [block.plain for block in blocks if block.kind in ("heading", "summary")]
    answers = _answering_details(blocks)
    dropped: set[int] = set()
    for run in _runs(blocks):
        first = blocks[run[0]]
        if answers.intersection(first.details) or _is_announced(text, blocks, run[0]):
            continue
        kind = _kind(text, [blocks[at] for at in run], above[run[0]], headings)
        if kind:
            dropped.update(run)
            report.add("skipped", f"{kind}: {len(run)} entries", first.start)
    return dropped


def _answering_details(blocks: Sequence[Block]) -> set[int]:
    """Return the `<details>` elements whose summary asks a question."""
    asking = (block for block in blocks if block.kind == "summary" and question_form(block.plain) == "sure")
    return {block.details[-1] for block in asking if block.details}


def _is_announced(text: str, blocks: Sequence[Block], at: int) -> bool:
    """Return whether the line above a list of links says that they are the sources of an answer."""
    if at == 0 or blocks[at - 1].kind != "text":
        return False
    lead = find_lead(text[blocks[at - 1].start : blocks[at - 1].end])
    return lead is not None and lead.kind == "related"


def _runs(blocks: Sequence[Block]) -> Iterator[list[int]]:
    """Yield the lists, tables and link paragraphs of a text, as places of their blocks."""
    run: list[int] = []
    for at, block in enumerate(blocks):
        if run and not _goes_on(blocks[run[-1]], block):
            yield run
            run = []
        if block.in_list or block.kind == "row" or block.linked:
            run.append(at)
    if run:
        yield run


def _goes_on(last: Block, block: Block) -> bool:
    if last.in_list or block.in_list:
        return last.lists[:1] == block.lists[:1] and block.kind != "heading"
    return last.kind == block.kind and last.header == block.header


def _kind(text: str, run: Sequence[Block], frame: Frame, headings: Sequence[str]) -> str:
    if frame.governed or any(block.kind in ("heading", "summary", "code") for block in run):
        return ""
    chars = sum(len(block.plain) for block in run)
    linked = sum(block.linked for block in run)
    if frame.contents and chars <= MAX_ENTRY_CHARS * len(run):
        return "table of contents"
    if run[0].kind == "row":
        return "link index" if _is_link_table(text, run) else ""
    enough = len(run) >= MIN_ENTRIES if run[0].in_list else chars >= MAX_ENTRY_CHARS // 4
    if enough and linked >= MIN_LINKED_SHARE * chars:
        return "link index"
    return "table of contents" if _echoes(run, headings) else ""


def _is_link_table(text: str, rows: Sequence[Block]) -> bool:
    """Return whether at least a third of the cells are only links and the others hold no prose."""
    if len(rows) < MIN_ENTRIES:
        return False
    cells = [text[cell.start : cell.end] for row in rows for cell in row.cells]
    told = [cell for cell in cells if has_words(cell)]
    links = [cell for cell in told if _LINK_ONLY.fullmatch(cell)]
    unlinked = sum(len(cell) for cell in told) - sum(len(cell) for cell in links)
    return len(links) * 3 >= len(told) > 0 and unlinked <= MAX_UNLINKED_ROW_CHARS * len(rows)


def _echoes(run: Sequence[Block], headings: Sequence[str]) -> bool:
    """Return whether most entries of a list come again as headings."""
    if not MIN_ECHOED_ENTRIES <= len(run) <= MAX_COMPARED_ENTRIES or len(headings) < MIN_ECHOED_ENTRIES:
        return False
    if any(len(block.plain) > MAX_ENTRY_CHARS for block in run):
        return False
    found = sum(
        _is_echoed(block.plain, headings) or _is_echoed(_NUMBERING.sub("", block.plain), headings)
        for block in run
    )
    return found >= MIN_ECHOED_SHARE * len(run)


def _is_echoed(entry: str, headings: Sequence[str]) -> bool:
    """Return whether a heading holds most words of an entry, and is not much shorter."""
    from rapidfuzz import fuzz, process

    long_enough = [heading for heading in headings if len(entry) <= MAX_ECHO_LENGTH * len(heading)]
    score = fuzz.token_set_ratio
    return process.extractOne(entry, long_enough, scorer=score, score_cutoff=ECHO_SCORE) is not None


def without_numbered_contents(blocks: Sequence[Block], report: Report) -> Iterator[Block]:
    """Yield the blocks but for runs of numbered lines whose numbers come again below."""
    last_seen = {number: at for at, number in _numbered(blocks)}
    runs = list(_close_runs([at for at, number in _numbered(blocks) if last_seen[number] > at]))
    dropped: set[int] = set()
    for numbered, last in runs:
        first = _contents_title(blocks, numbered)
        dropped.update(range(first, last + 1))
        report.add("skipped", f"table of contents: {last + 1 - first} lines", blocks[first].start)
    yield from (block for at, block in enumerate(blocks) if at not in dropped)


def _numbered(blocks: Sequence[Block]) -> Iterator[tuple[int, str]]:
    for at, block in enumerate(blocks):
        match = MARKER_ALONE.fullmatch(block.plain) or _MARKER.match(block.plain)
        if match and len(block.plain) <= MAX_CONTENTS_LINE_CHARS:
            yield at, match["number"].lstrip("0")


def _close_runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of the stretches in which numbered lines follow each other closely."""
    run: list[int] = []
    for at in [*places, 10**9]:
        if run and at - run[-1] > MAX_GAP_LINES:
            if len(run) >= MIN_CONTENTS_LINES:
                yield run[0], run[-1]
            run = []
        run.append(at)


def _contents_title(blocks: Sequence[Block], first: int) -> int:
    for at in range(first - 1, max(-1, first - 6), -1):
        if is_contents_heading(blocks[at].plain):
            return at
    return first
