"""A folder of documents, read and parsed once for all rules."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ingest.contract import ParsedDocument, Part, ReportRow, Section
from ingest.lint.finding import Finding, RuleName, Severity
from ingest.lint.markup import Heading, Link, Markup, read_markup
from ingest.lint.sources import SourceList, read_source_list
from ingest.read.blocks import Lines
from ingest.read.plain import plain_part

SOURCES_FILE = "sources.yaml"
_MARKDOWN = (".md", ".markdown", ".mdx")


@dataclass(frozen=True, slots=True)
class Page:
    """A question page: a level-2 section of a chapter that follows the page format."""

    chapter: Chapter
    section: Section

    @property
    def headings(self) -> list[Heading]:
        """The headings of its parts, in order."""
        first = self.chapter.lines.at(self.section.start) + 1
        last = self.chapter.lines.at(max(self.section.start, self.section.end - 1)) + 1
        return [heading for heading in self.chapter.markup.headings if first < heading.line <= last]

    def parts(self, label: str) -> list[Part]:
        """Return the statements under a part heading or lead-in, in order."""
        return [part for part in self.section.parts if part.label == label]

    def raw(self, part: Part) -> str:
        """Return a statement as it is written."""
        return self.chapter.parsed.document.text[part.start : part.end]

    def plain(self, part: Part) -> str:
        """Return a statement without markup."""
        return plain_part(self.raw(part), is_code=part.kind == "code", is_row=bool(part.header))

    def finding(self, severity: Severity, rule: RuleName, message: str, part: Part | None = None) -> Finding:
        """Return a finding at a statement, or at the page's heading."""
        at = part.start if part else self.section.start
        line = self.chapter.lines.at(at) + 1
        return self.chapter.finding(severity, rule, message, line, self.section.heading)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A document with all that the rules look at."""

    parsed: ParsedDocument
    markup: Markup
    lines: Lines

    @property
    def name(self) -> str:
        """The document's path below the handbook's folder."""
        return self.parsed.document.name

    @property
    def is_formatted(self) -> bool:
        """Whether it follows the page format: some section has a tag line with an id, or it has a number."""
        has_id = any(section.question and section.question.slug for section in self.parsed.sections)
        return has_id or ("chapter" in self.parsed.front_matter and bool(self.parsed.sections))

    @property
    def pages(self) -> tuple[Page, ...]:
        """Its question pages; none if it does not follow the page format."""
        if not self.is_formatted:
            return ()
        return tuple(Page(self, section) for section in self.parsed.sections if section.level == 2)  # noqa: PLR2004

    def finding(
        self, severity: Severity, rule: RuleName, message: str, line: int, heading: str = ""
    ) -> Finding:
        """Return a finding at a line of this document."""
        return Finding(
            severity=severity, rule=rule, file=self.name, line=line, heading=heading, message=message
        )


class Target(NamedTuple):
    """Where a link leads: `anchors` is None for a file that has none to check."""

    exists: bool
    anchors: frozenset[str] | None
    fragment: str


@dataclass(frozen=True, slots=True)
class Handbook:
    """The documents below one path.

    Attributes:
        targets: Where each local link leads, by document and link as written.
        sources: The list of origins, or None if there is no such file.
        report: Files that were not read.
    """

    root: Path
    chapters: tuple[Chapter, ...]
    targets: dict[tuple[str, str], Target]
    sources: SourceList | None
    report: tuple[ReportRow, ...]

    @property
    def pages(self) -> Iterator[Page]:
        """All question pages, chapter by chapter."""
        return (page for chapter in self.chapters for page in chapter.pages)

    @property
    def is_formatted(self) -> bool:
        """Whether some chapter follows the page format."""
        return any(chapter.is_formatted for chapter in self.chapters)


def read_handbook(path: Path) -> Handbook:
    """Return the handbook at a path, a file or a folder.

    Raises:
        SourceError: The path does not exist or holds no document.
    """
    from ingest.headings import parse
    from ingest.sources import read_sources

    reading = read_sources([path])
    root = path if path.is_dir() else path.parent
    chapters = tuple(
        Chapter(parse(document), read_markup(document.text), Lines(document.text))
        for document in reading.documents
    )
    return Handbook(
        root=root,
        chapters=chapters,
        targets=dict(_targets(root, chapters)),
        sources=_sources(root / SOURCES_FILE),
        report=reading.report,
    )


def _sources(path: Path) -> SourceList | None:
    if not path.is_file():
        return None
    try:
        return read_source_list(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return SourceList((), "not UTF-8")


def is_local(target: str) -> bool:
    """Return whether a link leads to a file or heading of the handbook and not out into the network."""
    try:
        split = urlsplit(target)
    except ValueError:  # brackets that are no address of a host
        return False
    return not split.scheme and not split.netloc and bool(split.path or split.fragment)


def _targets(root: Path, chapters: tuple[Chapter, ...]) -> Iterator[tuple[tuple[str, str], Target]]:
    known: dict[str, frozenset[str] | None] = {chapter.name: chapter.markup.anchors for chapter in chapters}
    for chapter in chapters:
        for link in chapter.markup.links:
            if is_local(link.target):
                yield (chapter.name, link.target), _target(root, chapter.name, link, known)


def _target(root: Path, document: str, link: Link, known: dict[str, frozenset[str] | None]) -> Target:
    split = urlsplit(link.target)
    fragment = unquote(split.fragment).lower()
    if not split.path:
        return Target(exists=True, anchors=known[document], fragment=fragment)
    path = unquote(split.path)
    folder = "" if path.startswith("/") else posixpath.dirname(document)
    wanted = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
    for name in _candidates(wanted):
        if name not in known and (root / name).exists():
            known[name] = _anchors(root / name)
        if name in known:
            return Target(exists=True, anchors=known[name], fragment=fragment)
    return Target(exists=False, anchors=None, fragment=fragment)


def _candidates(name: str) -> Iterator[str]:
    """Yield the files that site generators find under a path, the path itself first."""
    yield name
    stem = name.removesuffix(".html")
    yield from (f"{stem}{ending}" for ending in _MARKDOWN)


def _anchors(path: Path) -> frozenset[str] | None:
    if path.suffix.lower() not in _MARKDOWN or not path.is_file():
        return None
    return read_markup(path.read_text(encoding="utf-8", errors="replace")).anchors
