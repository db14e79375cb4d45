"""LlamaIndex's own Qdrant hybrid store, as one of the systems compared."""

from __future__ import annotations

import time
from typing import Any

from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import TextNode
from llama_index.vector_stores.qdrant import QdrantVectorStore
from pydantic import PrivateAttr
from qdrant_client import QdrantClient, models

from coach.settings import Settings
from ingest.contract import Chunk
from tests.peers.system import LIMIT, System, Weights, cut_corpus, text_of, weigh


class SameWeights(BaseEmbedding):
    """The weights that ours embeds with, as LlamaIndex uses any."""

    _weights: Any = PrivateAttr()

    def __init__(self, settings: Settings) -> None:
        super().__init__(model_name=settings.embed_model)
        self._weights = Weights(settings)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._weights.embed(texts)
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def llama_index(url: str, settings: Settings) -> System:
    """Return the store on a Qdrant server, with the handbook in it."""
    chunks = cut_corpus(settings)
    store = QdrantVectorStore(
        "llama-index",
        client=QdrantClient(url=url),
        enable_hybrid=True,
        sparse_doc_fn=_weigh_all,
        sparse_query_fn=_weigh_all,
        sparse_config=models.SparseVectorParams(modifier=models.Modifier.IDF),
    )
    embedding = SameWeights(settings)
    embedding.get_query_embedding("warm up")
    nodes = [TextNode(id_=one.id, text=text_of(one)) for one in chunks.values()]
    began = time.perf_counter()
    vectors = embedding.get_text_embedding_batch([node.text for node in nodes])
    store.add([node.model_copy(update={"embedding": one}) for node, one in zip(nodes, vectors, strict=True)])
    ingest_s = time.perf_counter() - began
    retriever = VectorStoreIndex.from_vector_store(store, embed_model=embedding).as_retriever(
        vector_store_query_mode="hybrid",
        similarity_top_k=settings.dense_limit,
        sparse_top_k=settings.sparse_limit,
        hybrid_top_k=LIMIT,
    )

    def find(question: str) -> list[Chunk]:
        return [chunks[found.node.node_id] for found in retriever.retrieve(question)]

    return System("LlamaIndex's Qdrant hybrid store", ingest_s, find)


def _weigh_all(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
    weighed = [weigh(text) for text in texts]
    return [[*one.indices] for one in weighed], [[*one.values] for one in weighed]
