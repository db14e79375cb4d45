"""Documents are parsed and cut beside the embedding of those before them, and not further ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, Self

from ingest.chunk import chunk
from ingest.contract import Chunk, ChunkerParameters, Document, ParsedDocument
from ingest.headings import parse

DOCUMENTS_AHEAD = 8


class CutDocument(NamedTuple):
    """A document with its sections and chunks."""

    parsed: ParsedDocument
    chunks: Sequence[Chunk]


class CutAhead:
    """Cuts documents, which have to be asked for in the order that they are given in.

    A thread of its own is enough: the embedder's threads leave the interpreter to it, and cutting takes a
    small part of the time that embedding takes. It waits while so many documents are ready that nobody took.
    """

    def __init__(self, documents: Sequence[Document], parameters: ChunkerParameters) -> None:
        self._left = deque(documents)
        self._parameters = parameters
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="cut-ahead")
        self._ahead: deque[Future[CutDocument]] = deque()

    def __enter__(self) -> Self:
        self._submit()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __call__(self, document: Document) -> CutDocument:
        """Return the next document with its sections and chunks.

        Raises:
            ValueError: Another one is next.
        """
        cut = self._ahead.popleft().result() if self._ahead else None
        if cut is None or cut.parsed.document != document:
            raise ValueError(f"document {document.name!r} is not the next one")
        self._submit()
        return cut

    def _submit(self) -> None:
        while self._left and len(self._ahead) < DOCUMENTS_AHEAD:
            self._ahead.append(self._pool.submit(self._cut, self._left.popleft()))

    def _cut(self, document: Document) -> CutDocument:
        parsed = parse(document)
        return CutDocument(parsed, chunk(parsed, self._parameters))
