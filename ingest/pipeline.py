"""A handbook on disk becomes the live build of a collection; nothing unchanged is done again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from ingest.contract import ChunkerParameters, DocumentEntry, IndexManifest
from ingest.embed import Embedder
from ingest.errors import IndexMismatchError, SourceError
from ingest.ownership import tell_apart
from ingest.progress import Progress, Silent
from ingest.run import DOCUMENTS_A_BATCH, Run
from ingest.sources import Reading, owned_by, read_sources
from ingest.store.port import Store
from ingest.tenants import SHARED, check_tenant, name_in_handbook, tenant_of, tenants_of

__all__ = ["DOCUMENTS_A_BATCH", "Progress", "Silent", "forget", "ingest"]


def ingest(  # noqa: PLR0913 - each is a setting or an option of its own
    paths: Sequence[Path],
    *,
    store: Store,
    embedder: Embedder,
    collection: str,
    parameters: ChunkerParameters | None = None,
    max_document_mb: float = 20.0,
    progress: Progress | None = None,
    beside: bool = False,
    tenant: str = SHARED,
) -> IndexManifest:
    """Return the manifest of the live build after it holds what the paths hold.

    With `beside` the live build stays in force, and the manifest is that of the new one.

    Documents that came from other paths stay. A run that finds nothing changed writes nothing. A run that
    is interrupted leaves the live build as it was; the next one takes over the vectors it had made.

    What is read is the handbook of the `tenant`, or the shared one if none is named. Nobody else's documents
    are touched, also if they came from the same paths.

    Raises:
        SourceError: A path does not exist, or there is no document at all.
        StoreError: No tenant can be called so; also see its leaves.
    """
    if tenant:
        check_tenant(tenant)
    reading = read_sources(paths, max_document_mb=max_document_mb)

    def attempt(*, check: bool) -> IndexManifest:
        run = Run(store, embedder, collection, parameters or ChunkerParameters(), progress or Silent())
        with ExitStack() as stack:
            found = run.open_live(stack, check=check)
            told = tell_apart(reading, _handbook(found.manifest, tenant)) if found else reading
            return run.converge(
                owned_by(tenant, told),
                found,
                stack,
                replaces=lambda entry: entry.root in told.roots and tenant_of(entry.name) == tenant,
                beside=beside,
            )

    try:
        return attempt(check=False)  # a look at all points takes a third of the time of a small edit
    except IndexMismatchError:
        return attempt(check=True)  # what is damaged counts as none


def forget(
    tenant: str,
    *,
    store: Store,
    embedder: Embedder,
    collection: str,
    parameters: ChunkerParameters | None = None,
) -> IndexManifest:
    """Return the manifest of the live build after it holds nothing of a tenant.

    It is written from nothing, so that no file of it holds bytes of what was removed; the vectors of what
    stays are taken over.

    Raises:
        SourceError: The live build holds nothing of this tenant.
        StoreError: See its leaves.
    """
    run = Run(store, embedder, collection, parameters or ChunkerParameters(), Silent())
    with closing(store.open(collection)) as build:
        if tenant not in tenants_of(build.manifest):
            raise SourceError(
                f"collection {collection!r} holds no document of tenant {tenant!r}",
                hint="'coach index list --json' names the tenants of each build.",
            )
    with ExitStack() as stack:
        return run.converge(
            Reading((), (), ()),
            run.open_live(stack, check=True),
            stack,
            replaces=lambda entry: tenant_of(entry.name) == tenant,
            from_nothing=True,
        )


def _handbook(manifest: IndexManifest, tenant: str) -> list[DocumentEntry]:
    """Return what a build holds of a tenant's handbook or of the shared one, under the names it has there."""
    theirs = (entry for entry in manifest.documents if tenant_of(entry.name) == tenant)
    return [entry.model_copy(update={"name": name_in_handbook(entry.name)}) for entry in theirs]
