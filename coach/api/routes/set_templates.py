"""House rules of question sets: kept in versions, and brought to the sets that are built on them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from coach.api.callers import RecruitingTeam, Turn, json_only
from coach.api.examples import TEMPLATE_LINKS, TEMPLATES_LINKS
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.replies import json_reply
from coach.api.schemas import MAX_PAGE
from coach.api.set_templates import (
    ReapplyRequest,
    TemplatePage,
    TemplateReply,
    TemplateRequest,
    TemplateVersionRequest,
    TemplateVersions,
)
from coach.api.sets import SetPage
from coach.recruit.reapply import Reapplied, Reapplier
from coach.recruit.store import StoredTemplate
from coach.recruit.template import TemplateChange, compare_rules

router = APIRouter(prefix="/v1/question-set-templates", tags=["question sets"])
_JSON = "application/json"
Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The newest if none is named.")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Cursor = Annotated[str | None, Query(max_length=1000)]


@router.post(
    "",
    status_code=201,
    response_model=TemplateReply,
    responses={201: {"links": TEMPLATE_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_set_template(
    given: TemplateRequest, request: Request, turn: RecruitingTeam, idempotency_key: IdempotencyKey = None
) -> Response:
    """Keep house rules: what all sets that are built on them have in common."""

    def work() -> TemplateReply:
        turn.shelf.recruiter.check(given.rules)
        return _reply(turn.services.templates.add(turn.principal.owner, given.rules))

    async def make() -> Response:
        return json_reply(await turn.services.read(work), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("", response_model=TemplatePage, responses={200: {"links": TEMPLATES_LINKS}})
async def list_set_templates(turn: RecruitingTeam, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Return the templates of the whole team, latest change first."""
    find = partial(turn.services.templates.list, turn.principal.tenant, limit=limit, cursor=cursor)
    page = await turn.services.read(find)
    return json_reply(TemplatePage(templates=page.items, next_cursor=page.next_cursor))


@router.get("/{template_id}", response_model=TemplateReply)
async def get_set_template(template_id: str, turn: RecruitingTeam, version: Version = None) -> Response:
    """Return a version of a template."""
    find = partial(turn.services.templates.get, turn.principal.tenant, template_id, version)
    return json_reply(_reply(await turn.services.read(find)))


@router.delete("/{template_id}", status_code=204)
async def delete_set_template(template_id: str, turn: RecruitingTeam) -> Response:
    """Remove a template with all its versions; sets that are built on it keep what it gave them."""
    await turn.services.read(partial(turn.services.templates.delete, turn.principal.tenant, template_id))
    return Response(status_code=204)


@router.get("/{template_id}/versions", response_model=TemplateVersions)
async def list_set_template_versions(template_id: str, turn: RecruitingTeam) -> Response:
    """Return all versions of a template, newest first."""
    find = partial(turn.services.templates.versions, turn.principal.tenant, template_id)
    return json_reply(TemplateVersions(versions=await turn.services.read(find)))


@router.post(
    "/{template_id}/versions",
    status_code=201,
    response_model=TemplateReply,
    dependencies=[Depends(json_only)],
)
async def create_set_template_version(
    template_id: str,
    given: TemplateVersionRequest,
    request: Request,
    turn: RecruitingTeam,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Keep the next version of house rules; no set changes until it is applied.

    Refused with 409 if somebody else made one meanwhile.
    """

    def work() -> TemplateReply:
        services, owner = turn.services, turn.principal.owner
        turn.shelf.recruiter.check(given.rules)
        return _reply(services.templates.add_version(owner, template_id, given.rules, after=given.after))

    async def make() -> Response:
        return json_reply(await turn.services.read(work), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("/{template_id}/changes", response_model=TemplateChange)
async def get_set_template_changes(
    template_id: str,
    turn: RecruitingTeam,
    before: Annotated[int, Query(ge=1, le=2**31 - 1)],
    after: Version = None,
) -> Response:
    """Return what changed from one version of a template to another."""

    def work() -> TemplateChange:
        find = partial(turn.services.templates.get, turn.principal.tenant, template_id)
        return compare_rules(find(before).rules, find(after).rules)

    return json_reply(await turn.services.read(work))


@router.get("/{template_id}/sets", response_model=SetPage)
async def list_template_sets(
    template_id: str, turn: RecruitingTeam, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Return the sets that are built on a template, each with the version of it that it follows."""

    def work() -> SetPage:
        services, tenant = turn.services, turn.principal.tenant
        services.templates.get(tenant, template_id)
        page = services.sets.built_on(tenant, template_id, limit=limit, cursor=cursor)
        return SetPage(sets=page.items, next_cursor=page.next_cursor)

    return json_reply(await turn.services.read(work))


@router.post("/{template_id}/apply", response_model=Reapplied, dependencies=[Depends(json_only)])
async def apply_set_template(
    template_id: str,
    given: ReapplyRequest,
    request: Request,
    turn: RecruitingTeam,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Bring a version of a template to sets that are built on it, or tell what would become of them.

    A set's own changes stay; where the template changed the same value, `kept` names both.
    """

    async def make() -> Response:
        return json_reply(await turn.think("", partial(_apply, turn, template_id, given)))

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


def _apply(turn: Turn, template_id: str, given: ReapplyRequest) -> Reapplied:
    services = turn.services
    return Reapplier(turn.shelf.recruiter, services.sets, services.templates).reapply(
        turn.principal.owner,
        template_id,
        given.sets,
        version=given.version,
        conflicts=given.conflicts,
        dry_run=given.dry_run,
    )


def _reply(stored: StoredTemplate) -> TemplateReply:
    return TemplateReply(**dict(stored))
