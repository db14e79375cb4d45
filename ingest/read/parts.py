"""The blocks of a section to typed parts, by the labels that the handbook gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.contract import Part, PartKind, QuestionTags
from ingest.labels import Lead, find_lead, is_label, label_kind, level_of
from ingest.marks import merged, read_aliases
from ingest.read.blocks import Block, Span, has_words, trimmed
from ingest.read.containers import CALLOUTS
from ingest.read.drafts import Entry
from ingest.read.plain import plain_inline
from ingest.tags import read_tags

MAX_TAG_BLOCKS = 4
MIN_INLINE_ITEMS = 3

_ROW_KINDS: frozenset[PartKind] = frozenset(
    {"rubric", "number", "trap", "trade_off", "signal", "follow_up", "related", "probing"}
)
_DASH = re.compile(r"(?:(?<=\s)|^)[-–•]\s+(?=\S)")
_QUOTED = re.compile(r"\"[^\"\n]{0,400}\"|“[^”\n]{0,400}”")


class Typed(NamedTuple):
    """The parts of a section and what its tag and alias lines say."""

    parts: tuple[Part, ...]
    tags: QuestionTags


class _Label(NamedTuple):
    """A label in force."""

    text: str = ""
    kind: PartKind = "body"


def type_parts(text: str, heading: str, entries: Sequence[Entry], *, asks: bool) -> Typed:
    """Return the parts of a section in text order.

    Args:
        text: The document.
        heading: Of the section; types the parts where it is a label itself ("Common pitfalls").
        entries: Its blocks with the headings of the parts that they stand in.
        asks: Whether the section is a question; only those have tag lines and aliases.
    """
    typer = _Typer(text, heading, asks=asks)
    for entry in entries:
        typer.take(entry)
    return Typed(tuple(typer.parts), typer.tags)


@dataclass(slots=True)
class _Run:
    """A label that stood alone, or led in a list: it governs what follows it.

    Attributes:
        items: The list items it stood in; it governs what stands deeper. Outside of lists it governs one
            paragraph, or one list or table.
    """

    label: _Label
    items: tuple[int, ...]
    used: bool = False

    def holds(self, block: Block) -> bool:
        """Return whether it still governs."""
        if self.items:
            return block.items[: len(self.items)] == self.items
        return not self.used or block.in_list or block.kind != "text"


class _Typer:
    """Walks the blocks of one section."""

    def __init__(self, text: str, heading: str, *, asks: bool) -> None:
        self.parts: list[Part] = []
        self.tags = QuestionTags()
        self._text = text
        self._own = _Label("", "body" if asks else _section_kind(heading))
        self._asks = asks
        self._taken = 0
        self._heading = ""
        self._runs: list[_Run] = []
        self._answered: set[str] = set()

    def take(self, entry: Entry) -> None:
        """Add the parts of one block."""
        block = entry.block
        if entry.label != self._heading:
            self._heading, self._runs = entry.label, []
        while self._runs and not self._runs[-1].holds(block):
            self._runs.pop()
        self._taken += 1
        open_runs = list(self._runs)
        if block.kind in ("code", "row"):
            self._leaf(block)
        elif not self._tag_line(block):
            self._prose(block)
        for run in open_runs:
            run.used = True

    def _label(self, block: Block) -> _Label:
        if self._runs:
            return self._runs[-1].label
        if block.label:
            name = block.label.partition(":")[0]
            default: PartKind = "callout" if name.lower() in CALLOUTS else "body"
            return self._below_topic(block.label, label_kind(name) or default)
        if self._heading:
            return _Label(self._heading.strip(" :："), label_kind(self._heading) or "body")
        return self._own

    def _below_topic(self, label: str, kind: PartKind) -> _Label:
        """Return a label with the topic it stands under, where that is a heading of its own meaning."""
        topic = self._heading.strip(" :：")
        return _Label(label if not topic or is_label(topic) else f"{topic} > {label}", kind)

    def _leaf(self, block: Block) -> None:
        label = self._label(block)
        kind: PartKind = "code" if block.kind == "code" else "table"
        if kind == "table" and label.kind in _ROW_KINDS:
            kind = label.kind
        self.parts.append(
            Part(kind=kind, start=block.start, end=block.end, label=label.text, header=block.header)
        )

    def _tag_line(self, block: Block) -> bool:
        """Take a line that says what the question is; only the first lines of a section can."""
        if not self._asks or self._heading or self._taken > MAX_TAG_BLOCKS or block.first:
            return False
        tags = read_tags(block.plain)
        if tags is None:
            return False
        self.tags = merged(self.tags, tags)
        lead = find_lead(self._text[block.start : block.end])
        tagged = lead is not None and lead.kind == "tags"
        span = trimmed(self._text, block.start + (lead.length if lead and tagged else 0), block.end)
        if span.start < span.end:
            label = lead.label if lead and tagged else ""
            self.parts.append(Part(kind="tags", start=span.start, end=span.end, label=label))
        return True

    def _prose(self, block: Block) -> None:
        raw = self._text[block.start : block.end]
        lead = None if _is_option(raw, block) else find_lead(raw)
        if lead is None or not self._counts(lead, block):
            self._statements(Span(block.start, block.end), self._label(block), led_in=False)
            return
        label = self._below_topic(lead.label, lead.kind)
        span = trimmed(self._text, block.start + lead.length, block.end)
        said = self._text[span.start : span.end]
        leads_on = said[-1:] in (":", "：") or block.in_list
        if not has_words(said) or (leads_on and lead.kind not in ("tags", "alias")):
            self._runs.append(_Run(label, block.items))
        if has_words(said):
            self._statements(span, label, led_in=True)

    def _counts(self, lead: Lead, block: Block) -> bool:
        """Return whether a label counts; a mere level word does only where nothing else is announced."""
        return level_of(lead.label) is None or self._label(block).kind in ("signal", "body")

    def _statements(self, span: Span, label: _Label, *, led_in: bool) -> None:
        items = list(_inline_items(self._text, span)) if led_in else []
        for item in items:
            lead = find_lead(self._text[item.start : item.end])
            rest = trimmed(self._text, item.start + lead.length, item.end) if lead else item
            if lead is not None and rest.start < rest.end:
                self._add(rest, self._below_topic(lead.label, lead.kind))
            else:
                self._add(item, label)
        if not items:
            self._add(span, label)

    def _add(self, span: Span, label: _Label) -> None:
        said = self._text[span.start : span.end]
        if not has_words(said):
            return
        kind = label.kind
        if kind == "direct_answer":  # what follows the first statement of an answer is its body
            kind = "body" if label.text in self._answered else kind
            self._answered.add(label.text)
        if kind == "alias":
            self.tags = merged(self.tags, QuestionTags(aliases=read_aliases(plain_inline(said))))
        self.parts.append(Part(kind=kind, start=span.start, end=span.end, label=label.text))


def _section_kind(heading: str) -> PartKind:
    kind = label_kind(heading)
    return kind if kind not in (None, "alias", "tags", "direct_answer") else "body"


def _is_option(raw: str, block: Block) -> bool:
    """Return whether a list item is a choice of a quiz ("A: ..."), not an answer."""
    return block.in_list and len(raw) > 1 and raw[0].isalpha() and raw[1] in ".:)"


def _inline_items(text: str, span: Span) -> Iterator[Span]:
    """Yield the items of a list that was glued into one paragraph below its label: "- one - two"."""
    # Dashes inside quotations are hidden, at equal length.
    said = _QUOTED.sub(lambda match: "x" * len(match[0]), text[span.start : span.end])
    dashes = [Span(span.start + match.start(), span.start + match.end()) for match in _DASH.finditer(said)]
    leading = bool(dashes) and dashes[0].start == span.start
    if not leading and len(dashes) < MIN_INLINE_ITEMS:
        return
    starts = [span.start, *(dash.end for dash in dashes)]
    ends = [*(dash.start for dash in dashes), span.end]
    for start, end in zip(starts, ends, strict=True):
        item = trimmed(text, start, end)
        if item.start < item.end:
            yield item
