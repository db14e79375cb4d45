"""A build as one tenant may read it: what is shared and what is the tenant's own.

Whatever answers questions is given a view and never the whole build, so nothing above can leave the filter
out. Where no tenant is named, what is shared is shown: a place that forgets to shows too little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from ingest.contract import Chunk, IndexManifest, ParsedDocument
from ingest.store.port import Build, WholeBuild
from ingest.store.values import FILTER_FIELDS, TENANT_FIELD, ChunkVectors, Filter, Leg, RankedId, Vector
from ingest.tenants import SHARED, tenant_of, tenants_of, visible


def view_of(build: WholeBuild, tenant: str = SHARED) -> Build:
    """Return what a tenant may read of a build; what is shared if it has nothing of its own there.

    A build in which no tenant has anything is its own view: there is nothing to keep back, and a search costs
    what it did. The view is not to be closed; the build is.
    """
    tenants = tenants_of(build.manifest)
    if not tenants:
        return build
    return TenantView(build, tenant if tenant in tenants else SHARED)


class TenantView:
    """Some of a build, through the same port; safe to share between threads."""

    def __init__(self, whole: WholeBuild, tenant: str) -> None:
        self._whole = whole
        self._seen = tuple(dict.fromkeys((SHARED, tenant)))
        self._tenant = tenant

    @cached_property
    def manifest(self) -> IndexManifest:
        """The build's manifest, as if it held nothing else; see `ingest.tenants.visible`."""
        return visible(self._whole.manifest, self._tenant)

    def search(
        self,
        legs: Sequence[Leg],
        *,
        limit: int,
        rrf_k: int,
        where: Filter,
        among: Sequence[str] | None = None,
        exact: bool = False,
    ) -> list[RankedId]:
        """Return at most `limit` of the chunks that may be read, best first; see the port."""
        ours = self._within(where)
        return self._whole.search(legs, limit=limit, rrf_k=rrf_k, where=ours, among=among, exact=exact)

    def search_each(
        self, legs: Sequence[Leg], *, where: Filter, among: Sequence[str] | None = None
    ) -> list[list[RankedId]]:
        """Return what each leg brings of the chunks that may be read; see the port."""
        return self._whole.search_each(legs, where=self._within(where), among=among)

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks of these ids; one that may not be read is absent, as an unknown one is."""
        found = self._whole.chunks(ids)
        return {one: chunk for one, chunk in found.items() if self._is_seen(chunk.document)}

    def vectors(self, ids: Sequence[str]) -> dict[str, ChunkVectors]:
        """Return the stored vectors of these ids; one that may not be read is absent."""
        return self._whole.vectors(self._readable(ids))

    def titles(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the title vectors of these ids; one that may not be read is absent."""
        return self._whole.titles(self._readable(ids))

    def chunk_ids(self) -> dict[str, str]:
        """Return content hash by chunk id, for all chunks that may be read."""
        return {
            one: content for tenant in self._seen for one, content in self._whole.chunk_ids_of(tenant).items()
        }

    def document(self, name: str) -> ParsedDocument:
        """Return a document with its text and sections. Raises KeyError if it may not be read."""
        if not self._is_seen(name):
            raise KeyError(name)
        return self._whole.document(name)

    def vocabulary(self) -> dict[str, int]:
        """Return how many of the chunks that may be read hold each word, lower case and unstemmed."""
        return dict(self._vocabulary)

    def close(self) -> None:
        """Do nothing: the build is closed by whoever opened it."""

    @cached_property
    def _vocabulary(self) -> Mapping[str, int]:
        return summed(self._whole.vocabulary_of(tenant) for tenant in self._seen)

    def _within(self, where: Filter) -> Filter:
        if TENANT_FIELD in where:
            raise ValueError(f"no filter field {TENANT_FIELD!r}; there are {FILTER_FIELDS}")
        return {**where, TENANT_FIELD: self._seen}

    def _is_seen(self, document: str) -> bool:
        return tenant_of(document) in self._seen

    def _readable(self, ids: Sequence[str]) -> list[str]:
        owners = self._whole.tenants_of(ids)
        return [one for one in dict.fromkeys(ids) if owners.get(one) in self._seen]


def summed(vocabularies: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return how many chunks hold each word, over several lots of chunks."""
    total: Counter[str] = Counter()
    for one in vocabularies:
        total.update(one)
    return dict(total)
