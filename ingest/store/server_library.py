"""What a build on a server holds besides points: texts in a collection without vectors."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from qdrant_client import models

from ingest.contract import ParsedDocument, stable_id
from ingest.store.server_connection import Connection

PART_CHARS = 1_000_000
"""A part in a request has at most 6 bytes a character, so it stays below 8 MB."""

PARTS_PER_PAGE = 16

MANIFEST, DRAFT, BESIDE = "manifest", "draft", "beside"
DOCUMENT, VOCABULARY, CHUNKS = "document", "vocabulary", "chunks"


class ServerLibrary:
    """JSON texts by kind and key; a long text stands in several points."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._recorded = 0

    def create(self) -> None:
        """Make the empty collection."""
        with self._connection.errors() as to:
            to.create(self._name, shards=1, vectors_config={})
            to.client.create_payload_index(self._name, "kind", models.PayloadSchemaType.KEYWORD, wait=True)

    def put(self, kind: str, key: str, text: str) -> None:
        """Store a text in place of an earlier one."""
        parts = [text[start : start + PART_CHARS] for start in range(0, max(len(text), 1), PART_CHARS)]
        for number, part in enumerate(parts):
            payload = {"kind": kind, "key": key, "part": number, "parts": len(parts), "text": part}
            point = models.PointStruct(id=stable_id(kind, key, str(number)), vector={}, payload=payload)
            with self._connection.errors() as to:
                to.client.upsert(self._name, [point], wait=True)

    def get(self, kind: str, key: str = "") -> str | None:
        """Return a text, or None."""
        first = self._part(kind, key, 0)
        if first is None:
            return None
        more = (self._part(kind, key, number) for number in range(1, int(str(first["parts"]))))
        return "".join(str(part["text"]) for part in (first, *more) if part is not None)

    def _part(self, kind: str, key: str, number: int) -> Mapping[str, object] | None:
        with self._connection.errors() as to:
            wanted = [stable_id(kind, key, str(number))]
            found = to.client.retrieve(self._name, wanted, with_payload=True, consistency=to.consistency)
        return found[0].payload if found else None

    def remove(self, *kinds: str, keys: Iterable[str] | None = None) -> None:
        """Remove all texts of these kinds, or those with one of the keys."""
        found = _of(*kinds)
        if keys is not None:
            named = models.FieldCondition(key="key", match=models.MatchAny(any=[*keys]))
            found = models.Filter(must=[found, named])
        with self._connection.errors() as to:
            to.client.delete(self._name, models.FilterSelector(filter=found), wait=True)

    def _texts(self, kind: str) -> dict[str, str]:
        """Return all texts of a kind by key, in no order."""
        parts: defaultdict[str, dict[int, str]] = defaultdict(dict)
        offset = None
        while True:
            with self._connection.errors() as to:
                page, offset = to.client.scroll(
                    self._name,
                    _of(kind),
                    limit=PARTS_PER_PAGE,
                    offset=offset,
                    consistency=to.consistency,
                )
            for point in page:
                payload = point.payload or {}
                parts[payload["key"]][payload["part"]] = payload["text"]
            if offset is None:
                break
        return {key: "".join(text for _, text in sorted(of_key.items())) for key, of_key in parts.items()}

    def record_chunks(self, hashes: Mapping[str, str]) -> None:
        """Store content hash by id of chunks that are now complete."""
        self.put(CHUNKS, str(self._recorded), json.dumps(dict(hashes)))
        self._recorded += 1

    def adopt(self) -> None:
        """Make another library, which was copied here, one that can be changed; its build's marks go."""
        self.remove(MANIFEST, BESIDE, DRAFT, VOCABULARY)
        self._recorded = 1 + max((int(key) for key in self._texts(CHUNKS)), default=-1)

    def forget_chunks(self, chunks: Collection[str]) -> None:
        """Forget chunks by id."""
        for key, text in self._texts(CHUNKS).items() if chunks else ():
            held = json.loads(text)
            left = {one: held[one] for one in held if one not in chunks}
            if not left:
                self.remove(CHUNKS, keys=[key])
            elif len(left) < len(held):
                self.put(CHUNKS, key, json.dumps(left))

    def forget_documents(self, names: Iterable[str]) -> None:
        """Forget documents by name."""
        if keys := [*names]:
            self.remove(DOCUMENT, keys=keys)

    def add_document(self, parsed: ParsedDocument) -> None:
        """Store a document; one of the same name is replaced."""
        self.put(DOCUMENT, parsed.document.name, parsed.model_dump_json())

    def set_vocabulary(self, words: Mapping[str, int], tenant: str = "") -> None:
        """Store the vocabulary of the shared chunks or of a tenant's own, in place of an earlier one."""
        self.put(VOCABULARY, tenant, json.dumps(dict(words)))

    def chunk_ids(self) -> dict[str, str]:
        """Return content hash by id of the complete chunks."""
        texts = self._texts(CHUNKS).values()
        return {one: content for text in texts for one, content in json.loads(text).items()}

    def document(self, name: str) -> ParsedDocument:
        """Return a document. Raises KeyError if it is absent."""
        text = self.get(DOCUMENT, name)
        if text is None:
            raise KeyError(name)
        return ParsedDocument.model_validate_json(text)

    def vocabulary(self, tenant: str = "") -> dict[str, int]:
        """Return chunks by word, of the shared ones or of a tenant's own."""
        return dict(json.loads(self.get(VOCABULARY, tenant) or "{}"))


def _of(*kinds: str) -> models.Filter:
    return models.Filter(must=[models.FieldCondition(key="kind", match=models.MatchAny(any=[*kinds]))])
