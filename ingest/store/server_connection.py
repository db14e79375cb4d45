"""The connection to a Qdrant server: names, limits and errors of everything that is sent to it."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from ingest.errors import IndexMissingError, IndexUnreachableError
from ingest.settings import IndexSettings

POINTS_PER_REQUEST = 128

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
NOT_FOUND = 404
MAX_SAID_BYTES = 200


class Connection:
    """One client for one server; safe to share between threads.

    Attributes:
        client: The vendor's client; use it within `errors`.
        url: The server's address as messages show it, without credentials.
    """

    def __init__(self, settings: IndexSettings) -> None:
        parts = urlsplit(settings.qdrant_url)
        self.url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        with warnings.catch_warnings():
            if parts.hostname in LOOPBACK:  # no one can listen in between
                warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
            try:
                self.client = QdrantClient(
                    url=settings.qdrant_url,
                    api_key=settings.qdrant_api_key.get_secret_value() or None,
                    timeout=math.ceil(settings.qdrant_timeout_s),
                    check_compatibility=False,  # it would ask the server before anyone wants something
                )
            except ValueError as error:
                raise IndexUnreachableError(f"{self.url!r} is not the address of a Qdrant server") from error

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


def _said(error: UnexpectedResponse) -> str:
    """Return the server's own words, or the beginning of what it sent instead."""
    try:
        return str(json.loads(error.content)["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return error.content[:MAX_SAID_BYTES].decode(errors="replace") or error.reason_phrase
