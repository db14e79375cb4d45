"""Spans on their way to a collector; the one module that knows OpenTelemetry."""

from __future__ import annotations

import logging
from importlib import metadata
from threading import local

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context

from coach.telemetry import names
from coach.telemetry.spans import SpanNote, make_spans
from coach.telemetry.trace import AnswerTrace, trace_id_of

EXPORT_TIMEOUT_S = 5.0
"""For one batch, repetitions included: about what a dead collector delays the end of the process by."""
_LIBRARY = logging.getLogger("opentelemetry")


class OtlpTraces:
    """Sends traces to a collector from a thread of its own; `close` sends what still waits.

    What cannot be sent is dropped and logged: at most 2,048 spans wait, and no answer waits for them.
    Batches, sampling, headers and compression follow the standard's variables (`OTEL_BSP_...`,
    `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_EXPORTER_OTLP_COMPRESSION`).

    Args:
        endpoint: Of the collector, without the path of traces; empty means the standard's variables.
    """

    def __init__(self, endpoint: str) -> None:
        address = f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None
        told = {SERVICE_NAME: names.SERVICE, SERVICE_VERSION: metadata.version(names.SERVICE)}
        self._ids = _AnswerIds()
        self._log = _ToOurLog(logging.WARNING)
        _LIBRARY.addHandler(self._log)
        self._provider = TracerProvider(
            resource=Resource.create(told), id_generator=self._ids, shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(address, timeout=EXPORT_TIMEOUT_S)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(names.SCOPE)

    def take(self, trace: AnswerTrace) -> None:
        """Hand the spans of an answer to the thread that sends them."""
        notes = make_spans(trace)
        self._ids.set_next(trace_id_of(trace.answer_id))
        spans: list[Span] = []
        for note in notes:
            around = Context() if note.inside is None else set_span_in_context(spans[note.inside], Context())
            spans.append(self._start(note, around))
        for note, span in zip(reversed(notes), reversed(spans), strict=True):
            if note.error:
                span.set_status(Status(StatusCode.ERROR, note.error))
                span.set_attribute(names.ERROR_TYPE, note.error)
            span.end(note.ended_ns)

    def close(self) -> None:
        """Send what still waits, and stop."""
        self._provider.shutdown()
        _LIBRARY.removeHandler(self._log)

    def _start(self, note: SpanNote, around: Context) -> Span:
        kind = SpanKind.CLIENT if note.is_remote else SpanKind.INTERNAL
        return self._tracer.start_span(
            note.name, around, kind=kind, attributes=note.attributes, start_time=note.began_ns
        )


class _AnswerIds(RandomIdGenerator):
    """Gives each root the trace id that was set in its thread."""

    def __init__(self) -> None:
        self._next = local()

    def set_next(self, trace_id: int) -> None:
        self._next.trace_id = trace_id

    def generate_trace_id(self) -> int:
        trace_id: int = self._next.trace_id
        return trace_id


class _ToOurLog(logging.Handler):
    """Writes what the library complains of as one of our lines; it knows nothing of questions."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().warning("traces_not_sent", problem=record.getMessage())
