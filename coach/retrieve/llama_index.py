"""Our index under LlamaIndex's own engines: a `BaseRetriever` over the coach's search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

if TYPE_CHECKING:
    from coach.coach import Coach


class HandbookRetriever(BaseRetriever):
    """Finds handbook sections for any LlamaIndex query engine.

    A node's id is the chunk's; its metadata hold document, heading, path, start and end, so that an answer
    built on it can be cited to the character.
    """

    def __init__(self, coach: Coach, *, limit: int = 10) -> None:
        super().__init__()
        self._coach = coach
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._coach.search(query_bundle.query_str, limit=self._limit)
        return [
            NodeWithScore(
                node=TextNode(
                    id_=hit.chunk_id,
                    text=hit.text,
                    metadata=hit.model_dump(
                        mode="json", include={"document", "heading", "path", "start", "end", "question_id"}
                    ),
                ),
                score=hit.score,
            )
            for hit in hits
        ]
