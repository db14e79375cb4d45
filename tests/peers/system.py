"""What is compared: systems that hold the same chunks and find them with the same weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from fastembed import TextEmbedding

from coach.settings import Settings
from evals.golden import Place
from ingest.analysis import terms
from ingest.chunk import chunk
from ingest.contract import Chunk
from ingest.embed import sparse_query
from ingest.headings import parse
from ingest.sources import read_sources
from ingest.store.values import SparseVector
from ingest.weights import require

CORPUS = Path(__file__).parents[2] / "corpus"
LIMIT = 10
Find = Callable[[str], Sequence[Place]]


class System(NamedTuple):
    """One of those compared: how long its ingest took, and how it searches."""

    name: str
    ingest_s: float
    find: Find


class Weights:
    """The weights that ours embeds with, as fastembed gives them to anybody."""

    def __init__(self, settings: Settings) -> None:
        self._model = TextEmbedding(
            "sentence-transformers/all-MiniLM-L6-v2",
            specific_model_path=str(require(settings.embed_model, settings.weights_dir)),
            threads=settings.threads,
        )

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vectors of texts, embedded together."""
        return [vector.tolist() for vector in self._model.embed(texts, batch_size=len(texts))]


def cut_corpus(settings: Settings) -> dict[str, Chunk]:
    """Return the chunks of the handbook by id; peers get them ready cut."""
    return {
        piece.id: piece
        for document in read_sources([CORPUS]).documents
        for piece in chunk(parse(document), settings.chunker)
    }


def text_of(one: Chunk) -> str:
    """Return what of a chunk is embedded and weighed."""
    return f"{one.lead}\n{one.plain}"


def weigh(text: str) -> SparseVector:
    """Return how often each stem stands in a text."""
    return sparse_query(Counter(terms(text)))
