"""Handbooks in a compact notation: the test says which part is of which kind, no parser guesses it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import cast, get_args

from coach.types import Passage, RewrittenQuery
from ingest.analysis import terms
from ingest.contract import Document, ParsedDocument, Part, PartKind, QuestionTags, Section

Loader = Callable[[str], ParsedDocument]

_HEADING = re.compile(r"(#+) (.*)")
_PART = re.compile(rf"({'|'.join(get_args(PartKind))})(?:\[(.*?)\])?@ ?")
_MARKER = re.compile(r"[ \t>]*(?:(?:[-*]|\d+\.)[ \t]+)?")


class _Writer:
    """A document in the making."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = ""
        self.sections: list[Section] = []
        self._path: list[str] = []
        self._header: tuple[str, ...] = ()

    def heading(self, line: str, level: int, words: str) -> None:
        """Open a section."""
        del self._path[level - 1 :]
        section = Section(
            id=f"{self.name}#{len(self.sections)}",
            document=self.name,
            heading=words,
            path=tuple(self._path),
            level=level,
            start=len(self.text),
            end=len(self.text),
            question=QuestionTags() if words.endswith("?") else None,
        )
        self.sections.append(section)
        self._path.append(words)
        self._write(line)

    def part(self, raw: str, kind: PartKind, label: str) -> None:
        """Add a part to the section that is open."""
        marker = _MARKER.match(raw)
        start = len(self.text) + (marker.end() if marker and kind != "table" else 0)
        header = self._header if kind == "table" else ()
        part = Part(kind=kind, start=start, end=len(self.text) + len(raw), label=label, header=header)
        self._write(raw)
        self._replace(parts=(*self.sections[-1].parts, part))

    def rest(self, line: str) -> None:
        """Add a line that continues a part, heads a table, or means nothing."""
        parts = self.sections[-1].parts if self.sections else ()
        if line.startswith(" ") and parts:
            last = parts[-1].model_copy(update={"end": len(self.text) + len(line)})
            self._replace(parts=(*parts[:-1], last))
        elif line.startswith("|") and not re.fullmatch(r"[|\-\s]+", line):
            self._header = tuple(cell.strip() for cell in line.strip("|").split("|"))
        self._write(line)

    def _write(self, line: str) -> None:
        self.text += line + "\n"
        self._replace(end=len(self.text))

    def _replace(self, **update: object) -> None:
        if self.sections:
            self.sections[-1] = self.sections[-1].model_copy(update=update)


def handbook(name: str, notation: str) -> ParsedDocument:
    """Return a document whose lines are headings, or parts written "kind[label]@ text".

    A line that opens with a space continues the part above it. Table rows, "table@ | a | b |", take their
    header from the nearest line above that is a plain table row.
    """
    writer = _Writer(name)
    for line in notation.strip("\n").split("\n"):
        if heading := _HEADING.fullmatch(line):
            writer.heading(line, len(heading[1]), heading[2])
        elif part := _PART.match(line):
            writer.part(line[part.end() :], cast("PartKind", part[1]), part[2] or "")
        else:
            writer.rest(line)
    return parsed(name, writer.text, *writer.sections)


def parsed(name: str, text: str, *sections: Section) -> ParsedDocument:
    """Return a document with these sections; the hash covers all of it, so that no two are taken for one."""
    digest = hashlib.sha256(repr((name, text, sections)).encode()).hexdigest()
    document = Document(name=name, root="/handbook", text=text, sha256=digest)
    return ParsedDocument(document=document, title=name, sections=sections)


def passage(
    document: ParsedDocument, heading: str, *, rank: int = 1, relevance: float = 0.9, part: int | None = 0
) -> Passage:
    """Return the section under a heading as a passage that one chunk brought."""
    section = next(section for section in document.sections if section.heading == heading)
    return Passage(
        rank=rank,
        relevance=relevance,
        document=document.document.name,
        section_id=section.id,
        heading=section.heading,
        path=section.path,
        start=section.start,
        end=section.end,
        focus=((section.start, section.end),),
        chunk_ids=(f"chunk of {section.id}",),
        part=part,
    )


def ask(question: str, *parts: str) -> RewrittenQuery:
    """Return a question as it was asked, each of its terms with weight 1."""
    weights = dict.fromkeys(terms(question), 1.0)
    return RewrittenQuery(original=question, text=question, terms=weights, parts=parts or (question,))


def loader(*documents: ParsedDocument) -> Loader:
    """Return a function that gives a document by name and raises KeyError for an unknown one."""
    return {document.document.name: document for document in documents}.__getitem__
