"""Blocks to drafts: a flat list of headings, each with the blocks down to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from ingest.labels import is_label
from ingest.read.blocks import Block, trimmed
from ingest.read.promotion import Promotion, Scope
from ingest.read.split import part_of

MAX_LEVEL = 9

Origin = Literal["preamble", "heading", "label", "promoted", "more"]
"""`label` is a `<summary>` like "Answer"; `more` is text of a section that goes on below a nested one."""


class Entry(NamedTuple):
    """A block and the heading of the part it stands in; empty for the section's own."""

    label: str
    block: Block


@dataclass(slots=True, eq=False)
class Draft:
    """A section in the making.

    Attributes:
        start: Where its first line begins.
        raw: The heading with its emoji, for what they say of the question.
        tags: A tag line that is not among the blocks.
        resumes: The draft that a "more" draft continues.
        path: The drafts above, outermost first.
    """

    heading: str
    level: int
    start: int
    origin: Origin
    asks: bool = False
    raw: str = ""
    tags: str = ""
    scope: Scope | None = None
    resumes: Draft | None = None
    entries: list[Entry] = field(default_factory=list)
    path: tuple[Draft, ...] = ()

    @property
    def chars(self) -> int:
        """How many plain characters stand under it."""
        return sum(len(entry.block.plain) for entry in self.entries)

    def is_below(self, other: Draft) -> bool:
        """Return whether another draft is one of those above."""
        return any(one is other for one in self.path)

    def absorb(self, other: Draft) -> None:
        """Take in the blocks of another draft; its heading labels them."""
        label = "" if other.origin == "more" else other.heading
        self.entries += [Entry(entry.label or label, entry.block) for entry in other.entries]


def cut(
    text: str, blocks: Sequence[Block], asking: set[int], promotions: Mapping[int, Promotion]
) -> list[Draft]:
    """Return the drafts in text order."""
    cutter = _Cutter(text)
    for at, block in enumerate(blocks):
        cutter.leave_scopes(block)
        if block.kind == "heading":
            cutter.heading(block, asks=at in asking)
        elif at in promotions:
            cutter.promoted(block, promotions[at])
        elif block.kind == "summary" and is_label(block.plain):
            cutter.label(block)
        else:
            cutter.text(block)
    return cutter.drafts


class _Cutter:
    """Keeps the headings that are open while the blocks go by."""

    def __init__(self, text: str) -> None:
        self.drafts: list[Draft] = []
        self._text = text
        self._above: list[Draft] = []
        self._open: list[Draft] = []

    def leave_scopes(self, block: Block) -> None:
        """Close the questions in whose element the block no longer stands."""
        while self._open and self._open[-1].scope and not _holds(self._open[-1].scope, block):
            self._open.pop()

    def heading(self, block: Block, *, asks: bool) -> None:
        """Open a heading; inside of a question's element it stands below that question."""
        scope = self._open[-1].scope if self._open else None
        if scope:
            draft = Draft(block.plain, self._level() + 1, block.line, "heading", asks=asks, scope=scope)
        else:
            self._open = []
            while self._above and self._above[-1].level >= block.level:
                self._above.pop()
            draft = Draft(block.plain, block.level, block.line, "heading", asks=asks)
        draft.raw = self._raw(block)
        self._push(draft)
        if not scope:
            self._above.append(draft)

    def promoted(self, block: Block, promotion: Promotion) -> None:
        """Open a question that is no heading."""
        while self._open and self._open[-1].origin == "promoted" and not self._open[-1].scope:
            self._open.pop()
        while self._open and self._open[-1].origin == "label":
            self._open.pop()
        draft = Draft(
            promotion.heading,
            self._level() + 1,
            block.line,
            "promoted",
            asks=promotion.asks,
            raw=self._raw(block),
            tags=promotion.tags,
            scope=promotion.scope,
        )
        self._push(draft)
        if promotion.body:
            self.text(part_of(self._text, block, promotion.body))
        for name, cell in promotion.cells:
            self.text(replace(part_of(self._text, block, cell), kind="text", cells=(), header=(), label=name))

    def label(self, block: Block) -> None:
        """Open a part that a `<summary>` names."""
        scope: Scope | None = ("details", block.details[-1]) if block.details else None
        self._push(Draft(block.plain, self._level() + 1, block.line, "label", scope=scope))

    def text(self, block: Block) -> None:
        """Put a block under the innermost open heading."""
        if not self._open:
            self._push(Draft("", 0, block.line, "preamble"))
        current = self._open[-1]
        if current is not self.drafts[-1]:
            origin = current.resumes or current
            current = Draft(
                origin.heading, origin.level, block.line, "more", asks=origin.asks, resumes=origin
            )
            current.path = origin.path
            current.scope = self._open[-1].scope
            self._open[-1] = current
            self.drafts.append(current)
        current.entries.append(Entry("", block))

    def _push(self, draft: Draft) -> None:
        nested = [one.resumes or one for one in self._open if one not in self._above]
        draft.path = tuple(one for one in (*self._above, *nested) if one.origin != "preamble")
        self.drafts.append(draft)
        self._open.append(draft)

    def _level(self) -> int:
        return min(self._open[-1].level, MAX_LEVEL) if self._open else 0

    def _raw(self, block: Block) -> str:
        span = trimmed(self._text, block.start, block.end)
        return self._text[span.start : span.end]


def _holds(scope: Scope, block: Block) -> bool:
    kind, number = scope
    return number in (block.details if kind == "details" else block.items)


def descendants(drafts: Sequence[Draft], at: int) -> Iterator[Draft]:
    """Yield the drafts below the heading at a place."""
    top = drafts[at]
    for below in range(at + 1, len(drafts)):
        if drafts[below].resumes is not top and not drafts[below].is_below(top):
            return
        yield drafts[below]
