"""`make bench-peer`: our index beside LlamaIndex's own Qdrant hybrid store, in one run on one machine.

Both hold the same chunks of the handbook, embed with the same weights, weigh keywords alike and use the same
Qdrant server; ours also runs on the embedded engine. The peer gets its chunks ready cut.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import TextNode
from llama_index.vector_stores.qdrant import QdrantVectorStore
from pydantic import PrivateAttr
from qdrant_client import QdrantClient, models
from rich.console import Console
from rich.progress import track
from rich.table import Table

from coach.coach import Coach
from coach.log import configure
from coach.settings import Settings
from evals.golden import GoldenItem, Place, load_golden
from evals.metrics.recall import recall
from evals.metrics.success import success
from ingest.analysis import terms
from ingest.chunk import chunk
from ingest.contract import Chunk
from ingest.embed import Embedder, sparse_query
from ingest.headings import parse
from ingest.pipeline import ingest
from ingest.sources import read_sources
from ingest.store import open_store
from ingest.weights import require
from tests.support.qdrant_server import qdrant_server

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
GOLDEN = ROOT / "evals/golden/handbook-dev.jsonl"
LIMIT = 10
Find = Callable[[str], Sequence[Place]]


class System(NamedTuple):
    """One of those compared: how long its ingest took, and how it searches."""

    name: str
    ingest_s: float
    find: Find


class SameWeights(BaseEmbedding):
    """The weights that ours embeds with, as LlamaIndex uses any."""

    _model: Any = PrivateAttr()

    def __init__(self, settings: Settings) -> None:
        from fastembed import TextEmbedding

        super().__init__(model_name=settings.embed_model)
        self._model = TextEmbedding(
            "sentence-transformers/all-MiniLM-L6-v2",
            specific_model_path=str(require(settings.embed_model, settings.weights_dir)),
            threads=settings.threads,
        )

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [vector.tolist() for vector in self._model.embed(texts, batch_size=len(texts))]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def main() -> None:
    """Print one table."""
    configure("warning")
    console = Console(width=110)
    items = [item for item in load_golden(GOLDEN) if item.answerable]
    with tempfile.TemporaryDirectory() as scratch, qdrant_server(Path(scratch)) as url:
        embedded = Settings(data_dir=Path(scratch) / "embedded")
        server = embedded.model_copy(update={"qdrant_url": url})
        plain = embedded.model_copy(update={"rerank": False})
        peer, edge_s, server_s = _peer(url, embedded), _ingest(embedded), _ingest(server)
        with Coach(server) as remote, Coach(embedded) as edge, Coach(plain) as fused:
            systems = [
                peer,
                System("ours on that server, reranked", server_s, partial(remote.search, limit=LIMIT)),
                System("ours embedded, reranked", edge_s, partial(edge.search, limit=LIMIT)),
                System("ours embedded, fused only", edge_s, partial(fused.search, limit=LIMIT)),
            ]
            console.print(_table(systems, items, console))


def _ingest(settings: Settings) -> float:
    """Return the seconds that an ingest from nothing takes."""
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    embedder.embed_query("warm up")
    began = time.perf_counter()
    ingest([CORPUS], store=open_store(settings), embedder=embedder, collection=settings.collection)
    return time.perf_counter() - began


def _peer(url: str, settings: Settings) -> System:
    chunks = {
        piece.id: piece
        for document in read_sources([CORPUS]).documents
        for piece in chunk(parse(document), settings.chunker)
    }
    store = QdrantVectorStore(
        "peer",
        client=QdrantClient(url=url),
        enable_hybrid=True,
        sparse_doc_fn=_weigh,
        sparse_query_fn=_weigh,
        sparse_config=models.SparseVectorParams(modifier=models.Modifier.IDF),
    )
    embedding = SameWeights(settings)
    embedding.get_query_embedding("warm up")
    nodes = [TextNode(id_=one.id, text=f"{one.lead}\n{one.plain}") for one in chunks.values()]
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


def _weigh(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
    """Return how often each stem stands in each text, as the sparse vectors of the store."""
    weighed = [sparse_query(Counter(terms(text))) for text in texts]
    return [[*one.indices] for one in weighed], [[*one.values] for one in weighed]


def _table(systems: Sequence[System], items: Sequence[GoldenItem], console: Console) -> Table:
    """Ask each question of each system in turn, so that all meet the same state of the machine."""
    spent_ms: dict[str, list[float]] = {system.name: [] for system in systems}
    found: dict[str, list[tuple[float, float]]] = {system.name: [] for system in systems}
    for system in systems:
        system.find(items[0].query)
    for item in track(items, "asking", console=console, transient=True):
        for system in systems:
            began = time.perf_counter()
            places = system.find(item.query)
            spent_ms[system.name].append((time.perf_counter() - began) * 1000)
            holding = [[n for n, one in enumerate(item.places) if one.holds(place)] for place in places]
            found[system.name].append(
                (success([bool(one) for one in holding], 5), recall(holding, LIMIT, places=len(item.places)))
            )
    columns = ("system", "ingest s", "ratio", "query ms", "ratio", "p95 ms", "success@5", "recall@10")
    table = Table(*columns, title=f"{len(items)} questions", title_justify="left")
    base = systems[0]
    base_ms = statistics.median(spent_ms[base.name])
    for system in systems:
        middle = statistics.median(spent_ms[system.name])
        p95 = statistics.quantiles(spent_ms[system.name], n=20)[-1]
        succeeded, recalled = (statistics.fmean(values) for values in zip(*found[system.name], strict=True))
        table.add_row(
            system.name,
            f"{system.ingest_s:.0f}",
            f"{system.ingest_s / base.ingest_s:.2f}",
            f"{middle:.1f}",
            f"{middle / base_ms:.2f}",
            f"{p95:.1f}",
            f"{succeeded:.3f}",
            f"{recalled:.3f}",
        )
    return table


if __name__ == "__main__":
    main()
