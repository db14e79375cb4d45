"""The server engine: an alias of the collection's name points at the build that is live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import structlog

from ingest.contract import IndexManifest
from ingest.errors import (
    IndexBusyError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnreachableError,
    StoreError,
)
from ingest.settings import IndexSettings
from ingest.store.encoding import check_names, parse_manifest
from ingest.store.layout import Layout
from ingest.store.server_build import ServerBuild
from ingest.store.server_collection import ServerCollection, live_build
from ingest.store.server_connection import Connection
from ingest.store.server_copy import ServerCopyWriter
from ingest.store.server_lease import Lease
from ingest.store.server_library import BESIDE, DRAFT, MANIFEST
from ingest.store.server_snapshots import LIBRARY_FILE, POINTS_FILE, Snapshots
from ingest.store.server_writer import ServerWriter
from ingest.store.values import BuildState, BuildStatus, BuildVersions, Engine

OPEN_ATTEMPTS = 5


class ServerStore:
    """All collections of this program on one Qdrant server."""

    def __init__(self, settings: IndexSettings) -> None:
        self._connection = Connection(settings)
        self._snapshots = Snapshots(self._connection)
        self._layout = Layout.of(settings)

    @property
    def layout(self) -> str:
        """How it lays out what it writes now."""
        return self._layout.version

    def open(self, collection: str, build: str = "", *, check: bool = True) -> ServerBuild:
        """Return the live build, or the one that is named; see the port. A read-only API key is enough.

        The server answers for what it holds, so there is nothing to check.
        """
        del check
        on_server = self._collection(collection)
        if build:
            self._check_published(on_server, build)
            return self._published(on_server, build)
        for attempt in range(OPEN_ATTEMPTS):
            live = on_server.live()
            if not live:
                break
            try:
                return self._published(on_server, live)
            except IndexMissingError:
                # Two publishes since the alias was read may have removed this build.
                if attempt == OPEN_ATTEMPTS - 1 or on_server.live() == live:
                    raise
        raise IndexMissingError(f"there is no collection {collection!r} on {self._connection.url}")

    def _published(self, collection: ServerCollection, build: str) -> ServerBuild:
        library = collection.library(build)
        text = library.get(MANIFEST)
        if text is None:
            raise IndexMissingError(f"build {build!r} of collection {collection.name!r} has no manifest")
        manifest = parse_manifest(text, collection.name)
        return ServerBuild(
            self._connection,
            collection.points(build),
            library,
            self._layout,
            dimension=manifest.dimension,
            manifest=manifest,
        )

    def begin(self, collection: str, build: str, *, versions: BuildVersions) -> ServerWriter:
        """Return a writer for a new build; see the port."""
        on_server = self._collection(collection)
        lease = self._begin(on_server, build, versions)
        try:
            return ServerWriter(on_server, build, versions, lease, self._layout)
        except BaseException:
            lease.close()
            raise

    def begin_copy(
        self, collection: str, build: str, *, source: str, versions: BuildVersions
    ) -> ServerCopyWriter | None:
        """Return a writer for a new build that begins as a copy of a published one; see the port.

        None on a cluster, and on a server that does not reach itself at the address that we use.
        """
        on_server = self._collection(collection)
        self._check_published(on_server, source)
        if not self._snapshots.is_whole():
            return None
        lease = self._begin(on_server, build, versions)
        try:
            return ServerCopyWriter(
                on_server, build, versions, lease, self._layout, snapshots=self._snapshots, source=source
            )
        except IndexUnreachableError as error:
            structlog.get_logger().warning("index_not_copied", collection=collection, reason=str(error))
            with closing(lease):
                on_server.discard(build)
            return None
        except BaseException:
            lease.close()
            raise

    def _begin(self, collection: ServerCollection, build: str, versions: BuildVersions) -> Lease:
        """Return the lease, taken; what earlier writers left is in order."""
        check_names(collection.name, build)
        self._check_free(collection, build)
        lease = Lease(self._connection, collection.lock, collection.name)
        lease.acquire()
        try:
            collection.settle()
            drafts = collection.drafts()
            kept = collection.fullest_draft(versions.embed_model_version)
            for draft in drafts.keys() - {kept}:
                collection.discard(draft)
        except BaseException:
            lease.close()
            raise
        return lease

    def _check_free(self, collection: ServerCollection, build: str) -> None:
        names, aliases = self._connection.names(), self._connection.aliases()
        if collection.name in names or (collection.name in aliases and not collection.live()):
            raise StoreError(
                f"{collection.name!r} on {self._connection.url} belongs to another program",
                hint="Name another collection with COACH_COLLECTION.",
            )
        if collection.points(build) in names:
            raise StoreError(f"build {build!r} of collection {collection.name!r} exists")

    def unfinished(self, collection: str, *, embed_model_version: str) -> ServerBuild | None:
        """Return the fullest draft made by this model version, or None; see the port."""
        on_server = self._collection(collection)
        drafts = on_server.drafts()
        if not drafts:
            return None
        with self._writing(on_server):
            name = on_server.fullest_draft(embed_model_version)
        if name not in drafts:
            return None
        points, library = on_server.points(name), on_server.library(name)
        dimension = drafts[name].dimension
        return ServerBuild(
            self._connection, points, library, self._layout, dimension=dimension, manifest=None
        )

    def live(self, collection: str) -> str:
        """Return the name of the live build, or nothing."""
        return self._collection(collection).live()

    def builds(self, collection: str) -> list[BuildState]:
        """Return all builds of a collection, newest name first."""
        on_server = self._collection(collection)
        return [
            BuildState(name, status := on_server.status(name), self._manifest(on_server, name, status))
            for name in reversed(on_server.builds())
        ]

    def promote(self, collection: str, build: str) -> None:
        """Make a published build the live one; see the port."""
        on_server = self._collection(collection)
        self._check_published(on_server, build)
        with self._writing(on_server) as lease:
            on_server.settle()  # or the mark of one that was stopped would show the old build as never live
            lease.confirm()
            on_server.set_live(build)
            on_server.settle()

    def settle(self, collection: str) -> None:
        """Do what a writer left undone that was stopped after its build went live; see the port."""
        on_server = self._collection(collection)
        if not on_server.is_settled():
            with suppress(IndexBusyError), self._writing(on_server):
                on_server.settle()

    def remove(self, collection: str, builds: Sequence[str]) -> None:
        """Remove these builds; see the port."""
        on_server = self._collection(collection)
        known = [name for name in on_server.builds() if name in builds]
        if not known:
            return
        with self._writing(on_server):
            if on_server.live() in known:
                raise StoreError(f"build {on_server.live()!r} of collection {collection!r} is live")
            for name in known:
                on_server.discard(name)

    @contextmanager
    def _writing(self, collection: ServerCollection) -> Iterator[Lease]:
        with closing(Lease(self._connection, collection.lock, collection.name)) as lease:
            lease.acquire()
            yield lease

    def _check_published(self, collection: ServerCollection, build: str) -> None:
        if not collection.is_published(build):
            raise IndexMissingError(f"collection {collection.name!r} has no published build {build!r}")

    def _manifest(
        self, collection: ServerCollection, build: str, status: BuildStatus
    ) -> IndexManifest | None:
        text = collection.library(build).get(MANIFEST) if status != "unfinished" else None
        try:
            return parse_manifest(text, collection.name) if text else None
        except IndexMismatchError:
            return None

    @property
    def engine(self) -> Engine:
        """Which engine it is."""
        return "server"

    def copy_out(self, collection: str, build: str, folder: Path) -> None:
        """Write the files that make a published build again into an empty folder; see the port."""
        on_server = self._collection(collection)
        self._check_published(on_server, build)
        self._snapshots.save(on_server.points(build), folder / POINTS_FILE)
        self._snapshots.save(on_server.library_name(build), folder / LIBRARY_FILE)

    def copy_in(self, folder: Path, manifest: IndexManifest) -> None:
        """Hold a build beside, made of the files that `copy_out` wrote; see the port."""
        check_names(manifest.collection, manifest.build)
        on_server, build = self._collection(manifest.collection), manifest.build
        with self._writing(on_server):
            if build in on_server.builds() and not on_server.is_published(build):
                on_server.discard(build)
            self._check_free(on_server, build)
            self._snapshots.load(on_server.library_name(build), folder / LIBRARY_FILE)
            library = on_server.library(build)
            library.put(BESIDE, "", "{}")
            library.put(MANIFEST, "", manifest.model_dump_json())
            library.remove(DRAFT)
            self._snapshots.load(on_server.points(build), folder / POINTS_FILE)  # now it counts as whole

    def collections(self) -> list[str]:
        """Return the names of collections with a live build, sorted."""
        aliases = self._connection.aliases()
        return sorted(name for name in aliases if live_build(name, aliases))

    def drop(self, collection: str) -> None:
        """Remove a collection with all its builds; see the port. What others made stays."""
        on_server = self._collection(collection)
        if not on_server.builds():
            return
        lease = Lease(self._connection, on_server.lock, collection)
        lease.acquire()
        try:
            on_server.remove_alias()
            for build in on_server.builds():
                on_server.discard(build)
        except BaseException:
            lease.close()
            raise
        with self._connection.errors() as to:
            to.client.delete_collection(on_server.lock)

    def close(self) -> None:
        """Close the connection, also that of the builds it opened; idempotent."""
        self._connection.client.close()

    def _collection(self, name: str) -> ServerCollection:
        check_names(name)
        return ServerCollection(self._connection, name)
