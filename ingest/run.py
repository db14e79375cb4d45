"""One ingest: from what was read to a build that holds it."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.batches import CHUNKS_A_BATCH, batches
from ingest.contract import (
    Chunk,
    ChunkerParameters,
    DocumentEntry,
    IndexManifest,
    ParsedDocument,
    ReportRow,
    hash_of_corpus,
)
from ingest.embed import SPARSE_VERSION, Embedder, vocabulary
from ingest.errors import IndexMismatchError, IndexMissingError
from ingest.known_vectors import KnownVectors
from ingest.plan import Plan, make_plan
from ingest.progress import Progress
from ingest.sources import Reading, nobodys
from ingest.store import SCHEMA_VERSION
from ingest.store.port import Build, BuildWriter, CopyWriter, Store, WholeBuild
from ingest.store.values import BuildVersions
from ingest.tenants import SHARED, tenant_of, tenants_in, tenants_of

DOCUMENTS_A_BATCH = 8
MOST_REMOVED = 0.5
"""Of the chunks of a build that was written from nothing, so many may be gone from the copies made of it."""


@dataclass
class Run:
    """One ingest: what it works with, and what it has made so far; good for once."""

    store: Store
    embedder: Embedder
    collection: str
    parameters: ChunkerParameters
    progress: Progress
    entries: list[DocumentEntry] = field(default_factory=list)
    rows: list[ReportRow] = field(default_factory=list)
    words: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    parsed: list[ParsedDocument] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    removed_chunks: int = 0

    def converge(
        self,
        reading: Reading,
        found: WholeBuild | None,
        stack: ExitStack,
        *,
        replaces: Callable[[DocumentEntry], bool],
        beside: bool = False,
        from_nothing: bool = False,
    ) -> IndexManifest:
        """Return the manifest of a build with the reading, and with what that leaves of the live one.

        Args:
            reading: The documents under the names that the collection has for them.
            found: The live build, whatever made it.
            stack: Closes what is opened.
            replaces: Whether the reading stands for a document of the live build.
            beside: Leave the live build in force.
            from_nothing: Begin with no copy of the live build, whatever that costs.

        Raises:
            IndexMismatchError: The live build is damaged, and was opened without a look at its points.
        """
        live = found if found and self.would_make(found.manifest) else None
        if found and not live:
            reading = _with_others(reading, found, replaces)
        plan = make_plan(reading, live.manifest if live else None, replaces=replaces)
        if live and not (plan.changed or plan.deleted or plan.moved):
            self.store.settle(self.collection)
            self.store.open(self.collection).close()  # nobody looked into its points so far
            return _settled(live.manifest, plan)
        return self.build(plan, live, found, stack, beside=beside, from_nothing=from_nothing)

    def open_live(self, stack: ExitStack, *, check: bool) -> WholeBuild | None:
        """Return the live build, whatever parameters made it, if it can be read.

        Without the check its points may be damaged; using them raises IndexMismatchError then.
        """
        try:
            live = self.store.open(self.collection, check=check)
        except (IndexMissingError, IndexMismatchError):
            return None
        stack.callback(live.close)
        return live

    def would_make(self, made: IndexManifest) -> bool:
        """Return whether a build was made by the parameters in force; another is rebuilt whole."""
        tells_tenants = made.tenants is not None
        return tells_tenants and self.would_embed(made) and made.layout == self.store.layout

    def would_embed(self, made: IndexManifest) -> bool:
        """Return whether a build has the chunks and vectors that the parameters in force make."""
        return (made.embed_model_version, made.sparse, made.chunker) == (
            self.embedder.version,
            SPARSE_VERSION,
            self.parameters,
        )

    def build(
        self,
        plan: Plan,
        live: WholeBuild | None,
        found: WholeBuild | None,
        stack: ExitStack,
        *,
        beside: bool,
        from_nothing: bool,
    ) -> IndexManifest:
        """Write a new build and publish it.

        Args:
            plan: What it will hold.
            live: The live build, if it was made by the parameters in force.
            found: The live build, whatever made it.
            stack: Closes what is opened.
            beside: Leave the live build in force.
            from_nothing: Begin with no copy of the live build.
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
        copied = self._begin_copy(live, name, versions) if live and not from_nothing else None
        writer = copied or self.store.begin(self.collection, name, versions=versions)
        usable = found if found and not copied and self.would_embed(found.manifest) else None
        earlier = [build for build in (usable, unfinished) if build]
        try:
            self.entries += plan.kept.values()
            if live and copied:
                self._renew(plan, live, earlier, copied)
            else:
                if live:
                    self._carry_over(plan, live, writer)
                self._embed(plan, earlier, writer, keep=_none)
            manifest = self._manifest(name, plan)
            for tenant in {SHARED, *self.words}:
                writer.set_vocabulary(self.words[tenant], tenant=tenant)
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

    def _renew(self, plan: Plan, live: WholeBuild, earlier: Sequence[Build], writer: CopyWriter) -> None:
        """Put what changed in the place of what a copy of the live build holds of it."""
        outdated = [entry.name for entry in live.manifest.documents if entry.name not in plan.kept]
        old = writer.chunks_of(outdated)
        for tenant in (SHARED, *tenants_of(live.manifest)):
            self.words[tenant].update(live.vocabulary_of(tenant))
        for chunk in old:
            self.words[tenant_of(chunk.document)].subtract(vocabulary([chunk]))
        writer.remove(documents=outdated, chunks=())
        self._embed(plan, earlier, writer, keep=writer.keep)
        for tenant, words in self.words.items():
            self.words[tenant] = +words  # without those that no chunk holds any more
        gone = {chunk.id for chunk in old} - self.held
        writer.remove(documents=(), chunks=gone)
        self.removed_chunks = live.manifest.removed_chunks + len(gone)

    def _carry_over(self, plan: Plan, live: Build, writer: BuildWriter) -> None:
        for ids in batches(sorted(live.chunk_ids()), CHUNKS_A_BATCH):
            kept = [chunk for chunk in live.chunks(ids).values() if chunk.document in plan.kept]
            vectors = live.vectors([chunk.id for chunk in kept])
            if kept:
                writer.add(kept, [vectors[chunk.id] for chunk in kept])
                self._count_words(kept)
        writer.add_documents(live.document(name) for name in sorted(plan.kept))

    def _embed(
        self,
        plan: Plan,
        earlier: Sequence[Build],
        writer: BuildWriter,
        *,
        keep: Callable[[Sequence[Chunk]], set[str]],
    ) -> None:
        from ingest.adapter import (
            BuildVectorStore,
            ChunkEmbedder,
            HandbookDocument,
            HandbookNodeParser,
            make_pipeline,
        )
        from ingest.cut_ahead import CutAhead

        self.progress.start(len(plan.changed), sum(len(document.text) for document in plan.changed))
        known, store = KnownVectors(earlier), BuildVectorStore(writer)
        with CutAhead(plan.changed, self.parameters) as cut:
            steps = [
                HandbookNodeParser(cut, self._on_parsed),
                ChunkEmbedder(
                    embedder=self.embedder, keep=keep, known=known, written=store, on_held=self._on_held
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

    def _on_held(self, chunk: Chunk) -> None:
        self._count_words([chunk])
        self.held.add(chunk.id)
        self.progress.chunk(chunk.end - chunk.start)

    def _count_words(self, chunks: Iterable[Chunk]) -> None:
        for chunk in chunks:
            self.words[tenant_of(chunk.document)].update(vocabulary([chunk]))

    def _manifest(self, build: str, plan: Plan) -> IndexManifest:
        entries = tuple(sorted(self.entries, key=lambda entry: entry.name))
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
            corpus_hash=hash_of_corpus(entries),
            documents=entries,
            tenants=tenants_in(entries),
            chunks=sum(entry.chunks for entry in entries),
            questions=sum(entry.questions for entry in entries),
            added=plan.added,
            updated=plan.updated,
            deleted=plan.deleted,
            unchanged=len(plan.kept),
            removed_chunks=self.removed_chunks,
            report=(*plan.rows, *self.rows),
        )


def _with_others(reading: Reading, found: Build, replaces: Callable[[DocumentEntry], bool]) -> Reading:
    """Return the reading with what a build holds besides what it stands for, as it was read then."""
    names = {document.name for document in reading.documents}
    others = (
        found.document(entry.name).document.model_copy(update={"root": entry.root})
        for entry in found.manifest.documents
        if not replaces(entry)
    )
    if found.manifest.tenants is None:  # nobody's, whatever it is called
        others = (nobodys(document) for document in others)
    kept = tuple(document for document in others if document.name not in names)
    return reading._replace(documents=(*reading.documents, *kept))


def _settled(manifest: IndexManifest, plan: Plan) -> IndexManifest:
    return manifest.model_copy(
        update={"added": (), "updated": (), "deleted": (), "unchanged": len(plan.kept), "report": plan.rows}
    )


def _none(_: Sequence[Chunk]) -> set[str]:
    return set()
