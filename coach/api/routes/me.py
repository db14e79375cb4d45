"""What is kept of whoever asks: to be taken along, and to be erased."""

from __future__ import annotations

from fastapi import APIRouter, Response

from coach.api.callers import Anyone
from coach.api.personal import Erasure, PersonalExport
from coach.api.replies import json_reply
from coach.errors import ForbiddenError

router = APIRouter(prefix="/v1/me", tags=["me"])


@router.get("/export", response_model=PersonalExport)
async def export_me(turn: Anyone) -> Response:
    """Return all that is kept of the person whose key it is, as plain JSON."""

    def work() -> str:
        owner = turn.principal.owner
        kept = turn.services.holdings.export(owner)
        return PersonalExport(tenant=owner.tenant, person=owner.person, holdings=kept).model_dump_json()

    return json_reply(await turn.services.read(work))


@router.delete("", response_model=Erasure)
async def erase_me(turn: Anyone) -> Response:
    """Erase all that is kept of the person whose key it is, and say how much that was. It cannot be undone.

    What belongs to the tenant as a whole is erased for an administrator alone. The key stays valid.
    """
    owner = turn.principal.owner
    if not owner.person and not turn.principal.may("admin"):
        raise ForbiddenError(
            f"key {turn.principal.key_id!r} names no person",
            hint="Use a key of the person whose rows are meant, or one with the scope 'admin'.",
        )

    def work() -> str:
        erased = turn.services.holdings.erase(owner)
        turn.services.audit.append(
            owner.tenant,
            actor=turn.principal.key_id,
            action="person.erased",
            subject=owner.person,
            details=dict(erased),
        )
        return Erasure(tenant=owner.tenant, person=owner.person, erased=erased).model_dump_json()

    return json_reply(await turn.services.read(work))
