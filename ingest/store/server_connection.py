"""The connection to a Qdrant server: names, limits and errors of everything that is sent to it."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from ingest.errors import IndexMissingError, IndexUnreachableError
from ingest.settings import IndexSettings
from ingest.store.server_failover import FailoverTransport

POINTS_PER_REQUEST = 128
DEFAULT_PORT = 6333

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
NOT_FOUND = 404
MAX_SAID_BYTES = 200


class Connection:
    """One client for one server, or for the nodes of one cluster; safe to share between threads.

    Attributes:
        client: The vendor's client; use it within `errors`.
        url: The addresses as messages show them, without credentials.
        settings: As they were given; they say how collections are spread over a cluster.
    """

    def __init__(self, settings: IndexSettings) -> None:
        self.settings = settings
        addresses = [one.strip() for one in settings.qdrant_url.split(",")]
        parts = [urlsplit(one) for one in addresses]
        self.url = settings.index_place
        with warnings.catch_warnings():
            if all(one.hostname in LOOPBACK for one in parts):  # no one can listen in between
                warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
            try:
                self.client = QdrantClient(
                    url=addresses[0],
                    api_key=settings.qdrant_api_key.get_secret_value() or None,
                    timeout=math.ceil(settings.qdrant_timeout_s),
                    check_compatibility=False,  # it would ask the server before anyone wants something
                    # else each number of each vector is looked at, lest it be a text to embed: four fifths
                    # of the time that writing takes
                    cloud_inference=True,
                    **_failover(addresses, settings.qdrant_timeout_s),
                )
            except (ValueError, httpx.InvalidURL) as error:
                raise IndexUnreachableError(f"{self.url!r} is not the address of a Qdrant server") from error

    def create(self, name: str, *, shards: int | None, **parts: Any) -> None:  # noqa: ANN401 - the vendor's
        """Make a collection of these parts, kept on a cluster as the settings say; use it within `errors`.

        Args:
            name: Of the collection.
            shards: How many it has; None leaves it to the cluster. A server by itself passes over it.
            parts: What the vendor's `create_collection` takes besides.
        """
        self.client.create_collection(
            name,
            shard_number=shards,
            replication_factor=self.settings.qdrant_replicas,
            write_consistency_factor=self.settings.qdrant_write_consistency,
            **parts,
        )

    @property
    def consistency(self) -> models.ReadConsistencyType | None:
        """How many replicas a read asks; None lets the first that answers do."""
        wanted = self.settings.qdrant_read_consistency
        return None if wanted == "one" else models.ReadConsistencyType(wanted)

    @contextmanager
    def errors(self) -> Iterator[Connection]:
        """Turn what the client raises into our errors; messages name the address, never the key.

        Raises:
            IndexMissingError: What was asked for is not there (any more).
            IndexUnreachableError: The server does not answer or refuses the request.
        """
        try:
            yield self
        except UnexpectedResponse as error:
            said = _said(error)
            if error.status_code == NOT_FOUND:
                raise IndexMissingError(f"Qdrant at {self.url}: {said}") from error
            raise IndexUnreachableError(
                f"Qdrant at {self.url} refused the request with status {error.status_code}: {said}"
            ) from error
        except (ApiException, QdrantException) as error:
            raise IndexUnreachableError(f"Qdrant at {self.url} does not answer: {error}") from error
        except json.JSONDecodeError as error:
            raise IndexUnreachableError(f"what answers at {self.url} is not Qdrant") from error

    def names(self) -> set[str]:
        """Return the names of all collections on the server."""
        with self.errors():
            return {one.name for one in self.client.get_collections().collections}

    def aliases(self) -> dict[str, str]:
        """Return what each alias on the server stands for."""
        with self.errors():
            return {one.alias_name: one.collection_name for one in self.client.get_aliases().aliases}


def _failover(addresses: Sequence[str], timeout_s: float) -> dict[str, Any]:
    """Return what a client needs to know of several nodes; nothing for a single one.

    Raises:
        ValueError: They do not stand below the same path.
    """
    if len(addresses) == 1:
        return {}
    nodes = [httpx.URL(one) for one in addresses]
    nodes = [one.copy_with(port=one.port or DEFAULT_PORT) for one in nodes]  # as the client does
    if len({one.path.rstrip("/") for one in nodes}) > 1 or not all(one.host for one in nodes):
        raise ValueError(addresses)
    return {"transport": FailoverTransport(nodes, timeout_s=timeout_s)}


def _said(error: UnexpectedResponse) -> str:
    """Return the server's own words, or the beginning of what it sent instead."""
    try:
        return str(json.loads(error.content)["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return error.content[:MAX_SAID_BYTES].decode(errors="replace") or error.reason_phrase
