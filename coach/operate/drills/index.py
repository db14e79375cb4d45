"""Drills of the index: its server is gone, it is stale, pages were lost, a release is bad."""

from __future__ import annotations

import json
from collections.abc import Iterator

from coach.operate.drills.models import QUESTIONS
from coach.operate.drills.qdrant import Qdrant
from coach.operate.drills.service import Service, until
from coach.operate.drills.stage import Stage
from coach.operate.drills.step import Part, Step
from coach.operate.freshness import IndexState
from coach.types import Answer

_PAGE, _QUESTION = "deploys.md", QUESTIONS[0]
_OLD, _NEW = "24 hours", "36 hours"
_TIMEOUT_S = 2


def index_unreachable(stage: Stage) -> Iterator[Step]:
    """The Qdrant server is killed; a copy in a folder takes over, then the server is back."""
    server = Qdrant.on(stage)
    stage.ingest(qdrant_url=server.url)
    standby = stage.folder / "standby"
    stage.coach("index", "move", str(standby), qdrant_url=server.url)
    service = stage.serve(qdrant_url=server.url, qdrant_timeout_s=_TIMEOUT_S)
    build = service.ask(_QUESTION).stack.parts["index"]
    yield Step(
        "before", "answers come from the server", f"build {build}", service.readiness()["index"] == "ok"
    )
    server.kill()
    yield Step("broken", "the Qdrant server is killed", server.url, held=True)
    refused = service.refusal(_QUESTION)
    yield Step("signal", "questions are refused, none made up", refused, refused == "IndexUnreachableError")
    yield _refusals(service)
    check = service.readiness()["index"]
    yield Step("signal", "/readyz", f"index: {check}", check == "IndexUnreachableError")
    spare = stage.serve(data_dir=standby)
    answer = spare.ask(_QUESTION)
    yield Step(
        "mitigation", "the copy in a folder answers", f"build {_build(answer)}", _build(answer) == build
    )
    server.start()
    answer = service.ask(_QUESTION)
    same = _build(answer) == build and service.readiness()["index"] == "ok"
    yield Step("after", "the server is back, no restart of the API", f"build {_build(answer)}", same)


def stale_index(stage: Stage) -> Iterator[Step]:
    """A page is edited and not indexed; an ingest makes the edit live."""
    stage.ingest()
    service = stage.serve()
    yield _quotes(service, "before", _OLD, "the answer quotes the page")
    page = stage.pages / _PAGE
    page.write_text(page.read_text(encoding="utf-8").replace(_OLD, _NEW), encoding="utf-8")
    yield Step("broken", "the page is edited, nobody ingests", f"{_OLD} -> {_NEW}", held=True)
    changed = service.client.operate.index().changed
    yield Step("signal", "/v1/operate/index: changed", ", ".join(changed), changed == (_PAGE,))
    yield _quotes(service, "signal", _OLD, "the answer quotes the old page")
    stage.ingest()
    state = _caught_up(service)
    yield Step(
        "mitigation",
        "coach ingest: current, nothing changed",
        f"build {state.served.build}",
        state.is_current and not state.changed,
    )
    yield _quotes(service, "after", _NEW, "the answer quotes the new page")


def abstention_surge(stage: Stage) -> Iterator[Step]:
    """Somebody ingests a folder that lacks pages; the build before comes back."""
    stage.ingest()
    service = stage.serve()
    before = [service.ask(question).status for question in QUESTIONS]
    yield Step(
        "before",
        "questions are answered",
        f"{before.count('answered')} of {len(before)}",
        before.count("answered") == len(before),
    )
    for page in stage.pages.glob("*.md"):
        if page.name != _PAGE:
            page.unlink()
    stage.ingest()
    state = _caught_up(service)
    yield Step(
        "broken", "an ingest lost pages", f"{state.served.documents} page left", state.served.documents == 1
    )
    refused = [service.ask(question).status for question in QUESTIONS].count("abstained")
    is_surge = 2 * refused >= len(QUESTIONS)
    yield Step("signal", "half or more are refused", f"{refused} of {len(QUESTIONS)}", is_surge)
    counted = service.metric("coach_answers_total", status="abstained")
    yield Step("signal", "coach_answers_total{status=abstained}", f"{counted:g}", counted == refused)
    stage.coach("index", "rollback")
    state = _caught_up(service)
    yield Step(
        "mitigation", "coach index rollback", f"{state.served.documents} pages", state.served.documents > 1
    )
    after = [service.ask(question).status for question in QUESTIONS].count("answered")
    yield Step(
        "after", "questions are answered again", f"{after} of {len(QUESTIONS)}", after == len(QUESTIONS)
    )


def bad_release(stage: Stage) -> Iterator[Step]:
    """A poor stack is put in force and a poor build is promoted; both are rolled back."""
    stage.ingest()
    service = stage.serve()
    good = service.client.stack()
    yield Step("before", "the stack in force", f"{good.hash}, index {good.parts['index']}", held=True)
    stage.coach("stack", "use", rerank="false", passages=1, dense_limit=1, sparse_limit=1)
    bad = until(service.client.stack, lambda one: one.hash != good.hash)
    yield Step("broken", "a stack is released", bad.hash, bad.hash != good.hash)
    answer = service.ask(_QUESTION)
    yield Step("signal", "answers lack something", "; ".join(answer.degraded), "reranker" in answer.degraded)
    logged = len(service.logged("stack_switched"))
    yield Step("signal", "log: stack_switched", f"{logged} lines", logged > 0)
    stage.coach("stack", "rollback")
    now = until(service.client.stack, lambda one: one.hash == good.hash)
    yield Step("mitigation", "coach stack rollback", now.hash, now.hash == good.hash)
    (stage.pages / _PAGE).unlink()
    built = json.loads(stage.coach("index", "build", str(stage.pages), "--json"))["build"]
    stage.coach("index", "promote", built)
    bad = until(service.client.stack, lambda one: one.parts["index"] == built)
    status = service.ask(_QUESTION).status
    yield Step(
        "broken", "a build without a page is promoted", bad.parts["index"], bad.parts["index"] == built
    )
    yield Step("signal", "the question of that page", status, status == "abstained")
    stage.coach("index", "rollback")
    now = until(service.client.stack, lambda one: one.hash == good.hash)
    yield Step("mitigation", "coach index rollback", now.parts["index"], now.hash == good.hash)
    answer = service.ask(_QUESTION)
    is_well = answer.status == "answered" and answer.stack.hash == good.hash and not answer.degraded
    yield Step("after", "answers as before the release", answer.status, is_well)


def _caught_up(service: Service) -> IndexState:
    """Return the state of the index once the service answers from the live build, or does not in time."""
    live = service.client.operate.index().live.build
    until(service.client.stack, lambda one: one.parts["index"] == live)
    return service.client.operate.index()


def _quotes(service: Service, part: Part, words: str, what: str) -> Step:
    """Ask for the page that is edited, and look for words of it in the quotes."""
    claims = service.ask(_QUESTION).outline.claims()
    found = [cited.quote for claim in claims for cited in claim.citations if words in cited.quote]
    return Step(part, what, f"{words!r} in {len(found)} quotes", bool(found))


def _refusals(service: Service) -> Step:
    value = service.metric("coach_requests_total", route="/v1/answers", status="503")
    return Step("signal", "coach_requests_total{status=503}", f"{value:g}", value > 0)


def _build(answer: Answer) -> str:
    return answer.stack.parts["index"]
