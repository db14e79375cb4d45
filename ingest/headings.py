"""A document to its sections, with character offsets kept from birth."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import PurePosixPath

from ingest.contract import Document, Level, ParsedDocument, QuestionTags, ReportRow, Section, stable_id
from ingest.marks import group_levels, heading_tags, merged, read_legend
from ingest.questions import is_scenario, question_form
from ingest.read.blocks import Block, Reading, has_words
from ingest.read.contents import find_contents
from ingest.read.drafts import Draft, cut
from ingest.read.fold import fold
from ingest.read.frames import frames, question_headings
from ingest.read.parts import Typed, type_parts
from ingest.read.plain import plain_inline, tidy
from ingest.read.promote import find_promotions
from ingest.read.report import Report
from ingest.read.split import split_labelled
from ingest.tags import read_tags

MIN_MARKDOWN_HEADINGS = 2
MAX_HEADING_LEVEL = 6
MAX_WORDING_CHARS = 300

_MARKDOWN_ENDINGS = (".md", ".markdown", ".mdx")


def parse(document: Document) -> ParsedDocument:
    """Return the sections of a document in text order, and what was left out or repaired.

    Every span satisfies `0 <= start <= end <= len(document.text)`; sections do not overlap, and parts lie
    inside their section in order without overlap.
    """
    reading = read(document.text, document.name)
    if reading.front_matter.get("index") is False:
        row = _skipped(document.name, "its front matter says index: false")
        return _parsed(document, Reading([], reading.front_matter, [row]), document.name, ())
    report = Report(document.name)
    blocks, asking = _worth_reading(document, reading.blocks, report)
    reading.report += report.rows()
    title = _title(document.name, reading.front_matter, blocks)
    promotions = find_promotions(document.text, blocks, frames(blocks, asking))
    drafts = fold(cut(document.text, blocks, asking, promotions))
    legend = read_legend(block.plain for block in blocks if "legend" in block.plain.lower())
    maker = _Maker(document, title, legend)
    sections = maker.sections(drafts)
    reading.report += _unheard(document.name, drafts, maker.told, {row.start for row in reading.report})
    if not sections:
        reading.report.append(_skipped(document.name, "no text to retrieve"))
    return _parsed(document, reading, title, sections)


def _parsed(
    document: Document, reading: Reading, title: str, sections: tuple[Section, ...]
) -> ParsedDocument:
    rows = sorted(reading.report, key=lambda row: (row.start is None, row.start or 0, row.reason))
    return ParsedDocument(
        document=document,
        title=title,
        front_matter=reading.front_matter,
        sections=sections,
        report=tuple(rows),
    )


def _skipped(name: str, reason: str, start: int | None = None) -> ReportRow:
    return ReportRow(document=name, outcome="skipped", reason=reason, start=start)


def read(text: str, name: str) -> Reading:
    """Return the blocks of a text: by its Markdown, or by its layout where it has no headings to go by."""
    from ingest.read.layout import read_layout
    from ingest.read.markdown import read_markdown
    from ingest.read.titles import find_titles

    reading = read_markdown(text, name)
    reading.blocks = list(split_labelled(text, reading.blocks))
    headings = sum(block.kind in ("heading", "summary") for block in reading.blocks)
    if name.lower().endswith(_MARKDOWN_ENDINGS):
        if headings:
            return reading
        titled = find_titles(reading.blocks, name)
        return Reading(titled.blocks, reading.front_matter, [*reading.report, *titled.report])
    return reading if headings >= MIN_MARKDOWN_HEADINGS else read_layout(text, name)


def _asked_by_name(name: str, blocks: Sequence[Block]) -> set[int]:
    """Return the first heading if the file's name is the question that the document answers."""
    first = next((at for at, block in enumerate(blocks) if block.kind == "heading"), None)
    return set() if first is None or question_form(_stem(name)) != "sure" else {first}


def _worth_reading(
    document: Document, blocks: Sequence[Block], report: Report
) -> tuple[list[Block], set[int]]:
    """Return the blocks that are no table of contents, and the places of the headings that ask."""
    asking = question_headings(blocks) or _asked_by_name(document.name, blocks)
    left_out = find_contents(document.text, blocks, frames(blocks, asking), report)
    kept = [at for at in range(len(blocks)) if at not in left_out]
    places = {at: place for place, at in enumerate(kept)}
    return [blocks[at] for at in kept], {places[at] for at in asking if at in places}


def _title(name: str, front_matter: dict[str, object], blocks: Sequence[Block]) -> str:
    """Return the document's title: from front matter, its only first heading, or the file's name."""
    given = front_matter.get("title")
    if isinstance(given, str) and given.strip():
        return tidy(given)
    top = [block.plain for block in blocks if block.kind == "heading" and block.level == 1]
    if len(top) == 1:
        return top[0]
    return _stem(name)


def _stem(name: str) -> str:
    return tidy(re.sub(r"[-_]+", " ", PurePosixPath(name).stem)).strip() or name


def _unheard(
    name: str, drafts: Sequence[Draft], told: Sequence[Draft], reported: set[int | None]
) -> list[ReportRow]:
    """Return a row for each heading without text or section below, unless a row says what stood there."""
    heard = {id(draft) for draft in told}
    rows: list[ReportRow] = []
    for draft, below in zip_longest(drafts, drafts[1:]):
        if id(draft) in heard or not draft.heading or (below is not None and below.is_below(draft)):
            continue
        end = below.start if below is not None else None
        if not any(at is not None and draft.start <= at and (end is None or at < end) for at in reported):
            reason = f"heading without text: {draft.heading[:80]!r}"
            rows.append(_skipped(name, reason, draft.start))
    return rows


class _Maker:
    """Makes the sections of one document."""

    def __init__(self, document: Document, title: str, legend: dict[str, Level]) -> None:
        self._document = document
        self._title = title
        self._legend = legend
        self._seen: Counter[tuple[str, ...]] = Counter()
        self.told: list[Draft] = []

    def sections(self, drafts: Sequence[Draft]) -> tuple[Section, ...]:
        """Return a section for each draft that has text or asks a question."""
        text = self._document.text
        typed = [(draft, type_parts(text, draft.heading, draft.entries, asks=draft.asks)) for draft in drafts]
        told = [
            (draft, found) for draft, found in typed if found.parts or (draft.asks and draft.origin != "more")
        ]
        self.told = [draft for draft, _ in told]
        starts = [draft.start for draft in self.told]
        if starts and not has_words(text[: starts[0]]):  # stray signs in front of the title
            starts[0] = len(text) - len(text.lstrip("\ufeff \t\r\n"))
        for place in range(1, len(told)):  # several summaries may stand on one line
            before = max((part.end for part in told[place - 1][1].parts), default=0)
            starts[place] = max(starts[place], starts[place - 1], before)
        ends = [*starts[1:], len(text)][: len(starts)]
        return tuple(
            self._section(draft, found, start, end)
            for (draft, found), start, end in zip(told, starts, ends, strict=True)
        )

    def _section(self, draft: Draft, typed: Typed, start: int, end: int) -> Section:
        heading = draft.heading or self._title
        above = [one.heading for one in draft.path if one.heading != self._title]
        path = tuple(above) if heading == self._title and not above else (self._title, *above)
        key = (self._document.name, *path, heading)
        self._seen[key] += 1
        count = self._seen[key]
        return Section(
            id=stable_id(*key, *([str(count)] if count > 1 else [])),
            document=self._document.name,
            heading=heading,
            path=path,
            level=min(draft.level, MAX_HEADING_LEVEL),
            start=start,
            end=end,
            parts=typed.parts,
            question=self._tags(draft, typed) if draft.asks else None,
        )

    def _tags(self, draft: Draft, typed: Typed) -> QuestionTags:
        """Return what the tag lines, marks in the heading and the headings above say, the nearest first."""
        tags = merged(typed.tags, heading_tags(draft.raw, self._legend))
        if draft.tags:
            tags = merged(tags, read_tags(draft.tags) or QuestionTags())
        tags = merged(tags, QuestionTags(levels=group_levels(one.heading for one in draft.path)))
        tags = merged(tags, QuestionTags(aliases=self._wordings(draft, typed)))
        return merged(tags, QuestionTags(kind="scenario")) if is_scenario(draft.heading) else tags

    def _wordings(self, draft: Draft, typed: Typed) -> tuple[str, ...]:
        """Return how the question is put in the text or the file's name, where its heading is a topic."""
        if question_form(draft.heading) != "none":
            return ()
        stem = _stem(self._document.name)
        first = next((part for part in typed.parts if part.kind == "body"), None)
        said = plain_inline(self._document.text[first.start : first.end]) if first else ""
        candidates = (stem, said if len(said) <= MAX_WORDING_CHARS else "")
        return tuple(words for words in candidates if question_form(words) == "sure")
