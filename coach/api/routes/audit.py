"""What an audit asks: where an answer comes from, which answers used a chunk, whether the log holds."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from coach.api.callers import Administrator, Turn
from coach.api.examples import LINEAGE_LINKS
from coach.api.operate import MAX_INTEGER, EntryPage, Verdict
from coach.api.replies import json_reply
from coach.api.schemas import MAX_PAGE
from coach.operate.lineage import ChunkUses, Lineage
from coach.store.audit import EMPTY, SERVICE, Head
from coach.store.base import NAME_CHARS

router = APIRouter(prefix="/v1/operate/audit", tags=["operations"])
_CHAIN = "^[A-Za-z0-9_.@*-]*$"
TenantName = Annotated[
    str | None,
    Query(max_length=NAME_CHARS, pattern=_CHAIN, description="Whose; that of the key if none is named."),
]
PageLimit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Sequence = Annotated[int | None, Query(ge=1, le=MAX_INTEGER)]


@router.get("/answers/{answer_id}", response_model=Lineage)
async def get_lineage(answer_id: str, turn: Administrator, tenant: TenantName = None) -> Response:
    """Return what an answer was made of, by hashes, ids and figures; also of one that was erased since."""
    find = partial(turn.services.auditor.lineage, _whose(turn, tenant), answer_id)
    return json_reply(await turn.services.read(find))


@router.get("/chunks/{chunk_id}", response_model=ChunkUses, responses={200: {"links": LINEAGE_LINKS}})
async def list_chunk_uses(
    chunk_id: str,
    turn: Administrator,
    tenant: TenantName = None,
    limit: PageLimit = 50,
    before: Sequence = None,
) -> Response:
    """Return the answers that cite a chunk, newest first; an empty list if none does."""
    auditor = turn.services.auditor
    find = partial(auditor.uses, _whose(turn, tenant), chunk_id, limit=limit, before=before)
    return json_reply(await turn.services.read(find))


@router.get("/entries", response_model=EntryPage)
async def list_entries(turn: Administrator, limit: PageLimit = 50, before: Sequence = None) -> Response:
    """Return what was done to the service as a whole, newest first: keys, stacks, switches."""

    def work() -> EntryPage:
        found = turn.services.audit.latest(SERVICE, limit=limit + 1, before=before)
        next_before = found[limit - 1].sequence if len(found) > limit else None
        return EntryPage(entries=found[:limit], next_before=next_before)

    return json_reply(await turn.services.read(work))


@router.get("/verify", response_model=Verdict)
async def verify_audit_log(
    turn: Administrator,
    tenant: TenantName = None,
    noted: Annotated[
        str | None,
        Query(
            pattern="^([1-9][0-9]{0,9}:[0-9a-f]{64}|0:0{64})$",
            description="SEQUENCE:HASH that the tenant's chain ended with at some time.",
        ),
    ] = None,
) -> Response:
    """Walk the chains and return whether every entry is there and as it was written.

    All chains if neither a tenant nor an end is named; `*` is the service's. An end that was noted earlier
    proves that nothing was cut off or rewritten since. 404 if the tenant has no chain.
    """
    whose, head = tenant, EMPTY
    if noted is not None:
        sequence, _, digest = noted.partition(":")
        whose, head = _whose(turn, tenant), Head(sequence=int(sequence), hash=digest)
    chains = await turn.services.read(partial(turn.services.auditor.verify, whose, noted=head))
    return json_reply(Verdict(holds=all(one.verification.holds for one in chains), chains=chains))


def _whose(turn: Turn, tenant: str | None) -> str:
    return turn.principal.tenant if tenant is None else tenant
