r"""The plain data that the two pipelines share: what a handbook is, once read.

Every `start` and `end` is a character offset into `Document.text`, half open. A document's text is its
file decoded as UTF-8 with newlines read as Python's text mode reads them (``\r\n`` and ``\r`` become
``\n``); a byte-order mark stays, as one character. So ``path.read_text(encoding="utf-8")[start:end]`` is
the quoted text.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Level = Literal["junior", "mid", "senior", "staff"]
QuestionKind = Literal["scenario", "debugging", "design", "conceptual", "behavioural"]
Frequency = Literal["very-common", "common", "occasional"]

PartKind = Literal[
    "direct_answer",
    "step",
    "number",
    "trade_off",
    "trap",
    "probing",
    "signal",
    "follow_up",
    "callout",
    "rubric",
    "related",
    "alias",
    "tags",
    "table",
    "code",
    "body",
]
"""What a statement in a section is for. `body` is prose that the handbook does not label."""


class Frozen(BaseModel):
    """A value: compared by content, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(Frozen):
    """One source file, read.

    Attributes:
        name: Path below the folder that was ingested, with forward slashes; unique in a collection.
        root: The folder or file that was named for ingestion, absolute.
        sha256: Of the file's bytes.
    """

    name: str
    root: str
    text: str
    sha256: str


class Part(Frozen):
    """One statement of a section: a paragraph, list item, table row, code block or callout.

    The span holds the statement without its list marker, quote marker or label, and without the blank
    space around it. A table row keeps its cells and bars.

    Attributes:
        label: The heading or lead-in under which it stands in the handbook ("Traps", "Senior"), plain.
        header: For a table row, the plain cells of its table's header row; empty otherwise.
    """

    kind: PartKind
    start: int
    end: int
    label: str = ""
    header: tuple[str, ...] = ()


class QuestionTags(Frozen):
    """What the handbook says of a question; empty where it says nothing."""

    slug: str = ""
    levels: tuple[Level, ...] = ()
    kind: QuestionKind | None = None
    frequency: Frequency | None = None
    concept: str = ""
    stages: tuple[str, ...] = ()
    minutes: float | None = None
    aliases: tuple[str, ...] = ()


class Section(Frozen):
    """A heading with what stands under it, down to the next section.

    Child headings that only label parts ("Answer", "Traps") belong to it.

    Attributes:
        id: Stable for the same document, path and heading.
        path: The plain headings above it, outermost first; the document's title is the first of them
            where the document has one.
        level: Depth of the heading, 1 to 6; 0 for text before any heading.
        start: Where the heading begins (its marker included); `end` is where the next section starts.
        question: Set if the section asks an interview question.
    """

    id: str
    document: str
    heading: str
    path: tuple[str, ...]
    level: int
    start: int
    end: int
    parts: tuple[Part, ...] = ()
    question: QuestionTags | None = None


class Chunk(Frozen):
    """The embedded unit: a span of one section, small enough for the embedder's window.

    Attributes:
        id: UUID made from document, path, heading, text and its ordinal among equal ones; offsets do not
            enter, so that text which only moves keeps its id.
        text: Exactly ``Document.text[start:end]``.
        plain: `text` without markup, for embedding and keyword search.
        opens: Whether it is the first of its section; it then stands for the section's heading too.
        content_hash: sha256 of everything that is embedded; equal hashes have equal vectors.
    """

    id: str
    document: str
    section_id: str
    question_id: str | None
    heading: str
    path: tuple[str, ...]
    start: int
    end: int
    text: str
    plain: str
    tags: QuestionTags = QuestionTags()
    opens: bool = False

    @property
    def lead(self) -> str:
        """The contextual prefix that is embedded in front of `plain`: path and heading."""
        return " > ".join((*self.path, self.heading))

    @property
    def title(self) -> str:
        """What the title vector is made of: the heading and its other wordings."""
        return "\n".join((self.heading, *self.tags.aliases))

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way in which its section's question is put; empty unless the chunk opens the section."""
        return (self.heading, *self.tags.aliases) if self.opens else ()

    @property
    def content_hash(self) -> str:
        """Sha256 hex of the embedded texts."""
        joined = "\0".join((self.lead, self.title, self.plain, *self.wordings))
        return hashlib.sha256(joined.encode()).hexdigest()


def stable_id(*parts: str) -> str:
    """Return a UUID string that depends on the parts alone.

    >>> stable_id("a", "b") == stable_id("a", "b") != stable_id("ab")
    True
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16]))


class ReportRow(Frozen):
    """Something that was not ingested as it stands, and why."""

    document: str
    outcome: Literal["skipped", "repaired", "note"]
    reason: str
    start: int | None = None


class ParsedDocument(Frozen):
    """A document with its sections in order; `report` says what was left out or repaired."""

    document: Document
    title: str
    front_matter: dict[str, object] = Field(default_factory=dict)
    sections: tuple[Section, ...]
    report: tuple[ReportRow, ...] = ()


class ChunkerParameters(Frozen):
    """What decides how text is cut; part of the manifest."""

    version: int = 2
    max_chars: int = 900
    min_chars: int = 120


class DocumentEntry(Frozen):
    """A document as the manifest lists it."""

    name: str
    root: str
    sha256: str
    sections: int
    questions: int
    chunks: int
    chars: int


def hash_of_corpus(documents: Iterable[DocumentEntry]) -> str:
    """Return sha256 hex of the documents' names and contents, in their order."""
    told = "\n".join(f"{entry.sha256} {entry.name}" for entry in documents)
    return hashlib.sha256(told.encode()).hexdigest()


FIRST_LAYOUT = "m=16 ef_construct=100 quantisation=none on_disk=none"
"""Of builds that were made before their manifests told it."""


class IndexManifest(Frozen):
    """What one build of a collection holds and by which parameters it was made.

    Attributes:
        layout: How the engine keeps the vectors: graph, coarse copies, what is read from disk.
        tenants: Who have documents of their own in it, sorted; None of a build that was made before its
            points told whose they are, all of which is shared.
        removed_chunks: Gone from it and from the builds that it is a copy of, and still taking room.
    """

    schema_version: int
    collection: str
    build: str
    created_at: str
    embed_model: str
    embed_model_version: str
    dimension: int
    token_dimension: int
    sparse: str
    layout: str = FIRST_LAYOUT
    chunker: ChunkerParameters
    corpus_hash: str
    documents: tuple[DocumentEntry, ...]
    tenants: tuple[str, ...] | None = None
    chunks: int
    questions: int
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    removed_chunks: int = 0
    report: tuple[ReportRow, ...] = ()
