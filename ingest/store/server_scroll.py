"""All points of a collection on a server whose payload has some value, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from qdrant_client import models

from ingest.store.server_connection import Connection

POINTS_A_PAGE = 2000


def scroll(
    connection: Connection, name: str, field: str, accepted: Iterable[str], payload: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield id and these keys of the payload of each point whose field has one of the accepted values."""
    wanted = models.FieldCondition(key=field, match=models.MatchAny(any=[*accepted]))
    offset = None
    while True:
        with connection.errors() as to:
            page, offset = to.client.scroll(
                name,
                models.Filter(must=[wanted]),
                limit=POINTS_A_PAGE,
                offset=offset,
                with_payload=payload,
                consistency=to.consistency,
            )
        yield from ((str(one.id), one.payload or {}) for one in page)
        if offset is None:
            return
