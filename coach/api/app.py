"""The HTTP API as one app: the routes with what stands around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata

import anyio
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from coach.api import failures, openapi
from coach.api.envelope import Envelope, allowed_hosts
from coach.api.mcp import PATH, McpEndpoint
from coach.api.record import REQUEST_ID
from coach.api.routes import (
    answers,
    audit,
    chat,
    conversations,
    drills,
    handbook,
    interviews,
    keys,
    me,
    operations,
    plans,
    practice,
    search,
    set_templates,
    sets,
    stacks,
    stories,
    switches,
)
from coach.api.services import Services
from coach.api.upkeep import purge, watch

_READ_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "MCP-Protocol-Version")
_EXPOSED_HEADERS = (
    REQUEST_ID,
    "ETag",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Idempotency-Replayed",
)
_ROUTES = (
    answers,
    conversations,
    search,
    handbook,
    practice,
    interviews,
    drills,
    stories,
    plans,
    set_templates,
    sets,
    chat,
    me,
    operations,
    keys,
    stacks,
    switches,
    audit,
)
BYTES_PER_KB = 1024


def create_app(services: Services) -> FastAPI:
    """Return the app that serves these services; it does not close them."""
    settings = services.settings
    tools = McpEndpoint(services)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with tools.sessions.run(), anyio.create_task_group() as beside:
            beside.start_soon(purge, services)
            beside.start_soon(watch, services)
            yield
            beside.cancel_scope.cancel()

    app = FastAPI(
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # both pages would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.services = services
    for module in _ROUTES:
        app.include_router(module.router)
    # Starlette takes an ASGI app for an endpoint as well; its annotation does not say so.
    app.add_route(PATH, tools, methods=["POST"], include_in_schema=False)  # type: ignore[arg-type]
    failures.install(app)
    openapi.install(
        app,
        version=metadata.version("interview-coach"),
        needs_key=services.needs_key,
        max_question_chars=settings.max_question_chars,
    )
    app.add_middleware(
        Envelope,
        drain=services.drain,
        metrics=services.metrics,
        max_body_bytes=settings.max_body_kb * BYTES_PER_KB,
        hosts=None if services.needs_key else allowed_hosts(settings.allowed_hosts),
    )
    if settings.cors_origins:
        app.add_middleware(  # the last one added is the outermost: a page shall read refusals too
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=_READ_HEADERS,
            expose_headers=_EXPOSED_HEADERS,
        )
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
