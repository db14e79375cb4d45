"""The embedded engine: Qdrant's own core in this process, one folder per build, LIVE names the live one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from ingest.contract import IndexManifest
from ingest.errors import IndexBusyError, IndexMismatchError, IndexMissingError, StoreError
from ingest.store.edge_build import EdgeBuild, open_draft, open_published
from ingest.store.edge_files import (
    BESIDE,
    LIVE,
    MANIFEST,
    CollectionFolder,
    copy_files,
    engine_errors,
    is_refusal,
    sync_files,
    write_durably,
)
from ingest.store.edge_writer import EdgeWriter
from ingest.store.encoding import check_names, parse_manifest
from ingest.store.layout import Layout
from ingest.store.values import BuildState, BuildStatus, BuildVersions, Engine

OPEN_ATTEMPTS = 5

OPTIMISE_ABOVE_CHUNKS = 20_000
"""Up to here comparing with every vector takes about a millisecond and misses nothing (decision 0003)."""


class EdgeStore:
    """All collections below one folder."""

    def __init__(
        self,
        index_dir: Path,
        layout: Layout | None = None,
        *,
        optimise_above_chunks: int = OPTIMISE_ABOVE_CHUNKS,
    ) -> None:
        self._index_dir = index_dir.resolve()
        self._layout = layout or Layout()
        self._optimise_above_chunks = optimise_above_chunks

    @property
    def layout(self) -> str:
        """How it lays out what it writes now."""
        return self._layout.version

    def open(self, collection: str, build: str = "", *, check: bool = True) -> EdgeBuild:
        """Return the live build, or the published one that is named; see the port."""
        folder = self._folder(collection)
        if build:
            self._check_published(folder, build)
            return open_published(folder.build(build), collection, self._layout, check=check)
        for attempt in range(OPEN_ATTEMPTS):
            live = folder.live()
            if not live:
                break
            try:
                return open_published(folder.build(live), collection, self._layout, check=check)
            except IndexMismatchError:
                raise
            except StoreError as error:
                if is_refusal(error):
                    raise
                # Two publishes since LIVE was read may have removed this build; else it is damaged.
                if attempt == OPEN_ATTEMPTS - 1 or folder.live() == live:
                    raise IndexMismatchError(f"collection {collection!r} cannot be read: {error}") from error
        raise IndexMissingError(f"there is no collection {collection!r} in {str(self._index_dir)!r}")

    def begin(self, collection: str, build: str, *, versions: BuildVersions) -> EdgeWriter:
        """Return a writer for a new build; see the port."""
        return self._begin(collection, build, versions)

    def begin_copy(self, collection: str, build: str, *, source: str, versions: BuildVersions) -> EdgeWriter:
        """Return a writer for a new build that begins as a copy of a published one; see the port."""
        self._check_published(self._folder(collection), source)
        return self._begin(collection, build, versions, source)

    def _begin(self, collection: str, build: str, versions: BuildVersions, source: str = "") -> EdgeWriter:
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
                return EdgeWriter(
                    folder, build, versions, lock, self._layout, optimise_above_chunks=above, source=source
                )
            except BaseException:
                lock.close()
                raise

    def unfinished(self, collection: str, *, embed_model_version: str) -> EdgeBuild | None:
        """Return the fullest draft made by this model version, or None; see the port."""
        folder = self._folder(collection)
        with engine_errors(folder.root):
            begun = folder.drafts()
        if not begun:
            return None
        with engine_errors(folder.root), closing(folder.lock()):
            name = folder.fullest_draft(embed_model_version)
            mark = folder.drafts().get(name)
            try:
                return open_draft(folder.build(name), mark.dimension, self._layout) if mark else None
            except StoreError:
                return None  # what cannot be read is embedded again

    def live(self, collection: str) -> str:
        """Return the name of the live build, or nothing."""
        folder = self._folder(collection)
        with engine_errors(folder.root):
            return folder.live()

    def builds(self, collection: str) -> list[BuildState]:
        """Return all builds of a collection, newest name first."""
        folder = self._folder(collection)
        with engine_errors(folder.root):
            return [
                BuildState(name, status := folder.status(name), _manifest(folder, name, status))
                for name in reversed(folder.names())
            ]

    def promote(self, collection: str, build: str) -> None:
        """Make a published build the live one; see the port."""
        folder = self._folder(collection)
        self._check_published(folder, build)
        with engine_errors(folder.root), closing(folder.lock()):
            folder.settle()  # or the mark of one that was stopped would show the old build as never live
            folder.set_live(build)
            folder.settle()

    def settle(self, collection: str) -> None:
        """Do what a writer left undone that was stopped after its build went live; see the port."""
        folder = self._folder(collection)
        with engine_errors(folder.root), suppress(IndexBusyError):
            if not folder.is_settled():
                with closing(folder.lock()):
                    folder.settle()

    def remove(self, collection: str, builds: Sequence[str]) -> None:
        """Remove these builds; see the port."""
        folder = self._folder(collection)
        known = [name for name in folder.names() if name in builds]
        if not known:
            return
        with engine_errors(folder.root), closing(folder.lock()):
            if folder.live() in known:
                raise StoreError(f"build {folder.live()!r} of collection {collection!r} is live")
            for name in known:
                folder.discard(folder.build(name))

    def _check_published(self, folder: CollectionFolder, build: str) -> None:
        with engine_errors(folder.root):
            published = folder.is_published(build)
        if not published:
            raise IndexMissingError(f"collection {folder.name!r} has no published build {build!r}")

    @property
    def engine(self) -> Engine:
        """Which engine it is."""
        return "edge"

    def copy_out(self, collection: str, build: str, folder: Path) -> None:
        """Write the files that make a published build again into an empty folder; see the port."""
        held = self._folder(collection)
        self._check_published(held, build)
        with engine_errors(held.root):
            copy_files(held.build(build), folder)

    def copy_in(self, folder: Path, manifest: IndexManifest) -> None:
        """Hold a build beside, made of the files that `copy_out` wrote; see the port."""
        check_names(manifest.collection, manifest.build)
        held = self._folder(manifest.collection)
        with engine_errors(held.root), closing(held.lock()):
            held.clear(manifest.build)
            path = held.build(manifest.build)
            path.mkdir(parents=True)
            copy_files(folder, path)
            sync_files(path)
            write_durably(path / BESIDE, "")
            write_durably(path / MANIFEST, manifest.model_dump_json(indent=1))  # from now on it is published

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


def _manifest(folder: CollectionFolder, build: str, status: BuildStatus) -> IndexManifest | None:
    if status == "unfinished":
        return None
    try:
        return parse_manifest((folder.build(build) / MANIFEST).read_bytes(), folder.name)
    except (FileNotFoundError, IndexMismatchError):
        return None
