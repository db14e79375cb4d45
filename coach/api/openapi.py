"""The OpenAPI document: what FastAPI derives, with our problems, limits and keys put in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from coach.api.problems import MEDIA_TYPE, Problem

TITLE = "Interview coach"
SUMMARY = (
    "Cited answer outlines for senior AI-engineer interviews: every quote is checked before it is shown."
)
_OPEN_PATHS = ("/healthz", "/readyz", "/errors/")
_REF = "#/components/schemas/{model}"
# What any request may meet; the rest depends on the operation.
_ALWAYS = {400: "bad-request", 421: "misdirected-request", 500: "internal", 503: "see /errors/"}
_WITH_KEY = {401: "unauthenticated", 403: "forbidden", 429: "quota-exceeded"}
_WITH_BODY = {
    406: "not-acceptable",
    409: "idempotency-key-busy",
    413: "body-too-large",
    415: "unsupported-media-type",
}
_BY_MODEL = {502: "model-output", 504: "model-timeout"}


def install(app: FastAPI, *, version: str, needs_key: bool, max_question_chars: int) -> None:
    """Let the app describe itself; the document is made once, when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app, version, needs_key, max_question_chars)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _describe(app: FastAPI, version: str, needs_key: bool, max_question_chars: int) -> dict[str, Any]:
    document = get_openapi(title=TITLE, version=version, summary=SUMMARY, routes=app.routes)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _, problems = models_json_schema([(Problem, "serialization")], ref_template=_REF)
    schemas |= problems["$defs"]
    for model, field in (("AnswerRequest", "question"), ("SearchRequest", "query")):
        schemas[model]["properties"][field]["maxLength"] = max_question_chars
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, path, method)
            if needs_key and not path.startswith(_OPEN_PATHS):
                operation["security"] = [{"key": []}]
    if needs_key:
        document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return document


def _complete(operation: dict[str, Any], path: str, method: str) -> None:
    """Name every problem that an operation may give."""
    known = dict(_ALWAYS)
    if not path.startswith(_OPEN_PATHS):
        known |= _WITH_KEY
    if method in {"post", "put"}:
        known |= _WITH_BODY | _BY_MODEL
    if operation.get("parameters") or "requestBody" in operation:
        known |= {404: "not-found", 422: "invalid-request"}
    responses = operation["responses"]
    for status, slug in sorted(known.items()):
        content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
        named = responses.setdefault(str(status), {"description": f"Problem: {slug}", "content": {}})
        if status == 422 or not named.get("content"):  # noqa: PLR2004 - FastAPI's own 422 is never sent
            named["content"] = content
        else:
            named["content"] |= content
