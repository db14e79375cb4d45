"""All points of the embedded engine whose payload has some value, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import qdrant_edge

POINTS_A_PAGE = 500


def scroll(
    shard: qdrant_edge.EdgeShard, field: str, accepted: Iterable[str], payload: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield id and these keys of the payload of each point whose field has one of the accepted values."""
    wanted = qdrant_edge.FieldCondition(key=field, match=qdrant_edge.MatchAny([*accepted]))
    offset: Any = None
    while True:
        page, offset = shard.scroll(
            qdrant_edge.ScrollRequest(
                offset=offset,
                limit=POINTS_A_PAGE,
                filter=qdrant_edge.Filter(must=[wanted]),
                with_payload=payload,
            )
        )
        yield from ((str(one.id), one.payload or {}) for one in page)
        if offset is None:
            return
