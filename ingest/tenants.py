"""Whose a document is: a tenant's own handbook stands under names that begin with the tenant's."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.contract import DocumentEntry, IndexManifest, hash_of_corpus
from ingest.errors import StoreError

SHARED = ""
"""Stands for no tenant: what is everybody's."""

MARK = "@"
NAME = re.compile(r"[\w.@-]{1,64}", re.ASCII)
"""What a tenant may be called, here and on an API key."""

RESERVED = frozenset({"local"})
"""Whoever asks without a key goes by this name, and is shown what is shared."""


def check_tenant(name: str) -> None:
    """Return if a tenant of this name can have a handbook.

    Raises:
        StoreError: It cannot.
    """
    if not NAME.fullmatch(name) or name in RESERVED:
        raise StoreError(
            f"a tenant with a handbook cannot be called {name!r}",
            hint="Use 1 to 64 letters, digits and ._@-; 'local' is whoever asks without a key.",
        )


def tenant_of(document: str) -> str:
    """Return the tenant whose document this is, by its name; `SHARED` if it is everybody's.

    >>> tenant_of("@acme/rules/pay.md"), tenant_of("rules/@acme/pay.md"), tenant_of("@acme.md")
    ('acme', '', '')
    """
    first, slash, _ = document.partition("/")
    name = first.removeprefix(MARK)
    return name if slash and name != first and NAME.fullmatch(name) else SHARED


def own_name(tenant: str, name: str) -> str:
    """Return what a document of a tenant's handbook is called in a collection.

    >>> own_name("acme", "rules/pay.md"), own_name("", "rules/pay.md")
    ('@acme/rules/pay.md', 'rules/pay.md')
    """
    return f"{MARK}{tenant}/{name}" if tenant else name


def name_in_handbook(document: str) -> str:
    """Return what a document is called within its handbook, so below the folder that was ingested.

    >>> name_in_handbook("@acme/rules/pay.md"), name_in_handbook("rules/pay.md")
    ('rules/pay.md', 'rules/pay.md')
    """
    tenant = tenant_of(document)
    return document.removeprefix(own_name(tenant, "")) if tenant else document


def tenants_in(documents: Iterable[DocumentEntry]) -> tuple[str, ...]:
    """Return who has documents of their own among these, sorted."""
    return tuple(sorted({tenant_of(entry.name) for entry in documents} - {SHARED}))


def tenants_of(manifest: IndexManifest) -> tuple[str, ...]:
    """Return who has documents of their own in a build, sorted; nobody in one made before there were any."""
    return manifest.tenants or ()


def visible(manifest: IndexManifest, tenant: str) -> IndexManifest:
    """Return a manifest cut to what is shared and what is the tenant's own, as if it held nothing else."""
    if not tenants_of(manifest):
        return manifest
    seen = {SHARED, tenant}

    def kept(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if tenant_of(name) in seen)

    entries = tuple(entry for entry in manifest.documents if tenant_of(entry.name) in seen)
    added, updated = kept(manifest.added), kept(manifest.updated)
    return manifest.model_copy(
        update={
            "corpus_hash": hash_of_corpus(entries),
            "documents": entries,
            "chunks": sum(entry.chunks for entry in entries),
            "questions": sum(entry.questions for entry in entries),
            "added": added,
            "updated": updated,
            "deleted": kept(manifest.deleted),
            "unchanged": len(entries) - len(added) - len(updated),
            "tenants": tenants_in(entries),
            "report": tuple(row for row in manifest.report if tenant_of(row.document) in seen),
        }
    )
