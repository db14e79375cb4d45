"""How a search is put to an engine and how its reply becomes ranks: the same for both engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest

from ingest.errors import IndexMismatchError
from ingest.store.values import FILTER_FIELDS, INDEXED_FIELDS, Filter, Leg, RankedId, SparseVector

SCORE_DIGITS = 7
"""Fused scores are sums of float32; beyond this digit ranks (1, 2, 3) and (3, 1, 2) would not tie."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A search that can bring hits.

    Attributes:
        legs: What the engine runs: a leg of weight n stands here n times, because the server ignores
            weights and the embedded engine's weights scale ranks, not shares.
        fused: Whether their ranks are fused; if not, there is one leg and its own scores count.
        where: Filter field -> accepted values, none of them empty.
        among: Ids to choose among, or None for all.
        fetch: Hits to ask for: all candidates, since the engine breaks ties at random before it cuts.
        engine_k: The engine's k. It counts ranks from 0, so it is one more than ours.
    """

    legs: tuple[Leg, ...]
    fused: bool
    where: dict[str, list[str]]
    among: tuple[str, ...] | None
    fetch: int
    engine_k: int


def make_plan(
    legs: Sequence[Leg], *, dimension: int, rrf_k: int, where: Filter, among: Sequence[str] | None = None
) -> Plan | None:
    """Return what to ask the engine, or None if nothing can be found.

    Raises:
        ValueError: The filter names an unknown field, or gives one text where several are due.
        IndexMismatchError: A dense query has another dimension than the index.
    """
    accepted = _check_filter(where)
    bringing = [leg for leg in legs if not isinstance(leg.query, SparseVector) or leg.query.indices]
    for leg in bringing:
        if isinstance(leg.query, SparseVector) or leg.using == "tokens":
            continue
        if leg.query.shape != (dimension,):
            raise IndexMismatchError(
                f"leg {leg.name!r} asks with shape {leg.query.shape}, the index holds ({dimension},)"
            )
    if not bringing or not all(accepted.values()) or (among is not None and not among):
        return None
    fused = len(legs) > 1
    return Plan(
        legs=tuple(leg for leg in bringing for _ in range(leg.weight if fused else 1)),
        fused=fused,
        where=accepted,
        among=None if among is None else tuple(among),
        fetch=sum(leg.limit for leg in bringing),
        engine_k=rrf_k + 1,
    )


def _check_filter(where: Filter) -> dict[str, list[str]]:
    for field, values in where.items():
        if field not in INDEXED_FIELDS:
            raise ValueError(f"no filter field {field!r}; there are {FILTER_FIELDS}")
        if isinstance(values, str):
            raise ValueError(f"filter field {field!r} needs a list of texts, not {values!r}")  # noqa: TRY004
    return {field: list(values) for field, values in where.items()}


def ranked(found: Iterable[tuple[object, float]], *, fused: bool, limit: int) -> list[RankedId]:
    """Return the best `limit` of these ids and scores, best first, ties in the order of ids.

    An id may be anything that `str` names, a UUID, say; only of those that can be among the best is it named.

    >>> [(hit.id, hit.rank) for hit in ranked([("b", 0.5), ("a", 0.5), ("c", 0.7)], fused=True, limit=2)]
    [('c', 1), ('a', 2)]
    """
    if limit < 1:
        return []
    scores = [(one, round(score, SCORE_DIGITS) if fused else score) for one, score in found]
    least = nlargest(limit, (score for _, score in scores))[-1:]
    near = ((str(one), score) for one, score in scores if score >= least[0])
    best = sorted(near, key=lambda pair: (-pair[1], pair[0]))[:limit]
    return [RankedId(id=one, score=score, rank=rank) for rank, (one, score) in enumerate(best, start=1)]
