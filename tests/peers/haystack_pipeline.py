"""A Haystack pipeline over its Qdrant store and hybrid retriever, as one of the systems compared."""

from __future__ import annotations

import os
import time

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when it is imported

from haystack import Document, Pipeline, component
from haystack.dataclasses import SparseEmbedding
from haystack_integrations.components.retrievers.qdrant import QdrantHybridRetriever
from haystack_integrations.document_stores.qdrant import QdrantDocumentStore

from coach.settings import Settings
from ingest.batches import batches
from ingest.contract import Chunk
from tests.peers.system import LIMIT, System, Weights, cut_corpus, text_of, weigh

EMBEDDED_TOGETHER = 10
"""As many as LlamaIndex embeds at once unless told otherwise."""


@component
class DenseEmbedder:
    """The weights that ours embeds with, as a part of a pipeline."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, list[float]]:
        """Return the vector of a question."""
        return {"embedding": self._weights.embed([text])[0]}


@component
class SparseEmbedder:
    """The stems of a question."""

    @component.output_types(sparse_embedding=SparseEmbedding)
    def run(self, text: str) -> dict[str, SparseEmbedding]:
        """Return how often each stands in it."""
        return {"sparse_embedding": _sparse(text)}


def haystack(url: str, settings: Settings) -> System:
    """Return the pipeline over a Qdrant server, with the handbook in its store."""
    chunks = cut_corpus(settings)
    weights = Weights(settings)
    [vector] = weights.embed(["warm up"])
    store = QdrantDocumentStore(
        url=url,
        index="haystack",
        embedding_dim=len(vector),
        use_sparse_embeddings=True,
        sparse_idf=True,
        progress_bar=False,
    )
    texts = {one.id: text_of(one) for one in chunks.values()}
    began = time.perf_counter()
    vectors = [each for some in batches([*texts.values()], EMBEDDED_TOGETHER) for each in weights.embed(some)]
    store.write_documents(
        [
            Document(id=one, content=text, embedding=vector, sparse_embedding=_sparse(text))
            for (one, text), vector in zip(texts.items(), vectors, strict=True)
        ]
    )
    ingest_s = time.perf_counter() - began
    pipeline = Pipeline()
    pipeline.add_component("dense", DenseEmbedder(weights))
    pipeline.add_component("sparse", SparseEmbedder())
    pipeline.add_component("retriever", QdrantHybridRetriever(document_store=store, top_k=LIMIT))
    pipeline.connect("dense.embedding", "retriever.query_embedding")
    pipeline.connect("sparse.sparse_embedding", "retriever.query_sparse_embedding")

    def find(question: str) -> list[Chunk]:
        found = pipeline.run({"dense": {"text": question}, "sparse": {"text": question}})
        return [chunks[one.id] for one in found["retriever"]["documents"]]

    return System("Haystack's Qdrant hybrid pipeline", ingest_s, find)


def _sparse(text: str) -> SparseEmbedding:
    weighed = weigh(text)
    return SparseEmbedding(indices=[*weighed.indices], values=[*weighed.values])
