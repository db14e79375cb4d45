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

from ingest.chunk import chunk
from ingest.contract import Chunk, ChunkerParameters, Document, ParsedDocument
from ingest.embed import Embedder, sparse_passage
from ingest.headings import parse
from ingest.store.port import BuildWriter, ChunkVectors

KnownVectors = Callable[[Sequence[Chunk]], dict[str, ChunkVectors]]
"""Vectors that an earlier build holds for chunks of the same content hash, by chunk id."""


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

    parameters: ChunkerParameters
    _on_parsed: Callable[[ParsedDocument, int], None] = PrivateAttr()

    def __init__(
        self, parameters: ChunkerParameters, on_parsed: Callable[[ParsedDocument, int], None]
    ) -> None:
        super().__init__(parameters=parameters)
        self._on_parsed = on_parsed

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **_: Any
    ) -> list[BaseNode]:
        del show_progress  # the pipeline shows its own
        made: list[BaseNode] = []
        for node in nodes:
            parsed = parse(node.metadata["document"])
            chunks = chunk(parsed, self.parameters)
            self._on_parsed(parsed, len(chunks))
            made += [TextNode(id_=piece.id, text=piece.text, metadata={"chunk": piece}) for piece in chunks]
        return made

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, LlamaDocument]
    ) -> list[BaseNode]:
        del parent_doc_map  # offsets are known from birth; LlamaIndex would search for them
        return nodes


class ChunkEmbedder(TransformComponent):
    """Puts all vectors of a chunk on its node; what an earlier build knows is not embedded again."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    embedder: Embedder
    known: KnownVectors
    on_embedded: Callable[[Chunk], None]

    def __call__(self, nodes: Sequence[BaseNode], **_: Any) -> Sequence[BaseNode]:
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
            self.on_embedded(piece)
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


def make_pipeline(
    writer: BuildWriter,
    *,
    transformations: Sequence[TransformComponent],
    hashes: dict[str, str],
) -> IngestionPipeline:
    """Return a pipeline that runs only documents whose hash is not the known one.

    Args:
        writer: Takes what comes out.
        transformations: Parser and embedder.
        hashes: sha256 by name of the documents that the live build holds. The docstore is made from them
            anew each time, so that it cannot be lost or drift from the index.
    """
    docstore = SimpleDocumentStore()
    docstore.set_document_hashes(hashes)
    return IngestionPipeline(
        transformations=list(transformations),
        vector_store=BuildVectorStore(writer),
        docstore=docstore,
        docstore_strategy=DocstoreStrategy.UPSERTS,
        disable_cache=True,
    )
