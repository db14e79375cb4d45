"""Every failure of a request as a response with problem details."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from coach.api.problems import (
    HTTP_PROBLEMS,
    INTERNAL,
    MEDIA_TYPE,
    FieldProblem,
    OpenAIError,
    Part,
    Problem,
    ProblemType,
    describe,
    make_problem,
    retry_after_s,
)
from coach.api.record import RequestRecord, record_of
from coach.errors import CoachError, UnauthenticatedError

_HINTS = {
    400: "Send JSON in UTF-8.",
    404: "GET /v1/openapi.json lists what there is.",
    405: "See the Allow header.",
    413: "Send a shorter body, or raise COACH_MAX_BODY_KB.",
    415: "Send 'Content-Type: application/json'.",
    421: "Use the server's own name, or add this one to COACH_ALLOWED_HOSTS.",
    422: "Correct the fields that are named.",
}
_METHOD_REFUSED = 405
_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
_PARTS: dict[str, Part] = {"body": "body", "query": "query", "path": "path", "header": "header"}
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def install(app: FastAPI) -> None:
    """Make every failure of the app's routes a problem."""
    app.add_exception_handler(CoachError, _on_ours)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)


def refuse(record: RequestRecord, status: int, detail: str) -> Response:
    """Return the problem of a status that the HTTP layer itself gives."""
    return _respond(record, make_problem(HTTP_PROBLEMS[status], detail, hint=_HINTS.get(status, "")))


def crashed(record: RequestRecord) -> Response:
    """Return the problem of a failure that nobody foresaw; what it was stands in the log alone."""
    hint = f"Look for request {record.request_id} in the server's log."
    return _respond(record, make_problem(INTERNAL, "the failure is the server's own", hint=hint))


def from_ours(record: RequestRecord, error: CoachError) -> Response:
    """Return one of our errors as a response; it says when to come back if that helps."""
    headers = {}
    wait_s = retry_after_s(error)
    if wait_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait_s)))
    if isinstance(error, UnauthenticatedError):
        headers["WWW-Authenticate"] = 'Bearer realm="coach"'
    return _respond(record, describe(error), headers)


def _respond(record: RequestRecord, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    record.noted["problem"] = problem.type.rpartition("/")[2]
    told: dict[str, Any] = {"request_id": record.request_id}
    if record.speaks_openai:
        told["error"] = openai_error(problem)
    content = problem.model_copy(update=told).model_dump_json(exclude_none=True)
    return Response(content, status_code=problem.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def openai_error(problem: Problem) -> OpenAIError:
    """Return a problem as OpenAI's clients read it."""
    kind = "server_error" if problem.status >= HTTP_PROBLEMS[500].status else "invalid_request_error"
    first = problem.errors[0] if problem.errors else None
    detail = f"{first.pointer}: {first.detail}" if first else problem.detail
    return OpenAIError(
        message=f"{detail}. {problem.hint}".rstrip(". ") + ".",
        type=_OPENAI_TYPES.get(problem.status, kind),
        code=problem.type.rpartition("/")[2],
        param=first.pointer.removeprefix("#/") if first else None,
    )


async def _on_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, CoachError)  # noqa: S101 - it is registered for this class
    return from_ours(record_of(request.scope), error)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this class
    record = record_of(request.scope)
    details = {404: f"there is nothing at {request.url.path!r}", 405: f"{request.method} is not allowed here"}
    known = HTTP_PROBLEMS.get(error.status_code)
    kind = known or ProblemType("bad-request", error.status_code, HTTP_PROBLEMS[400].title)
    detail = details.get(error.status_code, str(error.detail))
    problem = make_problem(kind, detail, hint=_HINTS.get(error.status_code, ""))
    headers = (
        {"Allow": ", ".join(_allowed(request))} if error.status_code == _METHOD_REFUSED else error.headers
    )
    return _respond(record, problem, headers)


def _allowed(request: Request) -> tuple[str, ...]:
    """Return the methods that an address takes; of several routes to it Starlette names the first one's.

    An address of the API's document goes before one that would take it for an id.
    """
    documented = request.app.openapi()["paths"].get(request.scope["path"])
    if documented:
        return tuple(method for method in _METHODS if method.lower() in documented)
    routes = request.app.router.routes
    return tuple(
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    )


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for this class
    record = record_of(request.scope)
    found: Sequence[Mapping[str, Any]] = error.errors()
    if found and found[0]["type"] == "json_invalid":
        where = found[0]["loc"][-1]
        return refuse(record, 400, f"the body is not JSON: {found[0]['ctx']['error']} at character {where}")
    errors = tuple(_field(one) for one in found)
    named = ", ".join(dict.fromkeys(f"{one.part} {one.pointer}" for one in errors))
    problem = make_problem(HTTP_PROBLEMS[422], f"not valid: {named}", hint=_HINTS[422], errors=errors)
    return _respond(record, problem)


def _field(error: Mapping[str, Any]) -> FieldProblem:
    part, *inside = error["loc"]
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in inside)
    pointer = "#" + "".join(f"/{step}" for step in escaped)
    return FieldProblem(part=_PARTS.get(str(part), "body"), pointer=pointer, detail=str(error["msg"]))
