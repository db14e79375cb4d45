"""The embedded engine: Qdrant's own core in this process, one folder per build, LIVE names the live one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ingest.errors import IndexMismatchError, IndexMissingError, StoreError
from ingest.store.edge_build import EdgeBuild, open_draft, open_published
from ingest.store.edge_files import LIVE, CollectionFolder, engine_errors
from ingest.store.edge_writer import EdgeWriter
from ingest.store.encoding import check_names
from ingest.store.port import BuildVersions

OPEN_ATTEMPTS = 5

OPTIMISE_ABOVE_CHUNKS = 20_000
"""Up to here comparing with every vector takes about a millisecond and misses nothing (decision 0003)."""


class EdgeStore:
    """All collections below one folder."""

    def __init__(self, index_dir: Path, *, optimise_above_chunks: int = OPTIMISE_ABOVE_CHUNKS) -> None:
        self._index_dir = index_dir.resolve()
        self._optimise_above_chunks = optimise_above_chunks

    def open(self, collection: str) -> EdgeBuild:
        """Return the live build; see the port."""
        folder = self._folder(collection)
        for attempt in range(OPEN_ATTEMPTS):
            live = folder.live()
            if not live:
                break
            try:
                return open_published(folder.build(live), collection)
            except IndexMismatchError:
                raise
            except StoreError as error:
                # Two publishes since LIVE was read may have removed this build; else it is damaged.
                if attempt == OPEN_ATTEMPTS - 1 or folder.live() == live:
                    raise IndexMismatchError(f"collection {collection!r} cannot be read: {error}") from error
        raise IndexMissingError(f"there is no collection {collection!r} in {str(self._index_dir)!r}")

    def begin(self, collection: str, build: str, *, versions: BuildVersions) -> EdgeWriter:
        """Return a writer for a new build; see the port."""
        check_names(collection, build)
        folder = self._folder(collection)
        with engine_errors(folder.root):
            lock = folder.lock()
            try:
                folder.settle()
                fullest = folder.fullest_draft(versions.embed_model_version)
                for draft in folder.drafts():
                    if draft != fullest:
                        folder.discard(folder.build(draft))
                above = self._optimise_above_chunks
                return EdgeWriter(folder, build, versions, lock, optimise_above_chunks=above)
            except BaseException:
                lock.close()
                raise

    def unfinished(self, collection: str, *, embed_model_version: str) -> EdgeBuild | None:
        """Return the fullest draft made by this model version, or None; see the port."""
        folder = self._folder(collection)
        if not folder.drafts():
            return None
        with engine_errors(folder.root), closing(folder.lock()):
            name = folder.fullest_draft(embed_model_version)
            mark = folder.drafts().get(name)
            try:
                return open_draft(folder.build(name), mark.dimension) if mark else None
            except StoreError:
                return None  # what cannot be read is embedded again

    def collections(self) -> list[str]:
        """Return the names of collections with a live build, sorted."""
        return sorted(path.parent.name for path in self._index_dir.glob(f"[!.]*/{LIVE}"))

    def drop(self, collection: str) -> None:
        """Remove a collection with all its builds; see the port."""
        folder = self._folder(collection)
        if not folder.root.exists():
            return
        with engine_errors(folder.root), closing(folder.lock()):
            folder.discard(folder.root)

    def close(self) -> None:
        """Do nothing: each build holds its own files."""

    def _folder(self, collection: str) -> CollectionFolder:
        check_names(collection)
        return CollectionFolder(self._index_dir, collection)
