"""The notes of an answer as spans: plain data, made once the answer has ended, without a word of the user."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from coach.models.names import provider_of
from coach.retrieve.stopwatch import Lap
from coach.telemetry import names

if TYPE_CHECKING:
    from coach.engine import Findings
    from coach.models.contract import MadeCall
    from coach.retrieve.retriever import Retrieval
    from coach.telemetry.trace import AnswerTrace
    from coach.types import Answer

Value = bool | int | float | str | tuple[str, ...]
Attributes = dict[str, Value]


@dataclass(frozen=True, slots=True)
class SpanNote:
    """One span.

    Attributes:
        began_ns: Since 1970, like `ended_ns`.
        inside: Place of the span that it stands in, among all of the trace; None for the root.
        error: Class of the error that ended it; empty if it ended well.
        is_remote: Whether it is a call to somebody else's server.
    """

    name: str
    began_ns: int
    ended_ns: int
    inside: int | None
    attributes: Attributes = field(default_factory=dict)
    error: str = ""
    is_remote: bool = False


def make_spans(trace: AnswerTrace) -> list[SpanNote]:
    """Return the spans of an answer that has ended just now: the root first, each after the one it is in."""
    return _Maker(trace).make()


class _Maker:
    """Turns laps and calls into spans.

    Laps are timed by a clock that never jumps and begins anywhere; it is brought to the time of day once.
    """

    def __init__(self, trace: AnswerTrace) -> None:
        self._trace = trace
        self._ended_ns = now_ns = time.perf_counter_ns()
        self._epoch_ns = time.time_ns() - now_ns
        if trace.answer is not None:  # what its reader did with the last event is not the answer's time
            spent_ns = round(trace.answer.timing_ms["total"] * 1e6)
            laps_ns = (lap.ended_ns or 0 for lap in trace.watch.laps)
            self._ended_ns = max([trace.watch.began_ns + spent_ns, *laps_ns])
        self._spans: list[SpanNote] = []
        self._place_of: dict[int, int] = {}  # by the identity of a lap

    def make(self) -> list[SpanNote]:
        """Return the spans."""
        trace = self._trace
        told = _of_answer(trace)
        self._add(SpanNote(names.ANSWER, trace.watch.began_ns, self._ended_ns, None, told, error=trace.error))
        for lap in trace.watch.laps:
            self._add_lap(lap)
        for call in trace.calls:
            self._add_call(call)
        return self._spans

    def _add_lap(self, lap: Lap) -> None:
        inside = 0 if lap.inside is None else self._place_of[id(lap.inside)]
        ended_ns = self._ended_ns if lap.ended_ns is None else lap.ended_ns
        # What a claim's own check came to is not noted: its verdict is the answer's business.
        attributes = self._told_of(lap.name) if lap.inside is None else {}
        place = self._place_of[id(lap)] = len(self._spans)
        name = names.of_stage(lap.name)
        self._add(SpanNote(name, lap.began_ns, ended_ns, inside, attributes, error=lap.error))
        if lap.name == names.SEARCH and self._trace.findings is not None:
            for name, found in _of_legs(self._trace.findings.retrieval):
                told = found | {names.SHARED_TIME: True}
                self._add(SpanNote(name, lap.began_ns, ended_ns, place, told))

    def _add_call(self, call: MadeCall) -> None:
        provider = provider_of(call.model)
        model = call.model.removeprefix(f"{provider}/")
        attributes: Attributes = {
            names.OPERATION_NAME: names.CHAT_OPERATION,
            names.PROVIDER_NAME: names.PROVIDERS.get(provider, provider),
            names.REQUEST_MODEL: model,
            names.PURPOSE: call.purpose,
        }
        if call.usage is not None:
            attributes |= {
                names.USAGE_INPUT_TOKENS: call.usage.prompt_tokens,
                names.USAGE_CACHED_TOKENS: call.usage.cached_tokens,
                names.USAGE_OUTPUT_TOKENS: call.usage.completion_tokens,
                names.TOKENS_ESTIMATED: call.usage.estimated,
            }
            if call.usage.cost_usd is not None:
                attributes[names.COST_USD] = call.usage.cost_usd
        inside = self._stage_of(call.began_ns)
        error = "" if call.outcome in {"answered", "closed"} else call.outcome
        name = f"{names.CHAT} {model}"
        self._add(
            SpanNote(name, call.began_ns, call.ended_ns, inside, attributes, error=error, is_remote=True)
        )

    def _stage_of(self, at_ns: int) -> int:
        """Return the place of the innermost stage that ran at a moment; that of the root if none did."""
        around = [
            lap
            for lap in self._trace.watch.laps
            if lap.began_ns <= at_ns and (lap.ended_ns is None or at_ns <= lap.ended_ns)
        ]
        return self._place_of[id(around[-1])] if around else 0

    def _add(self, note: SpanNote) -> None:
        """Add a span whose times are still those of the clock that never jumps."""
        began_ns, ended_ns = note.began_ns + self._epoch_ns, note.ended_ns + self._epoch_ns
        self._spans.append(replace(note, began_ns=began_ns, ended_ns=ended_ns))

    def _told_of(self, name: str) -> Attributes:
        """Return what is told of a stage: counts, and what the gate measured."""
        findings, answer = self._trace.findings, self._trace.answer
        told: Attributes = {}
        if findings is not None:
            told = _of_finding(name, findings)
        if answer is not None:
            told |= _of_making(name, answer)
        return told


def _of_answer(trace: AnswerTrace) -> Attributes:
    told: Attributes = {
        names.OPERATION_NAME: names.AGENT_OPERATION,
        names.AGENT_NAME: names.SERVICE,
        names.ANSWER_ID: trace.answer_id,
    }
    answer = trace.answer
    if answer is None:
        return told
    told |= {
        names.STATUS: answer.status,
        names.LEVEL: answer.level,
        names.CACHED: answer.cached,
        names.CLAIMS: len(answer.outline.claims()),
        names.CLAIMS_DROPPED: answer.dropped,
        names.CLAIMS_REPAIRED: answer.repaired,
        names.DEGRADED: answer.degraded,
        names.STACK_HASH: answer.stack.hash,
        names.QUESTION_CHARS: len(answer.question),
        names.QUESTION_SHA256: hashlib.sha256(answer.question.encode()).hexdigest(),
    }
    if answer.support_rate is not None:
        told[names.SUPPORT_RATE] = answer.support_rate
    if answer.abstention is not None:
        told[names.REASON] = answer.abstention.reason
    if answer.cost_usd is not None:
        told[names.COST_USD] = answer.cost_usd
    if answer.usage is not None:
        told[names.USAGE_INPUT_TOKENS] = answer.usage.prompt_tokens
        told[names.USAGE_OUTPUT_TOKENS] = answer.usage.completion_tokens
    return told


def _of_finding(name: str, findings: Findings) -> Attributes:
    retrieval, decision = findings.retrieval, findings.decision
    query = retrieval.query
    told: Mapping[str, Attributes] = {
        "rewrite": {
            names.PARTS: len(query.parts),
            names.REPAIRS: len(query.repairs),
            names.ADDITIONS: len(query.additions),
            names.TERMS: len(query.terms),
        },
        "embed": {
            names.OPERATION_NAME: names.EMBEDDINGS_OPERATION,
            names.DIMENSION_COUNT: len(retrieval.embedded.whole.body),
        },
        names.SEARCH: {
            names.OPERATION_NAME: names.RETRIEVAL_OPERATION,
            names.CANDIDATES: len(retrieval.fused),
        },
        "rerank": {names.CANDIDATES: len(retrieval.scored)},
        "group": {names.SECTIONS: len(retrieval.sections)},
        "gate": {
            names.COVERED: decision.covered,
            names.PROBABILITY: decision.probability,
            names.THRESHOLD: decision.threshold,
        },
        "compose": {names.PASSAGES: len(findings.passages)},
    }
    return dict(told.get(name, {}))


def _of_making(name: str, answer: Answer) -> Attributes:
    if name == "embed":
        return {names.REQUEST_MODEL: answer.stack.parts["embedder"]}
    if name == "verify":
        return {names.CLAIMS: len(answer.outline.claims()), names.CLAIMS_DROPPED: answer.dropped}
    return {}


def _of_legs(retrieval: Retrieval) -> Iterator[tuple[str, Attributes]]:
    for leg in retrieval.legs:
        yield leg.name, {names.LIMIT: leg.limit, names.VECTOR: leg.using}
    yield names.FUSE, {names.CANDIDATES: len(retrieval.fused)}
