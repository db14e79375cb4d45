"""The handbook as a list: documents, text around a span, questions with filters and pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import NamedTuple, Protocol

from coach.api.schemas import (
    DocumentList,
    DocumentSummary,
    DocumentText,
    QuestionDetail,
    QuestionPage,
    QuestionPart,
    QuestionSummary,
    SectionSummary,
    Span,
)
from coach.errors import NotFoundError
from ingest.contract import IndexManifest, Level, ParsedDocument, QuestionKind, Section
from ingest.tenants import tenant_of

MAX_WINDOW_CHARS = 20_000


class Handbook(Protocol):
    """What the catalogue reads; `Coach` is one."""

    @property
    def manifest(self) -> IndexManifest:
        """What the index holds."""
        ...

    def document(self, name: str) -> ParsedDocument:
        """Return a document. Raises KeyError if it is absent."""
        ...


class QuestionFilter(NamedTuple):
    """Which questions are wanted; an empty field wants all.

    Attributes:
        words: Each must stand in the question, one of its other wordings, or its tags.
    """

    level: Level | None = None
    kind: QuestionKind | None = None
    document: str = ""
    words: str = ""


class _Entry(NamedTuple):
    summary: QuestionSummary
    haystack: str


class _Contents(NamedTuple):
    """What one build of the index holds; `questions` by id, in the order of the handbook."""

    manifest: IndexManifest
    titles: dict[str, str]
    questions: dict[str, _Entry]
    by_slug: dict[str, _Entry]


class Catalogue:
    """Lists what the live index holds, also after another one went live; safe to share between threads."""

    def __init__(self, handbook: Handbook) -> None:
        self._handbook = handbook
        self._lock = Lock()
        self._known: _Contents | None = None

    @property
    def corpus_hash(self) -> str:
        """Of the handbook that is served."""
        return self._handbook.manifest.corpus_hash

    def documents(self) -> DocumentList:
        """Return all documents, in the order of the manifest."""
        contents = self._contents()
        rows = (
            DocumentSummary(
                id=entry.name,
                title=contents.titles[entry.name],
                **entry.model_dump(include={"sha256", "sections", "questions", "chunks", "chars"}),
            )
            for entry in contents.manifest.documents
        )
        return DocumentList(corpus_hash=contents.manifest.corpus_hash, documents=tuple(rows))

    def tag(self, *parts: object) -> str:
        """Return an entity tag that changes with the index or any of the parts."""
        told = repr((self._handbook.manifest.build, self.corpus_hash, *parts))
        return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'

    def text(self, name: str, span: Span | None, *, margin: int) -> DocumentText:
        """Return a document, or whole lines around a span of it, `margin` characters or more on each side.

        Raises:
            NotFoundError: There is no such document, or no such span in it.
        """
        parsed = self._load(name)
        text = parsed.document.text
        start, end = 0, len(text)
        if span:
            if not 0 <= span.start <= span.end <= len(text):
                raise NotFoundError(
                    f"{name!r} has {len(text)} characters; there is no span {span.start} to {span.end}"
                )
            start, end = _whole_lines(text, max(span.start - margin, 0), min(span.end + margin, len(text)))
        return DocumentText(
            id=name,
            title=parsed.title,
            sha256=parsed.document.sha256,
            chars=len(text),
            corpus_hash=self.corpus_hash,
            start=start,
            end=end,
            text=text[start:end],
            span=span,
            sections=tuple(
                _section(one)
                for one in parsed.sections
                if (one.start < end and start < one.end) or span is None
            ),
        )

    def questions(self, wanted: QuestionFilter, *, limit: int, cursor: str | None) -> QuestionPage:
        """Return a page of the questions that fit, in the order of the handbook.

        Raises:
            NotFoundError: The cursor is none that this method gave for these filters.
        """
        fitting = [entry.summary for entry in self._contents().questions.values() if _fits(entry, wanted)]
        begin = _read_cursor(cursor, wanted, fitting) if cursor is not None else 0
        page = fitting[begin : begin + limit]
        more = begin + limit < len(fitting)
        return QuestionPage(
            total=len(fitting),
            questions=tuple(page),
            next_cursor=_make_cursor(wanted, page[-1].id) if more else None,
        )

    def question(self, identity: str) -> QuestionDetail:
        """Return a question, named by its id or its slug, with its parts. Raises NotFoundError."""
        contents = self._contents()
        entry = contents.questions.get(identity) or contents.by_slug.get(identity)
        if entry is None:
            raise NotFoundError(f"there is no question {identity!r}")
        parsed = self._load(entry.summary.document)
        section = next((one for one in parsed.sections if one.id == entry.summary.id), None)
        if section is None:  # another index went live between the two looks
            raise NotFoundError(f"there is no question {identity!r} any more")
        text = parsed.document.text
        parts = tuple(
            QuestionPart(
                kind=part.kind,
                label=part.label,
                text=text[part.start : part.end],
                start=part.start,
                end=part.end,
                header=part.header,
            )
            for part in section.parts
        )
        return QuestionDetail(**dict(entry.summary), parts=parts)

    def _load(self, name: str) -> ParsedDocument:
        try:
            return self._handbook.document(name)
        except KeyError as error:
            raise NotFoundError(f"there is no document {name!r}") from error

    def _contents(self) -> _Contents:
        """Return what the live index holds; the first to ask reads it, the others wait."""
        with self._lock:
            manifest = self._handbook.manifest
            if self._known is None or self._known.manifest.build != manifest.build:
                self._known = self._read(manifest)
            return self._known

    def _read(self, manifest: IndexManifest) -> _Contents:
        parsed = [self._handbook.document(row.name) for row in manifest.documents]
        questions = {entry.summary.id: entry for one in parsed for entry in _read_questions(one)}
        return _Contents(
            manifest=manifest,
            titles={one.document.name: one.title for one in parsed},
            questions=questions,
            by_slug={entry.summary.slug: entry for entry in _own_last(questions) if entry.summary.slug},
        )


def _own_last(questions: Mapping[str, _Entry]) -> list[_Entry]:
    """Return the shared questions first, so that of two with one slug a tenant's own is found."""
    return sorted(questions.values(), key=lambda one: bool(tenant_of(one.summary.document)))


def _read_questions(parsed: ParsedDocument) -> Iterator[_Entry]:
    for section in parsed.sections:
        if section.question is None:
            continue
        tags = section.question
        summary = QuestionSummary(
            id=section.id,
            question=section.heading,
            document=section.document,
            chapter=parsed.title,
            path=section.path,
            start=section.start,
            end=section.end,
            slug=tags.slug,
            levels=tags.levels,
            kind=tags.kind,
            frequency=tags.frequency,
            concept=tags.concept,
            stages=tags.stages,
            minutes=tags.minutes,
            aliases=tags.aliases,
        )
        told = (section.heading, *tags.aliases, tags.slug, tags.concept, *tags.stages, parsed.title)
        yield _Entry(summary, "\n".join(told).casefold())


def _fits(entry: _Entry, wanted: QuestionFilter) -> bool:
    summary = entry.summary
    return (
        (wanted.level is None or wanted.level in summary.levels)
        and (wanted.kind is None or wanted.kind == summary.kind)
        and (not wanted.document or wanted.document == summary.document)
        and all(word in entry.haystack for word in wanted.words.casefold().split())
    )


def _section(section: Section) -> SectionSummary:
    return SectionSummary(
        **section.model_dump(include={"id", "heading", "path", "level", "start", "end"}),
        is_question=section.question is not None,
    )


def _whole_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span widened to whole lines, unless a line is too long for that."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    return max(first, start - MAX_WINDOW_CHARS), min(last, end + MAX_WINDOW_CHARS)


def _make_cursor(wanted: QuestionFilter, last_id: str) -> str:
    return base64.urlsafe_b64encode(f"{_digest(wanted)}:{last_id}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str, wanted: QuestionFilter, fitting: Sequence[QuestionSummary]) -> int:
    """Return the place of the first question after the cursor. Raises NotFoundError."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        digest, _, last_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(":")
    except (UnicodeError, binascii.Error):
        digest, last_id = "", ""
    place = next((at for at, one in enumerate(fitting) if one.id == last_id), None)
    if digest != _digest(wanted) or place is None:
        raise NotFoundError(
            "there is no page at this cursor",
            hint="Begin without a cursor; keep the filters from page to page.",
        )
    return place + 1


def _digest(wanted: QuestionFilter) -> str:
    return hashlib.sha256(repr(tuple(wanted)).encode()).hexdigest()[:12]
