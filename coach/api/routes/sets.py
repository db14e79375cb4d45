"""Question sets for recruiters: read, built, kept in versions, exported. No applicant is ever scored."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from coach.api.callers import RecruitingTeam, Turn, json_only
from coach.api.examples import SET_LINKS, SETS_LINKS
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.replies import json_reply
from coach.api.schemas import MAX_PAGE
from coach.api.sets import (
    CompetencyList,
    LeakReply,
    LeakRequest,
    ReadReply,
    ReadRequest,
    RestoreRequest,
    SetPage,
    SetReply,
    SetRequest,
    SetVersions,
    VersionRequest,
)
from coach.recruit.changes import SetChange, compare
from coach.recruit.exchange import MEDIA_TYPES, DocumentName, ExportFormat, export
from coach.recruit.lint import lint_text
from coach.recruit.order import build_first, build_next
from coach.recruit.store import StoredSet

router = APIRouter(prefix="/v1/question-sets", tags=["question sets"])
_JSON = "application/json"
Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The newest if none is named.")]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media.partition(";")[0]: {} for media in MEDIA_TYPES.values()}}
}


@router.get("/competencies", response_model=CompetencyList)
async def list_competencies(turn: RecruitingTeam) -> Response:
    """Return what questions can be about: the chapters of the handbook."""
    found = await turn.services.read(turn.shelf.recruiter.competencies)
    return json_reply(CompetencyList(competencies=found))


@router.post("/read", response_model=ReadReply, dependencies=[Depends(json_only)])
async def read_request(given: ReadRequest, turn: RecruitingTeam) -> Response:
    """Return the wishes that a job text or a note states, and the words that each comes from.

    Nothing is kept. Change the wishes as you like and send them to build a set.
    """

    def work() -> str:
        reading = turn.read_request(given.text)
        return ReadReply(**dict(reading), findings=lint_text(given.text)).model_dump_json()

    return json_reply(await turn.think(given.text, work))


@router.post(
    "",
    status_code=201,
    response_model=SetReply,
    responses={201: {"links": SET_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_question_set(
    given: SetRequest, request: Request, turn: RecruitingTeam, idempotency_key: IdempotencyKey = None
) -> Response:
    """Build a set that meets the wishes, and keep it.

    `made.conflict` says why no set can meet them; `made.interviews` then hold the nearest one.
    """

    def work() -> SetReply:
        services, owner = turn.services, turn.principal.owner
        template = None
        if given.template_id is not None:
            template = services.templates.get(owner.tenant, given.template_id, given.template_version)
        made = build_first(turn.shelf.recruiter, given, template, turn.read_request)
        return _reply(turn, services.sets.add(owner, made))

    async def make() -> Response:
        turn.record.surface = "question_set"
        return json_reply(await turn.think(given.text, work), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("", response_model=SetPage, responses={200: {"links": SETS_LINKS}})
async def list_question_sets(
    turn: RecruitingTeam,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Return the sets of the whole team, latest change first."""
    find = partial(turn.services.sets.list, turn.principal.tenant, limit=limit, cursor=cursor)
    page = await turn.services.read(find)
    return json_reply(SetPage(sets=tuple(page.items), next_cursor=page.next_cursor))


@router.get("/{set_id}", response_model=SetReply)
async def get_question_set(set_id: str, turn: RecruitingTeam, version: Version = None) -> Response:
    """Return a version of a set."""

    def work() -> SetReply:
        return _reply(turn, turn.services.sets.get(turn.principal.tenant, set_id, version))

    return json_reply(await turn.services.read(work))


@router.delete("/{set_id}", status_code=204)
async def delete_question_set(set_id: str, turn: RecruitingTeam) -> Response:
    """Remove a set with all its versions."""
    await turn.services.read(partial(turn.services.sets.delete, turn.principal.tenant, set_id))
    return Response(status_code=204)


@router.post(
    "/{set_id}/versions", status_code=201, response_model=SetReply, dependencies=[Depends(json_only)]
)
async def create_question_set_version(
    set_id: str,
    given: VersionRequest,
    request: Request,
    turn: RecruitingTeam,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Build the next version of a set; refused with 409 if somebody else made one meanwhile.

    What the request does not speak of stays as it was: fields that `wishes` leaves out (`count`, `fewest` and
    `most` are one), and what a `text` alone does not mention. What a text rules out is added.
    """

    def work() -> SetReply:
        sets, owner = turn.services.sets, turn.principal.owner
        newest = sets.get(owner.tenant, set_id)  # before the work of building, not after it
        made = build_next(turn.shelf.recruiter, given, newest.made, turn.read_request)
        return _reply(turn, sets.add_version(owner, set_id, made, after=given.after))

    async def make() -> Response:
        return json_reply(await turn.think(given.text, work), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("/{set_id}/versions", response_model=SetVersions)
async def list_question_set_versions(set_id: str, turn: RecruitingTeam) -> Response:
    """Return all versions of a set, newest first."""
    find = partial(turn.services.sets.versions, turn.principal.tenant, set_id)
    return json_reply(SetVersions(versions=await turn.services.read(find)))


@router.post("/{set_id}/restore", status_code=201, response_model=SetReply, dependencies=[Depends(json_only)])
async def restore_question_set(
    set_id: str,
    given: RestoreRequest,
    request: Request,
    turn: RecruitingTeam,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Make an older version the newest again, as a version of its own; those between stay."""

    def work() -> SetReply:
        sets, owner = turn.services.sets, turn.principal.owner
        older = sets.get(owner.tenant, set_id, given.version).made
        return _reply(turn, sets.add_version(owner, set_id, older, after=given.after))

    async def make() -> Response:
        return json_reply(await turn.services.read(work), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("/{set_id}/changes", response_model=SetChange)
async def get_question_set_changes(
    set_id: str,
    turn: RecruitingTeam,
    before: Annotated[int, Query(ge=1, le=2**31 - 1)],
    after: Version = None,
) -> Response:
    """Return what changed from one version of a set to another."""

    def work() -> SetChange:
        find = partial(turn.services.sets.get, turn.principal.tenant, set_id)
        return compare(find(before).made, find(after).made)

    return json_reply(await turn.services.read(work))


@router.get("/{set_id}/export", response_class=Response, responses=_FILES)
async def export_question_set(
    set_id: str,
    turn: RecruitingTeam,
    form: Annotated[ExportFormat, Query(alias="format")] = "pdf",
    document: DocumentName = "guide",
    version: Version = None,
) -> Response:
    """Return a set as a file: the guide, the scorecard or the candidate's preparation, or the whole set.

    JSON holds the whole set and CSV all its questions, whatever document is named. Of a set that could not
    be made there is neither scorecard nor preparation.
    """

    def work() -> bytes:
        return export(turn.services.sets.get(turn.principal.tenant, set_id, version).made, form, document)

    name = f"question-set-{document}.{form}" if form not in {"json", "csv"} else f"question-set.{form}"
    return Response(
        await turn.services.read(work),
        media_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/{set_id}/leaks", response_model=LeakReply, dependencies=[Depends(json_only)])
async def find_question_set_leaks(set_id: str, given: LeakRequest, turn: RecruitingTeam) -> Response:
    """Return the questions of a set that a text gives away, by their words or by their meaning."""

    def work() -> str:
        services = turn.services
        made = services.sets.get(turn.principal.tenant, set_id).made
        return LeakReply(leaks=turn.shelf.recruiter.leaks(made, given.text)).model_dump_json()

    return json_reply(await turn.think(given.text, work))


def _reply(turn: Turn, stored: StoredSet) -> SetReply:
    changed = stored.made.corpus_hash != turn.shelf.catalogue.corpus_hash
    return SetReply(**dict(stored), corpus_changed=changed)
