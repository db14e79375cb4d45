"""An OpenAI-compatible server on loopback that plays a script, well behaved or not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.services import serving

# What litellm's own declarations make pydantic say; a test that calls it puts up with that and nothing else.
LITELLM_NOISE = [
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
]
USAGE = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
CACHED = USAGE | {"prompt_tokens_details": {"cached_tokens": 600}}
Play = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One connection; what it does for a request is the next play of its server."""

    protocol_version = "HTTP/1.1"
    server: OpenAIServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        play = self.server.begin(json.loads(body), dict(self.headers))
        with suppress(BrokenPipeError, ConnectionResetError):  # the client may hang up on us
            play(self)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def send_json(self, status: int, body: object, **headers: str) -> None:
        self.send_text(status, json.dumps(body), **headers)

    def send_text(self, status: int, text: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text.encode())))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(text.encode())

    def start_stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def send_event(self, data: object) -> None:
        self.wfile.write(f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode())
        self.wfile.flush()

    def send_delta(self, text: str, finish_reason: str | None = None) -> None:
        delta = {"content": text} if text else {}
        self.send_event(chunk([{"index": 0, "delta": delta, "finish_reason": finish_reason}]))


class OpenAIServer(ThreadingHTTPServer):
    """Plays its script request by request; `bodies` and `headers` are what it was sent."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Play] = []
        self.always: Play | None = None
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.ended = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def begin(self, body: dict[str, Any], headers: dict[str, str]) -> Play:
        with self._lock:
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in headers.items()})
            if self.script:
                return self.script.pop(0)
        assert self.always, "asked once more than the script is long"
        return self.always


@contextmanager
def openai_server() -> Iterator[OpenAIServer]:
    """Run a server."""
    server = OpenAIServer()
    with serving(server):
        try:
            yield server
        finally:
            server.ended.set()


def chunk(choices: list[dict[str, Any]], usage: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return one piece of a stream."""
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": choices,
        "usage": usage,
    }


def replies(text: str | None, *, usage: dict[str, Any] | None = USAGE, finish_reason: str = "stop") -> Play:
    """Return a play that answers whole."""
    message = {"role": "assistant", "content": text}
    body = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    } | ({"usage": usage} if usage else {})
    return lambda handler: handler.send_json(200, body)


def raw(status: int, text: str) -> Play:
    """Return a play that answers with these characters."""
    return lambda handler: handler.send_text(status, text)


def refuses(status: int, message: str = "no", *, code: str | None = None, **headers: str) -> Play:
    """Return a play that answers with an error as OpenAI words it."""
    body = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    return lambda handler: handler.send_json(status, body, **headers)


def streams(
    *pieces: str, usage: dict[str, Any] | None = USAGE, finish_reason: str = "stop", done: bool = True
) -> Play:
    """Return a play that answers piece by piece."""

    def play(handler: Handler) -> None:
        handler.start_stream()
        for piece in pieces:
            handler.send_delta(piece)
        if done:
            handler.send_delta("", finish_reason)
            if usage:
                handler.send_event(chunk([], usage))
            handler.send_event("[DONE]")

    return play


def hangs(handler: Handler) -> None:
    """Take the request and say nothing until the server ends."""
    handler.server.ended.wait()


def drips(handler: Handler) -> None:
    """Stream one line, then a comment every few milliseconds that keeps the connection busy, for ever."""
    handler.start_stream()
    handler.send_delta("once ")
    while not handler.server.ended.is_set():
        handler.wfile.write(b": still here\n")
        handler.wfile.flush()
        time.sleep(0.02)


def drips_whole(handler: Handler) -> None:
    """Answer with a header that promises a long body, and send it byte by byte, for ever."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "100000")
    handler.end_headers()
    while not handler.server.ended.is_set():
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)
