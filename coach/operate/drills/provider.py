"""A model provider for drills: OpenAI-compatible, on loopback, and as ill as the model's name says."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WELL, SLOW, LYING, WASTEFUL = "drill-well", "drill-slow", "drill-lying", "drill-wasteful"
"""Writes what a passage says; the same after a while; what none says; without end and sense."""
_WASTED_TOKENS = 1_000_000
_FIRST_PASSAGE = re.compile(r"<<<passage p1 (\w+)>>>\n(.*?)\n<<<end passage p1 \1>>>", re.DOTALL)
_SENTENCE = re.compile(r"^[A-Z][^|*#>\n]*?\.(?= |$)", re.MULTILINE)


class Provider:
    """A server that can be stopped, and started again at the same address.

    Args:
        stall_s: How long the slow model takes for a reply.
    """

    def __init__(self, *, stall_s: float = 3.0) -> None:
        self.stall_s = stall_s
        self._server: _Server | None = None
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        """What `COACH_MODEL_API_BASE` names."""
        return f"http://127.0.0.1:{self._port}/v1"

    def start(self) -> None:
        """Answer, until it is stopped."""
        self._server = _Server(self._port, self.stall_s)
        self._port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def stop(self) -> None:
        """Answer no more: calls are refused by the machine. Idempotent."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    """Listens on a port of loopback, or on any free one for 0."""

    daemon_threads = True
    block_on_close = False  # a slow reply must not hold up the end of the drill
    request_queue_size = 64

    def __init__(self, port: int, stall_s: float) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.stall_s = stall_s


class _Handler(BaseHTTPRequestHandler):
    """One call; HTTP/1.0, so that no connection outlives it."""

    server: _Server

    def do_POST(self) -> None:
        """Reply as the model of this name does."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model = str(asked["model"])
        if model == SLOW:
            time.sleep(self.server.stall_s)
        prompt = "\n".join(str(message["content"]) for message in asked["messages"])
        text = _text(model, prompt)
        used = _WASTED_TOKENS if model == WASTEFUL else len(text) // 4
        usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": used, "total_tokens": used}
        with suppress(ConnectionError):  # whoever asked has given up
            if asked.get("stream"):
                self._send("text/event-stream", _events(model, text, usage))
            else:
                self._send("application/json", [json.dumps(_whole(model, text, usage))])

    def log_message(self, *_: object) -> None:
        """Keep quiet: standard error belongs to the drill."""

    def _send(self, media_type: str, parts: Iterable[str]) -> None:
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.end_headers()
        for part in parts:
            self.wfile.write(part.encode())


def _text(model: str, prompt: str) -> str:
    """Return what a model writes."""
    if model == WASTEFUL:
        return "and so on, " * 200
    if model == LYING:
        claim = {"text": "Nobody has to wait.", "passage": "p1", "quote": "Nobody ever has to wait here."}
        return json.dumps({"direct_answer": [claim]})
    passage = _FIRST_PASSAGE.search(prompt)
    sentence = _SENTENCE.search(passage[2].partition("\n")[2]) if passage else None
    quote = sentence[0] if sentence else ""
    return json.dumps({"direct_answer": [{"text": quote, "passage": "p1", "quote": quote}]})


def _whole(model: str, text: str, usage: dict[str, int]) -> dict[str, object]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return _reply("chat.completion", model, [choice]) | {"usage": usage}


def _events(model: str, text: str, usage: dict[str, int]) -> Iterable[str]:
    """Yield a reply as server-sent events: the text, the end, the usage."""
    said: dict[str, object] = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    ended: dict[str, object] = {"index": 0, "delta": {}, "finish_reason": "stop"}
    for choice in (said, ended):
        yield _event(_reply("chat.completion.chunk", model, [choice]))
    yield _event(_reply("chat.completion.chunk", model, []) | {"usage": usage})
    yield "data: [DONE]\n\n"


def _reply(kind: str, model: str, choices: list[dict[str, object]]) -> dict[str, object]:
    return {"id": "drill", "object": kind, "created": 1, "model": model, "choices": choices}


def _event(data: dict[str, object]) -> str:
    return f"data: {json.dumps(data)}\n\n"
