"""A handbook on disk becomes the live build of a collection; nothing unchanged is done again."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ingest.batches import batches
from ingest.contract import (
    Chunk,
    ChunkerParameters,
    DocumentEntry,
    IndexManifest,
    ParsedDocument,
    ReportRow,
)
from ingest.embed import SPARSE_VERSION, Embedder, vocabulary
from ingest.errors import IndexMismatchError, IndexMissingError
from ingest.plan import Plan, make_plan
from ingest.sources import Reading, read_sources, tell_apart
from ingest.store import SCHEMA_VERSION
from ingest.store.port import Build, BuildVersions, BuildWriter, ChunkVectors, CopyWriter, Store

DOCUMENTS_A_BATCH = 8
CHUNKS_A_BATCH = 256
MOST_REMOVED = 0.5
"""Of the chunks of a build that was written from nothing, so many may be gone from the copies made of it."""


class Progress(Protocol):
    """Hears how far an ingest is."""

    def start(self, documents: int, chars: int) -> None:
        """Called once it is known what has to be embedded."""

    def document(self, name: str, chunks: int) -> None:
        """Called when a document has been cut."""

    def chunk(self, chars: int) -> None:
        """Called when a chunk has its vectors."""


class Silent:
    """A progress that says nothing."""

    def start(self, documents: int, chars: int) -> None:
        """Say nothing."""

    def document(self, name: str, chunks: int) -> None:
        """Say nothing."""

    def chunk(self, chars: int) -> None:
        """Say nothing."""


def ingest(
    paths: Sequence[Path],
    *,
    store: Store,
    embedder: Embedder,
    collection: str,
    parameters: ChunkerParameters | None = None,
    max_document_mb: float = 20.0,
    progress: Progress | None = None,
    beside: bool = False,
) -> IndexManifest:
    """Return the manifest of the live build after it holds what the paths hold.

    With `beside` the live build stays in force, and the manifest is that of the new one.

    Documents that came from other paths stay. A run that finds nothing changed writes nothing. A run that
    is interrupted leaves the live build as it was; the next one takes over the vectors it had made.

    Raises:
        SourceError: A path does not exist, or there is no document at all.
        StoreError: See its leaves.
    """
    run = _Run(store, embedder, collection, parameters or ChunkerParameters(), progress or Silent())
    reading = read_sources(paths, max_document_mb=max_document_mb)
    with ExitStack() as stack:
        found = run.open_live(stack)
        if found:
            reading = tell_apart(reading, found.manifest.documents)
        live = found if found and run.would_make(found.manifest) else None
        if found and not live:
            reading = _with_others(reading, found)
        plan = make_plan(reading, live.manifest if live else None)
        if live and not (plan.changed or plan.deleted):
            store.settle(collection)
            return _settled(live.manifest, plan)
        return run.build(plan, live, found, stack, beside=beside)


def _with_others(reading: Reading, found: Build) -> Reading:
    """Return the reading with what a build holds from other paths, as it was read then."""
    names = {document.name for document in reading.documents}
    others = (
        found.document(entry.name).document
        for entry in found.manifest.documents
        if entry.root not in reading.roots and entry.name not in names
    )
    return reading._replace(documents=(*reading.documents, *others))


def _settled(manifest: IndexManifest, plan: Plan) -> IndexManifest:
    return manifest.model_copy(
        update={"added": (), "updated": (), "deleted": (), "unchanged": len(plan.kept), "report": plan.rows}
    )


@dataclass
class _Run:
    """One ingest: what it works with, and what it has made so far."""

    store: Store
    embedder: Embedder
    collection: str
    parameters: ChunkerParameters
    progress: Progress
    entries: list[DocumentEntry] = field(default_factory=list)
    rows: list[ReportRow] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    parsed: list[ParsedDocument] = field(default_factory=list)
    embedded: set[str] = field(default_factory=set)
    removed_chunks: int = 0

    def open_live(self, stack: ExitStack) -> Build | None:
        """Return the live build, whatever parameters made it, if it can be read."""
        try:
            live = self.store.open(self.collection)
        except (IndexMissingError, IndexMismatchError):
            return None
        stack.callback(live.close)
        return live

    def would_make(self, made: IndexManifest) -> bool:
        """Return whether a build was made by the parameters in force; another is rebuilt whole."""
        return self.would_embed(made) and made.layout == self.store.layout

    def would_embed(self, made: IndexManifest) -> bool:
        """Return whether a build has the chunks and vectors that the parameters in force make."""
        return (made.embed_model_version, made.sparse, made.chunker) == (
            self.embedder.version,
            SPARSE_VERSION,
            self.parameters,
        )

    def build(
        self, plan: Plan, live: Build | None, found: Build | None, stack: ExitStack, *, beside: bool
    ) -> IndexManifest:
        """Write a new build and publish it.

        Args:
            plan: What it will hold.
            live: The live build, if it was made by the parameters in force.
            found: The live build, whatever made it.
            stack: Closes what is opened.
            beside: Leave the live build in force.
        """
        unfinished = self.store.unfinished(self.collection, embed_model_version=self.embedder.version)
        if unfinished:
            stack.callback(unfinished.close)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        versions = BuildVersions(
            dimension=self.embedder.spec.dimension,
            token_dimension=self.embedder.token_dimension,
            embed_model_version=self.embedder.version,
            doc_versions=plan.hashes | {document.name: document.sha256 for document in plan.changed},
        )
        copied = self._begin_copy(live, name, versions) if live else None
        writer = copied or self.store.begin(self.collection, name, versions=versions)
        usable = found if found and self.would_embed(found.manifest) else None
        earlier = [build for build in (usable, unfinished) if build]
        try:
            self.entries += plan.kept.values()
            if live and copied:
                self._renew(plan, live, earlier, copied)
            else:
                if live:
                    self._carry_over(plan, live, writer)
                self._embed(plan, earlier, writer)
            manifest = self._manifest(name, plan)
            writer.set_vocabulary(self.words)
            writer.publish(manifest, beside=beside)
        except BaseException:
            writer.abandon()
            raise
        return manifest

    def _begin_copy(self, live: Build, name: str, versions: BuildVersions) -> CopyWriter | None:
        """Return a writer whose build begins as a copy of the live one, if that is worth it.

        A copy is much quicker than writing the same again, but what is removed from it goes on taking room;
        so once too much has gone since a build was written from nothing, the next one is.
        """
        made = live.manifest
        if made.removed_chunks > MOST_REMOVED * made.chunks:
            return None
        return self.store.begin_copy(self.collection, name, source=made.build, versions=versions)

    def _renew(self, plan: Plan, live: Build, earlier: Sequence[Build], writer: CopyWriter) -> None:
        """Put what changed in the place of what a copy of the live build holds of it."""
        outdated = [entry.name for entry in live.manifest.documents if entry.name not in plan.kept]
        old = writer.chunks_of(outdated)
        self.words.update(live.vocabulary())
        self.words.subtract(vocabulary(old))
        writer.remove(documents=outdated, chunks=())
        self._embed(plan, earlier, writer)
        self.words = +self.words  # without those that no chunk holds any more
        gone = {chunk.id for chunk in old} - self.embedded
        writer.remove(documents=(), chunks=gone)
        self.removed_chunks = live.manifest.removed_chunks + len(gone)

    def _carry_over(self, plan: Plan, live: Build, writer: BuildWriter) -> None:
        for ids in batches(sorted(live.chunk_ids()), CHUNKS_A_BATCH):
            kept = [chunk for chunk in live.chunks(ids).values() if chunk.document in plan.kept]
            vectors = live.vectors([chunk.id for chunk in kept])
            if kept:
                writer.add(kept, [vectors[chunk.id] for chunk in kept])
                self.words.update(vocabulary(kept))
        writer.add_documents(live.document(name) for name in sorted(plan.kept))

    def _embed(self, plan: Plan, earlier: Sequence[Build], writer: BuildWriter) -> None:
        from ingest.adapter import (
            BuildVectorStore,
            ChunkEmbedder,
            HandbookDocument,
            HandbookNodeParser,
            make_pipeline,
        )
        from ingest.cut_ahead import CutAhead

        self.progress.start(len(plan.changed), sum(len(document.text) for document in plan.changed))
        known, store = _KnownVectors(earlier), BuildVectorStore(writer)
        with CutAhead(plan.changed, self.parameters) as cut:
            steps = [
                HandbookNodeParser(cut, self._on_parsed),
                ChunkEmbedder(
                    embedder=self.embedder, known=known, written=store, on_embedded=self._on_embedded
                ),
            ]
            pipeline = make_pipeline(store, transformations=steps, hashes=plan.hashes)
            for documents in batches(plan.changed, DOCUMENTS_A_BATCH):
                pipeline.run(documents=[HandbookDocument.of(document) for document in documents])
                writer.add_documents(self.parsed)
                self.parsed.clear()

    def _on_parsed(self, parsed: ParsedDocument, chunks: int) -> None:
        document = parsed.document
        self.parsed.append(parsed)
        self.rows += parsed.report
        self.entries.append(
            DocumentEntry(
                name=document.name,
                root=document.root,
                sha256=document.sha256,
                sections=len(parsed.sections),
                questions=sum(section.question is not None for section in parsed.sections),
                chunks=chunks,
                chars=len(document.text),
            )
        )
        self.progress.document(document.name, chunks)

    def _on_embedded(self, chunk: Chunk) -> None:
        self.words.update(vocabulary([chunk]))
        self.embedded.add(chunk.id)
        self.progress.chunk(chunk.end - chunk.start)

    def _manifest(self, build: str, plan: Plan) -> IndexManifest:
        entries = tuple(sorted(self.entries, key=lambda entry: entry.name))
        corpus = "\n".join(f"{entry.sha256} {entry.name}" for entry in entries)
        return IndexManifest(
            schema_version=SCHEMA_VERSION,
            collection=self.collection,
            build=build,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            embed_model=self.embedder.spec.name,
            embed_model_version=self.embedder.version,
            dimension=self.embedder.spec.dimension,
            token_dimension=self.embedder.token_dimension,
            sparse=SPARSE_VERSION,
            layout=self.store.layout,
            chunker=self.parameters,
            corpus_hash=hashlib.sha256(corpus.encode()).hexdigest(),
            documents=entries,
            chunks=sum(entry.chunks for entry in entries),
            questions=sum(entry.questions for entry in entries),
            added=plan.added,
            updated=plan.updated,
            deleted=plan.deleted,
            unchanged=len(plan.kept),
            removed_chunks=self.removed_chunks,
            report=(*plan.rows, *self.rows),
        )


class _KnownVectors:
    """Looks up vectors of earlier builds by chunk id, where the content hash is the same."""

    def __init__(self, builds: Sequence[Build]) -> None:
        self._builds = [(build, build.chunk_ids()) for build in builds]

    def __call__(self, chunks: Sequence[Chunk]) -> dict[str, ChunkVectors]:
        found: dict[str, ChunkVectors] = {}
        for build, hashes in self._builds:
            same = [c.id for c in chunks if c.id not in found and hashes.get(c.id) == c.content_hash]
            for ids in batches(same, CHUNKS_A_BATCH):
                found |= build.vectors(ids)
        return found
