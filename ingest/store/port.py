"""What the pipelines ask of an index, whichever engine holds it.

A collection is a row of builds. A build is written once, published, and never changed; exactly one build
of a collection is live. A reader that has opened a build keeps reading it after another goes live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ingest.contract import Chunk, IndexManifest, ParsedDocument
from ingest.store.values import (
    BuildState,
    BuildVersions,
    ChunkVectors,
    Engine,
    Filter,
    Leg,
    RankedId,
    Vector,
)


class Build(Protocol):
    """A published build, read only and safe to share between threads."""

    @property
    def manifest(self) -> IndexManifest:
        """The manifest it was published with. Raises IndexMissingError if it never was."""
        ...

    def search(
        self,
        legs: Sequence[Leg],
        *,
        limit: int,
        rrf_k: int,
        where: Filter,
        among: Sequence[str] | None = None,
        exact: bool = False,
    ) -> list[RankedId]:
        """Return at most `limit` chunks, best first, fused inside the engine by reciprocal ranks.

        The score is the sum of weight / (rrf_k + rank) over the legs, ranks counted from 1. A single leg
        is not fused: its own scores come back. A leg with an empty sparse query brings nothing, and what
        is left of several legs is still fused. No leg gives no hits; nor does a filter field without
        accepted values. The filter, and the ids to choose `among` if they are given, are applied before the
        vector search. The order is deterministic.

        An `exact` search compares with every vector where a large index would walk a graph, or look at
        coarse copies first.

        Raises:
            ValueError: The filter names an unknown field.
            IndexMismatchError: A dense query has another dimension than the index.
        """
        ...

    def search_each(
        self, legs: Sequence[Leg], *, where: Filter, among: Sequence[str] | None = None
    ) -> list[list[RankedId]]:
        """Return what each leg brings by itself, with its own scores: `search` of one leg, in one request.

        Raises:
            ValueError, IndexMismatchError: As `search`.
        """
        ...

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks of these ids; an unknown id is absent."""
        ...

    def vectors(self, ids: Sequence[str]) -> dict[str, ChunkVectors]:
        """Return the stored vectors of these ids; an unknown id is absent."""
        ...

    def titles(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the title vectors of these ids; an unknown id is absent."""
        ...

    def chunk_ids(self) -> dict[str, str]:
        """Return content hash by chunk id, for all chunks."""
        ...

    def document(self, name: str) -> ParsedDocument:
        """Return a document with its text and sections. Raises KeyError if it is not in the build."""
        ...

    def vocabulary(self) -> dict[str, int]:
        """Return how many chunks hold each word, lower case and unstemmed."""
        ...

    def close(self) -> None:
        """Release files and connections; idempotent."""
        ...


class WholeBuild(Build, Protocol):
    """A published build with everything in it, whoever's it is: for whoever makes, copies and checks builds.

    Who answers questions reads a view of it, see `ingest.store.view`. A search's filter may also name
    TENANT_FIELD.
    """

    def tenants_of(self, ids: Sequence[str]) -> dict[str, str]:
        """Return whose the chunks of these ids are, "" for shared ones; an unknown id is absent.

        So is a chunk of a build that was made before its points told.
        """
        ...

    def chunk_ids_of(self, tenant: str) -> dict[str, str]:
        """Return content hash by chunk id for the chunks of a tenant, or for the shared ones.

        They are asked of the points, not of the list of what is complete.
        """
        ...

    def vocabulary_of(self, tenant: str) -> dict[str, int]:
        """Return how many of a tenant's own chunks hold each word, or how many of the shared ones."""
        ...


class BuildWriter(Protocol):
    """A build in the making; invisible to readers until published."""

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors]) -> None:
        """Store chunks with their vectors; `Build.chunk_ids` shows all of them or none.

        Raises:
            ValueError: A length, dimension or id is wrong, or a chunk's document has no version; nothing
                is stored.
        """
        ...

    def add_documents(self, documents: Iterable[ParsedDocument]) -> None:
        """Store documents with text and sections."""
        ...

    def set_vocabulary(self, words: Mapping[str, int], *, tenant: str = "") -> None:
        """Store the vocabulary of the shared chunks, or that of a tenant's own."""
        ...

    def publish(self, manifest: IndexManifest, *, beside: bool = False) -> None:
        """Make this build the live one, atomically, then remove what no reader needs.

        Args:
            manifest: Describes the build.
            beside: Leave the live build in force; this one can be opened by its name and promoted.
        """
        ...

    def abandon(self) -> None:
        """Leave the build unpublished; what it holds is offered by `Store.unfinished`."""
        ...


class CopyWriter(BuildWriter, Protocol):
    """A build in the making that began as a copy of another."""

    def keep(self, chunks: Sequence[Chunk]) -> set[str]:
        """Give those of these chunks that the copy holds with the same content their new place in the text.

        Returns their ids. Their vectors stay; the other chunks have to be added.
        """
        ...

    def chunks_of(self, documents: Iterable[str]) -> list[Chunk]:
        """Return the chunks of these documents."""
        ...

    def remove(self, *, documents: Iterable[str], chunks: Iterable[str]) -> None:
        """Remove the texts of documents by name, and chunks by id."""
        ...


class Store(Protocol):
    """All collections of one engine."""

    @property
    def layout(self) -> str:
        """How it lays out what it writes now; the manifest of a build says how that one is."""
        ...

    def open(self, collection: str, build: str = "", *, check: bool = True) -> WholeBuild:
        """Return the live build, or the published one that is named.

        Args:
            collection: Whose.
            build: Its name; empty for the live one.
            check: Look into its points at once, so that damage shows now; else it shows when they are first
                asked for, and whoever asks for the manifest, texts or words alone does not wait for it.

        Raises:
            IndexMissingError: The collection has no published build, or none of this name.
            IndexMismatchError: Its schema version is not this program's, or it is damaged.
            IndexUnreachableError: The server does not answer.
        """
        ...

    def begin(self, collection: str, build: str, *, versions: BuildVersions) -> BuildWriter:
        """Return a writer for a new build.

        Of earlier unfinished builds the fullest stays until this one is published; the others go.

        Raises:
            IndexBusyError: Another process writes to the collection.
            StoreError: A name is not allowed, or the build exists.
        """
        ...

    def begin_copy(
        self, collection: str, build: str, *, source: str, versions: BuildVersions
    ) -> CopyWriter | None:
        """Return a writer for a new build that holds what a published one holds; else as `begin`.

        None if this engine has no quicker way than to write it all again.

        Raises:
            IndexMissingError: There is no published build `source`.
            IndexMismatchError: It is damaged.
        """
        ...

    def unfinished(self, collection: str, *, embed_model_version: str) -> Build | None:
        """Return the fullest build that was begun and never published, to reuse its vectors; or None.

        Only a build that can be read and whose vectors were made by this `embed_model_version` counts. Its
        manifest, documents and vocabulary are not available. Raises IndexBusyError if another process
        writes to the collection.
        """
        ...

    def live(self, collection: str) -> str:
        """Return the name of the live build, or nothing; cheap enough to be asked every second.

        Raises IndexUnreachableError if the server does not answer.
        """
        ...

    def builds(self, collection: str) -> list[BuildState]:
        """Return all builds of a collection, newest name first."""
        ...

    def promote(self, collection: str, build: str) -> None:
        """Make a published build the live one, atomically; the one that was live stays as an earlier one.

        Raises:
            IndexMissingError: There is no published build of this name.
            IndexBusyError: Another process writes to the collection.
        """
        ...

    def settle(self, collection: str) -> None:
        """Do what a writer left undone that was stopped after its build went live: builds nobody needs go.

        Nothing while another process writes to the collection, since that does it as well.
        """
        ...

    def remove(self, collection: str, builds: Sequence[str]) -> None:
        """Remove these builds; an unknown name is no error.

        Raises:
            StoreError: One of them is live; nothing is removed.
            IndexBusyError: Another process writes to the collection.
        """
        ...

    @property
    def engine(self) -> Engine:
        """Which engine it is; files that one wrote with `copy_out` only the same one can read."""
        ...

    def copy_out(self, collection: str, build: str, folder: Path) -> None:
        """Write the files that make a published build again into an empty folder.

        Raises:
            IndexMissingError: There is no published build of this name, or it was removed meanwhile.
            StoreError: The engine cannot give it whole.
        """
        ...

    def copy_in(self, folder: Path, manifest: IndexManifest) -> None:
        """Hold the build that a manifest names, beside, made of the files that `copy_out` wrote.

        An unfinished build of this name is replaced. What the files hold is not checked.

        Raises:
            IndexBusyError: Another process writes to the collection.
            StoreError: There is a published build of this name, or the engine cannot read the files.
        """
        ...

    def collections(self) -> list[str]:
        """Return the names of collections with a live build, sorted."""
        ...

    def drop(self, collection: str) -> None:
        """Remove a collection with all its builds; no error if it is absent.

        Raises IndexBusyError if another process writes to it.
        """
        ...

    def close(self) -> None:
        """Release connections, also those of the builds it opened; idempotent."""
        ...
