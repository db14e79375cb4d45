"""What is noted of an answer for its trace, and who takes it: nobody, unless a collector was named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from coach.engine import Findings
    from coach.models.contract import MadeCall
    from coach.retrieve.stopwatch import Stopwatch
    from coach.settings import Settings
    from coach.types import Answer

ENDPOINT_VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""The standard's own; either of them names a collector where the settings name none."""


@dataclass(slots=True)
class AnswerTrace:
    """One answer in the making; what is not known yet is empty.

    Attributes:
        calls: To models, in the order in which they ended.
        answer: None until it is whole.
        error: Class of the error that ended it instead; empty if none did.
    """

    answer_id: str
    watch: Stopwatch
    findings: Findings | None = None
    calls: Sequence[MadeCall] = ()
    answer: Answer | None = None
    error: str = ""


class Traces(Protocol):
    """What takes traces; safe to share between threads."""

    def take(self, trace: AnswerTrace) -> None:
        """Take the trace of an answer that has ended. Neither waits for a network nor raises."""
        ...


class NoTraces:
    """Drops every trace: what is in force where no collector was named."""

    def take(self, trace: AnswerTrace) -> None:
        """Do nothing."""
        del trace


NO_TRACES = NoTraces()


@contextmanager
def traced(traces: Traces, answer_id: str, watch: Stopwatch) -> Iterator[AnswerTrace]:
    """Give the notes of an answer; they are handed over when the block ends, however it does."""
    trace = AnswerTrace(answer_id, watch)
    try:
        yield trace
    except BaseException as error:  # a reader that goes away, too
        if trace.answer is None:
            trace.error = type(error).__name__
        raise
    finally:
        traces.take(trace)


def trace_id_of(answer_id: str) -> int:
    """Return the trace id of an answer: its id, 16 hexadecimal digits, behind 16 zeros.

    That is how W3C Trace Context writes ids of 64 bits, so whoever has the id of an answer (`X-Request-Id`,
    the page, the audit log) has its trace, and the other way round.

    Source: https://www.w3.org/TR/trace-context/#interoperating-with-existing-systems-which-use-shorter-identifiers

    >>> format(trace_id_of("5f0c1a52d9e84b63"), "032x")
    '00000000000000005f0c1a52d9e84b63'
    """
    return int(answer_id, 16)


@contextmanager
def open_traces(settings: Settings) -> Iterator[Traces]:
    """Give what takes traces; what still waits to be sent is sent when the block ends.

    Without a collector nothing of OpenTelemetry is imported.
    """
    if not settings.otlp_endpoint and not any(map(os.environ.get, ENDPOINT_VARIABLES)):
        yield NO_TRACES
        return
    from coach.telemetry.otlp import OtlpTraces

    traces = OtlpTraces(settings.otlp_endpoint)
    try:
        yield traces
    finally:
        traces.close()
