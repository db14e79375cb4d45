"""LlamaIndex's ingestion pipeline around our parser, chunker and embedder.

LlamaIndex decides which documents changed and runs the transformations; offsets, chunks and vectors are
ours and travel in the nodes' metadata, so that nothing is rebuilt from text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from llama_index.core.bridge.pydantic import ConfigDict, PrivateAttr
from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, TextNode, TransformComponent
from llama_index.core.schema import Document as LlamaDocument
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    VectorStoreQuery,
    VectorStoreQueryResult,
)

from ingest.batches import batches
from ingest.contract import Chunk, Document, ParsedDocument
from ingest.cut_ahead import CutDocument
from ingest.embed import Embedder, sparse_passage
from ingest.store.port import BuildWriter
from ingest.store.values import ChunkVectors

CHUNKS_A_BATCH = 256
"""So many are embedded and then written: what memory holds of vectors, and what a kill can cost."""

KnownVectors = Callable[[Sequence[Chunk]], dict[str, ChunkVectors]]
"""Vectors that an earlier build holds for chunks of the same content hash, by chunk id."""

Keep = Callable[[Sequence[Chunk]], set[str]]
"""Has the build that is written keep what it holds of some chunks; see `CopyWriter.keep`."""


class HandbookDocument(LlamaDocument):
    """A document whose identity is its name and whose hash is that of the file's bytes."""

    @property
    def hash(self) -> str:
        """Sha256 hex of the file."""
        return str(self.metadata["document"].sha256)

    @classmethod
    def of(cls, document: Document) -> HandbookDocument:
        """Return our document as LlamaIndex's."""
        return cls(id_=document.name, text=document.text, metadata={"document": document})


class HandbookNodeParser(NodeParser):
    """Cuts a document along its headings; each node carries its `Chunk`."""

    _cut: Callable[[Document], CutDocument] = PrivateAttr()
    _on_parsed: Callable[[ParsedDocument, int], None] = PrivateAttr()

    def __init__(
        self, cut: Callable[[Document], CutDocument], on_parsed: Callable[[ParsedDocument, int], None]
    ) -> None:
        super().__init__()
        self._cut = cut
        self._on_parsed = on_parsed

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **_: Any
    ) -> list[BaseNode]:
        del show_progress  # the pipeline shows its own
        made: list[BaseNode] = []
        for node in nodes:
            parsed, chunks = self._cut(node.metadata["document"])
            self._on_parsed(parsed, len(chunks))
            made += [TextNode(id_=piece.id, text=piece.text, metadata={"chunk": piece}) for piece in chunks]
        return made

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, LlamaDocument]
    ) -> list[BaseNode]:
        del parent_doc_map  # offsets are known from birth; LlamaIndex would search for them
        return nodes


class BuildVectorStore(BasePydanticVectorStore):
    """The write half of LlamaIndex's vector store port, in front of a build.

    A build starts empty and what is unchanged is carried over, so deleting is not carrying over.
    """

    stores_text: bool = True
    _writer: BuildWriter = PrivateAttr()

    def __init__(self, writer: BuildWriter) -> None:
        super().__init__(stores_text=True)
        self._writer = writer

    @property
    def client(self) -> BuildWriter:
        """The build's writer."""
        return self._writer

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Store the nodes' chunks and vectors."""
        self._writer.add(
            [node.metadata["chunk"] for node in nodes], [node.metadata["vectors"] for node in nodes]
        )
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **_: Any) -> None:
        """Do nothing: the chunks of a changed document were never carried into this build."""

    def query(self, query: VectorStoreQuery, **_: Any) -> VectorStoreQueryResult:
        """Raise NotImplementedError: queries go through `coach.retrieve`."""
        raise NotImplementedError


class ChunkEmbedder(TransformComponent):
    """Embeds chunks and has each batch written at once; what a build holds already is not embedded again.

    A document may have more chunks than memory has room for vectors, and take longer than a run may live.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    embedder: Embedder
    keep: Keep
    known: KnownVectors
    written: BuildVectorStore
    on_held: Callable[[Chunk], None]

    def __call__(self, nodes: Sequence[BaseNode], **_: Any) -> Sequence[BaseNode]:
        """Return no node: the build holds all of them."""
        for batch in batches(nodes, CHUNKS_A_BATCH):
            chunks: list[Chunk] = [node.metadata["chunk"] for node in batch]
            kept = self.keep(chunks)
            for piece in chunks:
                if piece.id in kept:
                    self.on_held(piece)
            if lacking := [node for node in batch if node.node_id not in kept]:
                self.written.add(self._embedded(lacking))
            for node in lacking:
                del node.metadata["vectors"]
                node.embedding = None
        return []

    def _embedded(self, nodes: Sequence[BaseNode]) -> Sequence[BaseNode]:
        """Return the nodes with "vectors" in their metadata."""
        chunks: list[Chunk] = [node.metadata["chunk"] for node in nodes]
        found = self.known(chunks)
        fresh = self.embedder.embed_passages([piece for piece in chunks if piece.id not in found])
        for node, piece in zip(nodes, chunks, strict=True):
            # keyword weights are cheap to make and may be of another version in a build that was not finished
            known = found.get(piece.id)
            vectors = replace(known, bm25=sparse_passage(piece)) if known else next(fresh)
            node.metadata["vectors"] = vectors
            node.embedding = vectors.body.tolist()
            self.on_held(piece)
        return nodes


def make_pipeline(
    store: BuildVectorStore,
    *,
    transformations: Sequence[TransformComponent],
    hashes: dict[str, str],
) -> IngestionPipeline:
    """Return a pipeline that runs only documents whose hash is not the known one.

    Args:
        store: Stands for the build; the embedder writes to it.
        transformations: Parser and embedder.
        hashes: sha256 by name of the documents that the live build holds. The docstore is made from them
            anew each time, so that it cannot be lost or drift from the index.
    """
    docstore = SimpleDocumentStore()
    docstore.set_document_hashes(hashes)
    return IngestionPipeline(
        transformations=list(transformations),
        vector_store=store,
        docstore=docstore,
        docstore_strategy=DocstoreStrategy.UPSERTS,
        disable_cache=True,
    )
