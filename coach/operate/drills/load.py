"""Drills of what all requests share: the database, and the queue."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing

from coach.operate.drills.models import QUESTIONS
from coach.operate.drills.provider import SLOW
from coach.operate.drills.service import DEADLINE_S, until
from coach.operate.drills.stage import Stage
from coach.operate.drills.step import Step

_TIMEOUT_S = 1
_THREADS, _WAITING, _REQUESTS = 1, 8, 24


def database_unreachable(stage: Stage) -> Iterator[Step]:
    """Another program locks the database; it is ended, and nothing that was acknowledged is lost."""
    stage.ingest()
    file = stage.folder / "data" / "coach.sqlite"
    service = stage.serve(database_timeout_s=_TIMEOUT_S)
    given = service.ask(QUESTIONS[0])
    yield Step("before", "an answer is given and kept", given.id, given.status == "answered")
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield Step("broken", "another program holds the lock", file.name, held=True)
        refused = service.refusal(QUESTIONS[1])
        yield Step("signal", "not kept, not given", refused, refused == "DatabaseError")
        counted = service.metric("coach_requests_total", route="/v1/answers", status="503")
        yield Step("signal", "coach_requests_total{status=503}", f"{counted:g}", counted > 0)
        logged = [row for row in service.logged("request") if row.get("problem") == "database-unavailable"]
        yield Step("signal", "log: request, database-unavailable", f"{len(logged)} lines", bool(logged))
        holder.execute("ROLLBACK")
    answer = service.ask(QUESTIONS[1])
    yield Step("mitigation", "the lock is gone: answers again", answer.id, answer.status == "answered")
    said = stage.coach("db", "status").strip()
    yield Step("after", "coach db status", said.rpartition(": ")[2], said.endswith("ready"))
    kept = service.client.answer(given.id).answer
    yield Step("after", "what was given before is kept", kept.id, kept == given)
    chains = stage.coach("audit", "verify").splitlines()
    holds = sum("holds" in line for line in chains)
    yield Step("after", "coach audit verify", f"{holds} of {len(chains)} chains hold", holds == len(chains))


def queue_saturated(stage: Stage) -> Iterator[Step]:
    """Many ask a slow model at once; without the model the queue empties."""
    stage.ingest()
    provider = stage.provider()
    service = stage.serve(
        model=f"openai/{SLOW}",
        model_api_base=provider.url,
        model_attempts=1,
        api_threads=_THREADS,
        api_waiting=_WAITING,
    )
    asked = [f"{QUESTIONS[number % len(QUESTIONS)]} ({number})" for number in range(_REQUESTS)]
    with ThreadPoolExecutor(_REQUESTS) as crowd:
        waiting: list[Future[str]] = [crowd.submit(service.refusal, question) for question in asked]
        yield Step(
            "broken", "a crowd asks a slow model", f"{_REQUESTS} at once, {_THREADS} thread", held=True
        )
        waiting_now = until(lambda: service.metric("coach_queue_waiting"), lambda value: value >= _WAITING)
        limit = service.metric("coach_queue_waiting_limit")
        yield Step("signal", "coach_queue_waiting", f"{waiting_now:g} of {limit:g}", waiting_now >= limit)
        refused = until(
            lambda: service.metric("coach_requests_total", route="/v1/answers", status="503"), bool
        )
        yield Step("signal", "coach_requests_total{status=503}", f"{refused:g}", refused > 0)
        stage.switch("quotes_only", "on")
        ended = wait(waiting, DEADLINE_S)
        outcomes = [one.result() for one in ended.done]
    overloaded = outcomes.count("OverloadedError")
    yield Step("signal", "who comes too many is told at once", f"{overloaded} overloaded", overloaded > 0)
    answered = outcomes.count("")
    all_ended = answered + overloaded == _REQUESTS
    yield Step("mitigation", "the rest is answered by quotes", f"{answered} answered", all_ended)
    answer = service.ask(QUESTIONS[0])
    total_s = answer.timing_ms["total"] / 1000.0
    is_quick = answer.degraded == ("switch: quotes_only=on",) and total_s < provider.stall_s
    yield Step("after", "a question is answered soon", f"{total_s:.2f} s", is_quick)
    waiting_now = service.metric("coach_queue_waiting")
    yield Step("after", "coach_queue_waiting", f"{waiting_now:g}", waiting_now == 0)
