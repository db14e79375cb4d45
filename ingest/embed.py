"""Text to vectors, passages and queries alike: one module, so that the two cannot drift apart."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import mmh3
import numpy as np

from ingest.analysis import terms, words
from ingest.contract import Chunk
from ingest.late_interaction import Head, load_head
from ingest.onnx import open_session
from ingest.store.values import ChunkVectors, SparseVector, Vector
from ingest.weights import ModelSpec, find_model, require

if TYPE_CHECKING:
    from fastembed.text.onnx_text_model import OnnxTextModel

# BM25 as Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), section 3; the engine
# multiplies by the inverse document frequency. The mean length is a constant because chunks are cut to
# size: were it the corpus mean, one new page would change every stored vector.
BM25_K1 = 1.2
BM25_B = 0.6
BM25_MEAN_TERMS = 90.0
# Terms of the heading and of the path count as this many occurrences in the passage (BM25F, section 3.4).
HEADING_WEIGHT = 2.0
PATH_WEIGHT = 0.5

AHEAD_CHUNKS = 16
"""So many chunks are embedded ahead of the one that is wanted next."""

PASSAGE_VERSION = "wordings-2"
"""Changes whenever `embed_passages` makes other vectors of the same chunk."""

SPARSE_VERSION = (
    f"bm25-snowball-1 k1={BM25_K1} b={BM25_B} mean={BM25_MEAN_TERMS} "
    f"heading={HEADING_WEIGHT} path={PATH_WEIGHT}"
)


@dataclass(frozen=True, slots=True)
class QueryVectors:
    """A query's vectors.

    Attributes:
        body: float32 (dim,), unit norm.
        tokens: Of its word pieces, float32 (n, token_dim), each as long as its share in the question; the
            lengths sum to 1, so that late interaction scores lie between -1 and 1.
    """

    body: Vector
    tokens: Vector


class WordPiece(NamedTuple):
    """A word piece as the model sees it: its number in the vocabulary, and its place in the text."""

    id: int
    start: int
    end: int


class Embedder:
    """Dense and sparse vectors from one set of local weights.

    Raises:
        WeightsError: The weights are missing or wrong; raised when it is made.
    """

    def __init__(self, model: str, weights_dir: Path, *, threads: int = 2) -> None:
        self.spec: ModelSpec = find_model(model)
        self._folder = require(model, weights_dir)
        self._threads = threads

    @property
    def version(self) -> str:
        """Of the weights, of the head and of what is embedded; vectors of different versions never meet."""
        return f"{self.spec.version}+{self._head.version}+{PASSAGE_VERSION}"

    @property
    def token_dimension(self) -> int:
        """Of the word pieces' vectors."""
        return int(self._head.projection.shape[1])

    def embed_passages(self, chunks: Sequence[Chunk]) -> Iterator[ChunkVectors]:
        """Yield the vectors of each chunk, in order; equal titles are embedded once.

        The chunk that opens a section also carries each wording of its question, as a dense vector of its
        own and among its word pieces: a question meets its page by what the page says or by how it is also
        asked (document expansion; Nogueira et al., "Document Expansion by Query Prediction", 2019).
        """
        states = partial(_states, self._passage_model)
        titles: dict[str, Future[Vector]] = {}
        waiting: deque[Future[ChunkVectors]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            for chunk in chunks:
                if chunk.title not in titles:
                    titles[chunk.title] = pool.submit(states, chunk.title)
                waiting.append(pool.submit(self._vectors, chunk, titles[chunk.title], states))
                if len(waiting) > AHEAD_CHUNKS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _vectors(self, chunk: Chunk, title: Future[Vector], states: Callable[[str], Vector]) -> ChunkVectors:
        body = states(f"{chunk.lead}\n{chunk.plain}")
        wordings = [states(wording) for wording in chunk.wordings]
        others = wordings[1:]  # the heading stands in front of the passage already
        return ChunkVectors(
            body=_pooled(body),
            title=_pooled(title.result()),
            wordings=np.stack([_pooled(one) for one in wordings]) if wordings else None,
            tokens=_unit(np.concatenate([body, *others]) @ self._head.projection),
            bm25=sparse_passage(chunk),
        )

    def embed_query(self, text: str) -> QueryVectors:
        """Return the vectors of a query."""
        states = self.hidden_states(text)
        shares = _softmax(states @ self._head.importance)
        tokens = _unit(states @ self._head.projection) * shares[:, np.newaxis]
        return QueryVectors(body=_pooled(states), tokens=tokens)

    def known_words(self) -> list[str]:
        """Return the whole words of the model's own vocabulary: a word list of the language."""
        tokenizer = self._model.tokenizer
        vocabulary: dict[str, int] = tokenizer.get_vocab() if tokenizer else {}
        return [word for word in vocabulary if word.isalpha()]

    def hidden_states(self, text: str) -> Vector:
        """Return the last hidden state of each word piece, float32 (n, dim).

        One text a call: the weights quantise activations over a whole batch, so that a text's vectors
        would depend on its neighbours; and on a CPU a batch is no faster.
        """
        return _states(self._model, text)

    def word_pieces(self, text: str) -> list[WordPiece]:
        """Return what the rows of `hidden_states` stand for; the two marks around a text have no length."""
        tokenizer = self._model.tokenizer
        if tokenizer is None:
            return []
        encoding = tokenizer.encode(text)
        return [WordPiece(one, *place) for one, place in zip(encoding.ids, encoding.offsets, strict=True)]

    @cached_property
    def _model(self) -> OnnxTextModel[Any]:
        return self._load(self._threads)

    @cached_property
    def _passage_model(self) -> OnnxTextModel[Any]:
        # Of many texts each is left to one thread: what threads lose by sharing one text is saved.
        return self._load(1)

    def _load(self, threads: int) -> OnnxTextModel[Any]:
        from fastembed import TextEmbedding
        from threadpoolctl import threadpool_limits

        # NumPy's products here are tiny. Threads that share one wait for each other, for tens of
        # milliseconds once the cores are busy.
        threadpool_limits(1, user_api="blas")
        loaded = TextEmbedding(
            self.spec.fastembed_name, specific_model_path=str(self._folder), threads=threads
        )
        model = cast("OnnxTextModel[Any]", loaded.model)
        # fastembed has no option for how its threads wait
        model.model = open_session(self._folder / "model.onnx", threads=threads)
        return model

    @cached_property
    def _head(self) -> Head:
        return load_head(self.spec.head)


def _states(model: OnnxTextModel[Any], text: str) -> Vector:
    return np.asarray(model.onnx_embed([text]).model_output[0], dtype=np.float32)


def _pooled(states: Vector) -> Vector:
    return _unit(states.mean(axis=0))


def _softmax(values: Vector) -> Vector:
    shares = np.exp(values - values.max())
    normalised: Vector = shares / shares.sum()
    return normalised


def _unit(vectors: Vector) -> Vector:
    """Return the vectors at length 1; a zero vector stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vector = vectors / np.maximum(lengths, 1e-9)
    return scaled


def sparse_passage(chunk: Chunk) -> SparseVector:
    """Return the BM25 term weights of a chunk, its heading and path counted as fields."""
    counts: Counter[str] = Counter(terms(chunk.plain))
    length = sum(counts.values())
    weights: dict[str, float] = dict(counts)
    fields = ((chunk.title, HEADING_WEIGHT), ("\n".join(chunk.path), PATH_WEIGHT))
    for text, weight in fields:
        for term in set(terms(text)):
            weights[term] = weights.get(term, 0.0) + weight
    norm = BM25_K1 * (1 - BM25_B + BM25_B * length / BM25_MEAN_TERMS)
    return _sparse({term: tf * (BM25_K1 + 1) / (tf + norm) for term, tf in weights.items()})


def sparse_query(weights: Mapping[str, float]) -> SparseVector:
    """Return a query's term weights, by stem, as a vector of the same space as `sparse_passage`."""
    return _sparse(weights)


def vocabulary(chunks: Sequence[Chunk]) -> dict[str, int]:
    """Return in how many of the chunks each word stands, unstemmed, heading included."""
    counts: Counter[str] = Counter()
    for chunk in chunks:
        counts.update(set(words(f"{chunk.lead}\n{chunk.plain}")))
    return dict(counts)


def _sparse(weights: Mapping[str, float]) -> SparseVector:
    by_index: dict[int, float] = {}
    for term, weight in weights.items():
        index = mmh3.hash(term, signed=False)
        by_index[index] = by_index.get(index, 0.0) + weight
    ordered = sorted(by_index.items())
    return SparseVector(tuple(index for index, _ in ordered), tuple(value for _, value in ordered))
