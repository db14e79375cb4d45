"""The handbook's best sections for a query."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from coach.api import asking
from coach.api.callers import Asker, json_only
from coach.api.examples import SEARCH_LINKS
from coach.api.replies import json_reply
from coach.api.schemas import SearchReply, SearchRequest

router = APIRouter(prefix="/v1", tags=["search"])


@router.post(
    "/search",
    response_model=SearchReply,
    responses={200: {"links": SEARCH_LINKS}},
    dependencies=[Depends(json_only)],
)
async def search(wanted: SearchRequest, turn: Asker) -> Response:
    """Return the best sections for a query, one hit each, best first."""
    asking.check_length(turn, wanted.query, "query")
    turn.record.surface = "search"
    where = {field: list(values) for field, values in wanted.filters if values}

    def work() -> str:
        hits = turn.coach.search(wanted.query, limit=wanted.limit, where=where)
        return SearchReply(query=wanted.query, hits=tuple(hits)).model_dump_json()

    return json_reply(await turn.think(wanted.query, work))
