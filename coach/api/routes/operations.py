"""What operators look at: health, figures, the stack, eval runs, the pages about errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as PathParameter
from fastapi.responses import PlainTextResponse

from coach.api import metrics, runs
from coach.api.callers import Administrator, Asker
from coach.api.examples import ERROR_PAGE, FIGURES, RUN_LINKS
from coach.api.problems import ERROR_PAGES, all_types
from coach.api.replies import json_reply
from coach.api.schemas import EvalRuns, Health, Readiness
from coach.api.services import ServicesDep
from coach.errors import CoachError, NotFoundError
from coach.operate.freshness import live_build
from coach.types import Stack

router = APIRouter(tags=["operations"])
_SLUGS = tuple(kind.slug for kind in all_types())
_PAGES = Path(__file__).parents[3] / "docs" / "errors"


@router.get("/healthz", response_model=Health)
async def get_health() -> Response:
    """Say that the process runs."""
    return json_reply(Health())


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def get_readiness(services: ServicesDep) -> Response:
    """Say whether requests are taken; 503 if not."""
    checks = {"server": "draining" if services.drain.is_draining else "ok"}
    probes: dict[str, Callable[[], object]] = {
        "index": partial(live_build, services.coach),
        "database": services.database.check,
    }
    for name, probe in probes.items():
        try:
            await services.read(probe)
        except CoachError as error:
            checks[name] = type(error).__name__
        else:
            checks[name] = "ok"
    ready = set(checks.values()) == {"ok"}
    return json_reply(Readiness(ready=ready, checks=checks), status=200 if ready else 503)


@router.get("/metrics", response_class=PlainTextResponse, responses={200: FIGURES})
async def get_metrics(turn: Administrator) -> Response:
    """Return the figures of this process for Prometheus."""
    return Response(turn.services.figures(), media_type=metrics.MEDIA_TYPE)


@router.get("/v1/stack", response_model=Stack)
async def get_stack(turn: Asker) -> Response:
    """Return what answers are made with: index, models, settings, and the hash of it all."""
    return json_reply(await turn.services.read(lambda: turn.coach.stack))  # it may have to be opened


@router.get("/v1/evals", response_model=EvalRuns, responses={200: {"links": RUN_LINKS}})
async def list_runs(turn: Asker) -> Response:
    """Return the eval runs that are kept, newest first."""
    folder = turn.services.settings.data_dir
    return json_reply(await turn.services.read(partial(runs.list_runs, folder)))


@router.get("/v1/evals/{run_id}", response_model=dict[str, object])
async def get_run(run_id: str, turn: Asker) -> Response:
    """Return one eval run as it was written."""
    folder = turn.services.settings.data_dir
    return json_reply(await turn.services.read(partial(runs.read_run, folder, run_id)))


@router.get(f"{ERROR_PAGES}/{{slug}}", response_class=PlainTextResponse, responses={200: ERROR_PAGE})
async def get_error_page(
    slug: Annotated[str, PathParameter(json_schema_extra={"enum": list(_SLUGS)})],
) -> Response:
    """Return the page that explains a type of problem, as Markdown."""
    if slug not in _SLUGS:
        raise NotFoundError(f"there is no problem type {slug!r}")
    return Response((_PAGES / f"{slug}.md").read_bytes(), media_type="text/markdown; charset=utf-8")
