"""A build on a Qdrant server as files, and back: one snapshot of its points and one of its library.

A copy of a collection on the server itself is a snapshot too, which never leaves it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
from qdrant_client import models

from ingest.errors import IndexUnreachableError, StoreError
from ingest.store.server_connection import Connection

POINTS_FILE, LIBRARY_FILE = "points.snapshot", "library.snapshot"
SNAPSHOT_TIMEOUT_S = 3600.0
"""Of one call; a snapshot is written, read or loaded whole before the server says another word."""


class Snapshots:
    """Takes and loads snapshots on one server; a collection's shards must all be on it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._api_key = connection.settings.qdrant_api_key.get_secret_value()
        self._patient = connection.settings.model_copy(update={"qdrant_timeout_s": SNAPSHOT_TIMEOUT_S})

    def is_whole(self) -> bool:
        """Return whether the server is no node of a cluster, whose snapshots lack what is on the others."""
        with self._connection.errors() as to:
            status = to.client.cluster_status()
        return not isinstance(status, models.ClusterStatusOneOf1) or len(status.peers) <= 1

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Give a connection that waits for a snapshot. Raises StoreError if the server is one of several."""
        if not self.is_whole():
            raise StoreError(
                "a snapshot on one node of a cluster lacks the shards of the others",
                hint="Copy the live build to a folder with 'coach index move', and back that up.",
            )
        patient = Connection(self._patient)
        with closing(patient.client), patient.errors():
            yield patient

    def save(self, collection: str, file: Path) -> None:
        """Write a collection to a file. Raises StoreError if what arrives is not what was sent."""
        with self._connected() as to:
            made = to.client.create_snapshot(collection, wait=True)
            if made is None:
                raise StoreError(f"Qdrant at {to.url} made no snapshot of {collection!r}")
            try:
                received = self._fetch(to, f"collections/{collection}/snapshots/{made.name}", file)
            finally:
                to.client.delete_snapshot(collection, made.name)
        if made.checksum and made.checksum != received:
            raise StoreError(f"the snapshot of {collection!r} did not arrive whole", hint="Try again.")

    def _fetch(self, to: Connection, path: str, file: Path) -> str:
        """Return the sha256 of a file of the server, written here; the vendor's client has no such call."""
        digest = hashlib.sha256()
        headers = {"api-key": self._api_key} if self._api_key else {}
        url = f"{to.client.http.client.host.rstrip('/')}/{path}"
        try:
            with (
                httpx.stream("GET", url, headers=headers, timeout=SNAPSHOT_TIMEOUT_S) as response,
                file.open("wb") as stream,
            ):
                response.raise_for_status()
                for part in response.iter_bytes():
                    digest.update(part)
                    stream.write(part)
        except httpx.HTTPError as error:
            raise IndexUnreachableError(f"Qdrant at {to.url} does not give its snapshot: {error}") from error
        return digest.hexdigest()

    def count_shards(self, collection: str) -> int:
        """Return how many shards a collection has."""
        with self._connection.errors() as to:
            return to.client.get_collection(collection).config.params.shard_number or 1

    def copy(self, source: str, target: str) -> None:
        """Put what a collection holds in the place of what another one with the same parts and shards holds.

        The server fetches it from itself as a stream, so that a stop on the way leaves no file behind.

        Raises:
            StoreError: The server is one of several.
            IndexUnreachableError: It does not reach itself at the address that we use.
        """
        shards = self.count_shards(source)
        with self._connected() as to:
            held = f"{to.client.http.client.host.rstrip('/')}/collections/{source}"
            for shard in range(shards):
                to.client.recover_shard_snapshot(
                    target,
                    shard,
                    f"{held}/shards/{shard}/snapshot",
                    api_key=self._api_key or None,
                    priority=models.SnapshotPriority.SNAPSHOT,
                    wait=True,
                )

    def load(self, collection: str, file: Path) -> None:
        """Make a collection of a file that `save` wrote."""
        with self._connected() as to, file.open("rb") as stream:
            to.client.http.snapshots_api.recover_from_uploaded_snapshot(
                collection, wait=True, priority=models.SnapshotPriority.SNAPSHOT, snapshot=stream
            )
