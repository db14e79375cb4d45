"""The handbook itself: its documents, the text around a span, its questions."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from coach.api.callers import Asker
from coach.api.catalogue import QuestionFilter
from coach.api.examples import DOCUMENT_LINKS, NOT_MODIFIED, QUESTION_LINKS
from coach.api.negotiation import is_current
from coach.api.replies import json_reply
from coach.api.schemas import (
    MAX_PAGE,
    DocumentList,
    DocumentText,
    QuestionDetail,
    QuestionPage,
    Span,
)
from ingest.contract import Level, QuestionKind

router = APIRouter(prefix="/v1", tags=["handbook"])
MARGIN_CHARS = 600
Offset = Annotated[int | None, Query(ge=0, le=2**31)]
IfNoneMatch = Annotated[str | None, Header(description="An ETag that the client has already.")]


@router.get(
    "/documents",
    response_model=DocumentList,
    responses={200: {"links": DOCUMENT_LINKS}, 304: NOT_MODIFIED},
)
async def list_documents(turn: Asker, if_none_match: IfNoneMatch = None) -> Response:
    """Return all documents of the handbook."""
    catalogue = turn.shelf.catalogue
    tag = catalogue.tag("documents")
    if is_current(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return json_reply(await turn.services.read(catalogue.documents), headers={"ETag": tag})


@router.get("/documents/{document_id:path}", response_model=DocumentText, responses={304: NOT_MODIFIED})
async def get_document(  # noqa: PLR0917 - FastAPI passes them by name
    document_id: str,
    turn: Asker,
    start: Offset = None,
    end: Offset = None,
    margin: Annotated[int, Query(ge=0, le=20_000)] = MARGIN_CHARS,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Return a document, or with `start` and `end` whole lines around that span of it.

    Offsets count characters, as citations do. `margin` is how many characters more are wanted on each side.
    """
    catalogue = turn.shelf.catalogue
    span = None
    if start is not None or end is not None:
        first = start or 0
        span = Span(start=first, end=first if end is None else end)
    text = await turn.services.read(partial(catalogue.text, document_id, span, margin=margin))
    tag = catalogue.tag(document_id, text.sha256, span, margin)
    if is_current(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return json_reply(text, headers={"ETag": tag})


@router.get("/questions", response_model=QuestionPage, responses={200: {"links": QUESTION_LINKS}})
async def list_questions(  # noqa: PLR0917 - FastAPI passes them by name
    turn: Asker,
    level: Level | None = None,
    kind: QuestionKind | None = None,
    document: Annotated[str, Query(description="Id of a document: a chapter.", max_length=1000)] = "",
    q: Annotated[str, Query(description="Words that must all occur.", max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Return a page of the handbook's questions, in its order. Follow `next_cursor` for the next page."""
    wanted = QuestionFilter(level=level, kind=kind, document=document, words=q)
    find = partial(turn.shelf.catalogue.questions, wanted, limit=limit, cursor=cursor)
    return json_reply(await turn.services.read(find))


@router.get("/questions/{question_id}", response_model=QuestionDetail)
async def get_question(question_id: str, turn: Asker) -> Response:
    """Return a question by its id or slug, with its typed parts."""
    return json_reply(await turn.services.read(partial(turn.shelf.catalogue.question, question_id)))
