"""Everything of a tenant leaves a collection: the live build at once, the others when nobody reads them."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

from ingest.contract import ChunkerParameters, DocumentEntry, IndexManifest
from ingest.embed import Embedder
from ingest.pipeline import forget
from ingest.store.port import Store
from ingest.tenants import tenant_of, tenants_of


class Removal(NamedTuple):
    """What was removed, and what is left of it.

    Attributes:
        manifest: Of the build that is live now.
        documents: Those that it does not hold any more.
        words: Different words of their chunks.
        builds: Builds that held some of it and were removed.
        kept_builds: Builds that still do: what was live until now, for a rollback, until the next ingest.
        orphans: Points, words and documents of the tenant that are left in the live build; 0 if all is well.
    """

    manifest: IndexManifest
    documents: tuple[DocumentEntry, ...]
    words: int
    builds: tuple[str, ...]
    kept_builds: tuple[str, ...]
    orphans: int

    @property
    def chunks(self) -> int:
        """How many chunks the documents had."""
        return sum(entry.chunks for entry in self.documents)

    @property
    def questions(self) -> int:
        """How many questions the documents had."""
        return sum(entry.questions for entry in self.documents)


def remove_tenant(
    tenant: str,
    *,
    store: Store,
    embedder: Embedder,
    collection: str,
    parameters: ChunkerParameters | None = None,
    now: bool = False,
) -> Removal:
    """Return what was removed once the live build, and every build beside it, holds nothing of a tenant.

    Args:
        tenant: Whose handbook is to go.
        store: Holds the collection.
        embedder: Of the index; what stays is only embedded again if the settings were changed.
        collection: In which the handbook is.
        parameters: How the index is cut.
        now: Also remove the build that was live until now. Who reads it at this moment gets an error.

    Raises:
        SourceError: No build holds anything of this tenant.
        StoreError: See its leaves.
    """
    holding = [state.name for state in store.builds(collection) if _holds(state.manifest, tenant)]
    with closing(store.open(collection)) as build:
        before = build.manifest
        words = len(build.vocabulary_of(tenant)) if _holds(before, tenant) else 0
    if _holds(before, tenant) or not holding:
        forget(tenant, store=store, embedder=embedder, collection=collection, parameters=parameters)
    kept = () if now else tuple(name for name in holding if name == before.build)
    gone = tuple(name for name in holding if name not in kept)
    store.remove(collection, gone)
    with closing(store.open(collection)) as build:
        after = build.manifest
        left = [entry for entry in after.documents if tenant_of(entry.name) == tenant]
        orphans = len(build.chunk_ids_of(tenant)) + len(build.vocabulary_of(tenant)) + len(left)
    return Removal(
        manifest=after,
        documents=tuple(entry for entry in before.documents if tenant_of(entry.name) == tenant),
        words=words,
        builds=gone,
        kept_builds=kept,
        orphans=orphans,
    )


def _holds(manifest: IndexManifest | None, tenant: str) -> bool:
    return manifest is not None and tenant in tenants_of(manifest)
