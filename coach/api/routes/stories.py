"""The story bank: STAR stories, and which behavioural questions they answer."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from coach.api.callers import Practitioner, json_only
from coach.api.examples import STORIES_LINKS, STORY_LINKS
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.practice import StoryChange, StoryPage
from coach.api.replies import json_reply
from coach.api.schemas import MAX_PAGE
from coach.practice.coverage import Coverage, coverage
from coach.practice.story import Story, StoryText, with_questions
from coach.store.paging import MOST_PAGE_ITEMS
from ingest.contract import Level

router = APIRouter(prefix="/v1/practice", tags=["practice"])
_JSON = "application/json"


@router.post(
    "/stories",
    status_code=201,
    response_model=Story,
    responses={201: {"links": STORY_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_story(
    given: StoryText, request: Request, turn: Practitioner, idempotency_key: IdempotencyKey = None
) -> Response:
    """Keep a story: situation, task, action and result, in one's own words."""

    def work() -> Story:
        text = with_questions(given, turn.coach.practice_question)
        return turn.services.stories.add(turn.principal.owner, text)

    async def make() -> Response:
        return json_reply(await turn.services.read(work), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("/stories", response_model=StoryPage, responses={200: {"links": STORIES_LINKS}})
async def list_stories(
    turn: Practitioner,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Return one's own stories, newest first."""
    find = partial(turn.services.stories.list, turn.principal.owner, limit=limit, cursor=cursor)
    page = await turn.services.read(find)
    return json_reply(StoryPage(stories=page.items, next_cursor=page.next_cursor))


@router.get("/story-coverage", response_model=Coverage)
async def get_story_coverage(turn: Practitioner, level: Level | None = None) -> Response:
    """Return which behavioural questions one's newest 200 stories answer, and where there is a gap."""

    def work() -> Coverage:
        services, coach = turn.services, turn.coach
        kept = services.stories.list(turn.principal.owner, limit=MOST_PAGE_ITEMS).items
        return coverage(kept, coach.practice_questions(), coach.question_vectors(), coach.embed, level)

    return json_reply(await turn.think("", work))


@router.get("/stories/{story_id}", response_model=Story)
async def get_story(story_id: str, turn: Practitioner) -> Response:
    """Return one of one's own stories."""
    find = partial(turn.services.stories.get, turn.principal.owner, story_id)
    return json_reply(await turn.services.read(find))


@router.put("/stories/{story_id}", response_model=Story, dependencies=[Depends(json_only)])
async def replace_story(story_id: str, given: StoryChange, turn: Practitioner) -> Response:
    """Say a story otherwise from now on; 409 if it was changed since it was read."""

    def work() -> Story:
        stories, owner = turn.services.stories, turn.principal.owner
        before = stories.get(owner, story_id)
        text = StoryText(**given.model_dump(exclude={"after"}))
        text = with_questions(text, turn.coach.practice_question, kept=before.question_ids)
        return stories.replace(owner, story_id, text, after=given.after)

    return json_reply(await turn.services.read(work))


@router.delete("/stories/{story_id}", status_code=204, response_class=Response)
async def delete_story(story_id: str, turn: Practitioner) -> Response:
    """Delete one of one's own stories."""
    await turn.services.read(partial(turn.services.stories.delete, turn.principal.owner, story_id))
    return Response(status_code=204)
