"""The server engine: an alias of the collection's name points at the build that is live."""

from __future__ import annotations

from contextlib import closing

from ingest.errors import IndexMissingError, StoreError
from ingest.settings import IndexSettings
from ingest.store.encoding import check_names, parse_manifest
from ingest.store.port import BuildVersions
from ingest.store.server_build import ServerBuild
from ingest.store.server_collection import ServerCollection, live_build
from ingest.store.server_connection import Connection
from ingest.store.server_lease import Lease
from ingest.store.server_library import MANIFEST
from ingest.store.server_writer import ServerWriter

OPEN_ATTEMPTS = 5


class ServerStore:
    """All collections of this program on one Qdrant server."""

    def __init__(self, settings: IndexSettings) -> None:
        self._connection = Connection(settings)

    def open(self, collection: str) -> ServerBuild:
        """Return the live build; see the port. A read-only API key is enough."""
        on_server = self._collection(collection)
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
        points = collection.points(build)
        return ServerBuild(self._connection, points, library, dimension=manifest.dimension, manifest=manifest)

    def begin(self, collection: str, build: str, *, versions: BuildVersions) -> ServerWriter:
        """Return a writer for a new build; see the port."""
        check_names(collection, build)
        on_server = self._collection(collection)
        self._check_free(on_server, build)
        lease = Lease(self._connection, on_server.lock, collection)
        lease.acquire()
        try:
            on_server.settle()
            drafts = on_server.drafts()
            kept = on_server.fullest_draft(versions.embed_model_version)
            for draft in drafts.keys() - {kept}:
                on_server.discard(draft)
            return ServerWriter(on_server, build, versions, lease)
        except BaseException:
            lease.close()
            raise

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
        with closing(Lease(self._connection, on_server.lock, collection)) as lease:
            lease.acquire()
            name = on_server.fullest_draft(embed_model_version)
        if name not in drafts:
            return None
        points, library = on_server.points(name), on_server.library(name)
        dimension = drafts[name].dimension
        return ServerBuild(self._connection, points, library, dimension=dimension, manifest=None)

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
            on_server.keep_only(set())
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
