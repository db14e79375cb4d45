"""Handbooks of tenants: builds whose chunks have owners, and pages that hold words of one tenant alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.contract import Chunk, DocumentEntry, hash_of_corpus
from ingest.store.port import Store
from ingest.store.values import ChunkVectors
from ingest.tenants import tenant_of, tenants_in
from tests.support.index_samples import make_document, make_manifest, versions_for

ACME, INITECH = "acme", "initech"
SECRET_WORDS = {"": "marmalade", ACME: "zephyrquill", INITECH: "obsidianfern"}
"""A word that stands in one handbook and nowhere else."""


def publish_owned(
    store: Store,
    held: Mapping[Chunk, ChunkVectors],
    words: Mapping[str, Mapping[str, int]],
) -> None:
    """Make a live build of chunks whose documents' names tell whose they are, with each one's words."""
    chunks = list(held)
    names = sorted({chunk.document for chunk in chunks})
    writer = store.begin("handbook", "b1", versions=versions_for(chunks))
    writer.add(chunks, list(held.values()))
    writer.add_documents(make_document(name) for name in names)
    for tenant in {"", *words}:
        writer.set_vocabulary(words.get(tenant, {}), tenant=tenant)
    entries = tuple(_entry(name, chunks) for name in names)
    made = make_manifest("handbook", "b1", len(chunks))
    changed = {
        "documents": entries,
        "tenants": tenants_in(entries),
        "corpus_hash": hash_of_corpus(entries),
        "added": tuple(names),
    }
    writer.publish(made.model_copy(update=changed))


def _entry(name: str, chunks: Sequence[Chunk]) -> DocumentEntry:
    held = sum(chunk.document == name for chunk in chunks)
    return DocumentEntry(
        name=name, root="/handbook", sha256=f"of {name}", sections=1, questions=0, chunks=held, chars=9
    )


def own_page(tenant: str, *, slug: str = "", about: str = "coolant valves") -> str:
    """Return a page of one question whose every part holds a word of this tenant alone."""
    word = SECRET_WORDS[tenant]
    return f"""\
# {word.capitalize()} manual

## How do you service the {word} {about} of the reactor?

**Tags:** senior · very-common · debugging · technical · 3 min{f" · {slug}" if slug else ""}

### Direct answer

The {word} {about} are serviced by draining the {word} loop and then replacing its {word} gasket.

### Steps

1. **Drain the loop.** Open the {word} bypass and wait until the pressure is below 2 bar.
2. **Replace the gasket.** Use the {word} kit and tighten it to 40 newton metres.

### Numbers

| measure | healthy | alarming |
|---|---|---|
| {word} pressure | 2 bar | 9 bar |

### Traps

- **Skipping the drain.** A {word} loop under pressure throws the gasket out.

### Follow-ups

- What do you do when the {word} bypass is stuck?
"""


def write_own_pages(folder: Path, tenant: str) -> Path:
    """Return a folder that holds the tenant's handbook."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manual.md").write_text(own_page(tenant), encoding="utf-8")
    return folder


def is_of(tenant: str, name: str) -> bool:
    """Return whether a tenant may read a document: it is shared or its own."""
    return tenant_of(name) in {"", tenant}
