"""From a question to an answer by quotes alone, and what every answer has in common."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from coach.engine import Engine, Findings
from coach.events import Acknowledged, ClaimVerified, Degraded, Event, Finished, Found
from coach.retrieve.gate import abstain
from coach.retrieve.stopwatch import Stopwatch
from coach.telemetry.trace import NO_TRACES, Traces, traced
from coach.types import OUTLINE_FIELDS, Answer, Outline
from ingest.contract import Level

if TYPE_CHECKING:
    from coach.conversation import Dialogue

LOCAL_TENANT = "local"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with whatever else decides its answer.

    Attributes:
        tenant: To whom alone the answer may be given again.
    """

    question: str
    level: Level = "senior"
    conversation: Dialogue | None = None
    tenant: str = LOCAL_TENANT
    id: str = field(default_factory=lambda: secrets.token_hex(8))


def answer_by_quotes(engine: Engine, asked: Asked, traces: Traces = NO_TRACES) -> tuple[Answer, Findings]:
    """Return the quote-only outline, or an abstention if the handbook does not cover the question."""
    watch = Stopwatch()
    with traced(traces, asked.id, watch) as trace:
        standalone = completed(asked)
        findings = trace.findings = engine.find(standalone, watch)
        outline = Outline()
        made: dict[str, Any] = {}
        if findings.decision.covered:
            verified = engine.compose(findings, asked.level, watch)
            outline = verified.outline
            made = {"dropped": verified.dropped, "support_rate": verified.support_rate}
        made["timing_ms"] = watch.read_ms()
        answer = trace.answer = make_answer(engine, asked, findings, outline, made)
    log(answer)
    return answer, findings


def stream_quotes(engine: Engine, asked: Asked, traces: Traces = NO_TRACES) -> Generator[Event, None, None]:
    """Yield the quote-only outline event by event."""
    answer, findings = answer_by_quotes(engine, asked, traces)
    yield from told(answer, found(findings))


def completed(asked: Asked) -> str:
    """Return the question as it stands alone, as far as rules can tell."""
    if asked.conversation is None:
        return asked.question
    from coach.conversation import stand_alone

    return stand_alone(asked.question, asked.conversation.state).question


def told(answer: Answer, found: tuple[Found, ...]) -> Generator[Event, None, None]:
    """Yield the events of an answer that is already whole."""
    yield Acknowledged(
        answer_id=answer.id, found=found, stack_hash=answer.stack.hash, standalone=answer.standalone
    )
    yield from (Degraded(what=what) for what in answer.degraded)
    for name in OUTLINE_FIELDS:
        for index, claim in enumerate(getattr(answer.outline, name)):
            yield ClaimVerified(field=name, index=index, claim=claim)
    yield Finished(answer=answer)


def found(findings: Findings) -> tuple[Found, ...]:
    """Return the sections that an answer may draw on."""
    kept = set(Found.model_fields)
    return tuple(Found.model_validate(one.model_dump(include=kept)) for one in findings.passages)


def missing(engine: Engine) -> tuple[str, ...]:
    """Return what every answer of an engine lacks, and what operators switched."""
    return (*(() if engine.settings.rerank else ("reranker",)), *engine.switched)


def make_answer(
    engine: Engine,
    asked: Asked,
    findings: Findings,
    outline: Outline,
    made: Mapping[str, Any],
) -> Answer:
    """Return the answer with this outline, or an abstention if there is nothing in it.

    Args:
        engine: What found it.
        asked: What was asked.
        findings: What was found.
        outline: What is said.
        made: All other fields that differ from their defaults, and "timing_ms".
    """
    standalone = findings.retrieval.query.original
    decision = findings.decision
    if decision.covered and not outline.claims():
        decision = decision.model_copy(update={"covered": False, "reason": "not_covered"})
    steers = engine.steering.steers
    fields: dict[str, Any] = {
        "id": asked.id,
        "question": asked.question,
        "standalone": standalone if standalone != asked.question else "",
        "status": "answered" if decision.covered else "abstained",
        "level": asked.level,
        "outline": outline,
        "abstention": None if decision.covered else abstain(decision, findings.retrieval, steers),
        "stack": engine.stack,
        "degraded": missing(engine),
    }
    return Answer(**(fields | dict(made)))


def log(answer: Answer) -> None:
    """Write the one line about an answer, without a word of the question."""
    structlog.get_logger().info(
        "answer",
        answer_id=answer.id,
        status=answer.status,
        reason=answer.abstention.reason if answer.abstention else None,
        level_asked=answer.level,
        claims=len(answer.outline.claims()),
        support_rate=answer.support_rate,
        dropped=answer.dropped,
        degraded=answer.degraded,
        stack_hash=answer.stack.hash,
        question_chars=len(answer.question),
        total_ms=answer.timing_ms["total"],
    )
