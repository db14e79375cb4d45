"""A collector of traces on loopback that keeps what it is sent, well behaved or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support.services import serving

TRACES = "/v1/traces"
Value = bool | int | float | str | list[str]


class Collector(ThreadingHTTPServer):
    """Takes OTLP over HTTP.

    Attributes:
        status: Of every response.
        bodies: Of the requests so far, as they came.
        paths: Likewise.
    """

    daemon_threads = True

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = status
        self.bodies: list[bytes] = []
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        """What `COACH_OTLP_ENDPOINT` names."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def spans(self) -> list[Span]:
        """Every span that came."""
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.server.paths.append(self.path)
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def collector(status: int = 200) -> Iterator[Collector]:
    """Run a collector until the block ends."""
    server = Collector(status)
    with serving(server):
        yield server


def attributes_of(span: Span) -> dict[str, Value]:
    """Return the attributes of a span as Python's values."""
    found: dict[str, Value] = {}
    for one in span.attributes:
        kind = one.value.WhichOneof("value")
        if kind == "array_value":
            found[one.key] = [value.string_value for value in one.value.array_value.values]
        else:
            found[one.key] = getattr(one.value, str(kind))
    return found
