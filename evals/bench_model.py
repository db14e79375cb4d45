"""`make bench-model`: what search, verification and all the rest add to a bare litellm call, side by side.

The server is a local one that writes at the pace of a hosted model and quotes the passages that it is
given, so that both paths wait for the same words: a bare call that reads its stream to the end, and the whole
answer.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rich.console import Console
from rich.table import Table

from coach.coach import Coach
from coach.events import ClaimVerified
from coach.log import configure
from coach.settings import Settings

FIRST_TOKEN_S = 0.4
TOKENS_PER_S = 100
CHARS_PER_PIECE = 12  # about three tokens, as hosted models send them
CLAIMS = 12
MODEL = "openai/paced-2026-01-01"
QUESTIONS = (
    "An agent in production keeps calling the same tool: how do I stop it?",
    "When does a prompt cache save money?",
    "How do you evaluate retrieval apart from the answer?",
    "RAG or fine-tuning for a support bot?",
)


class _Handler(BaseHTTPRequestHandler):
    """Streams an outline of quotes of the passages that stand in the request."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Answer a chat completion."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.append(body)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        text = _outline(body["messages"][-1]["content"])
        began = time.perf_counter() + FIRST_TOKEN_S
        for at in range(0, len(text), CHARS_PER_PIECE):
            due = began + at / 4 / TOKENS_PER_S
            time.sleep(max(0.0, due - time.perf_counter()))
            self._send({"content": text[at : at + CHARS_PER_PIECE]}, None)
        self._send({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, delta: dict[str, str], finish_reason: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        chunk = {
            "id": "c",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    """The server with every request that it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@dataclass
class _Times:
    """Seconds of one path."""

    first_s: list[float]
    whole_s: list[float]


def main() -> None:
    """Print medians of both paths and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_model", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    configure("error")
    with _server() as server:
        settings = Settings(model=MODEL, model_api_base=server.url, fallback_models=(), judge_model="")
        with Coach(settings) as coach:
            bare, ours, claims = _measure(coach, server, chosen.rounds)
    table = Table("path", "first", "whole, median ms", "p95", "ratio", title_justify="left")
    table.title = (
        f"{len(QUESTIONS)} questions, {chosen.rounds} rounds; first token after {FIRST_TOKEN_S} s, "
        f"{TOKENS_PER_S} tokens/s"
    )
    base = statistics.median(bare.whole_s)
    for name, times in (
        ("bare litellm call, stream read", bare),
        (f"verified answer, {claims:.0f} claims", ours),
    ):
        middle, p95 = statistics.median(times.whole_s), statistics.quantiles(times.whole_s, n=20)[-1]
        first = f"{statistics.median(times.first_s) * 1000:.0f}"
        table.add_row(name, first, f"{middle * 1000:.0f}", f"{p95 * 1000:.0f}", f"{middle / base:.3f}")
    table.caption = "first: first text of the bare call, first verified claim of ours, ms"
    Console(width=110).print(table)


def _measure(coach: Coach, server: _Server, rounds: int) -> tuple[_Times, _Times, float]:
    """Time both paths in turn, so that they meet the same state of the machine; the first round warms up."""
    bare, ours = _Times([], []), _Times([], [])
    claims = []
    for number in range(rounds + 1):
        for place, question in enumerate(QUESTIONS):
            # Another tenant each time, or the second round would be answered from the cache.
            took, shown = _ask(coach, question, f"{number}-{place}")
            called = _call(server, server.bodies[-1])
            if number > 0:
                ours.first_s.append(took[0])
                ours.whole_s.append(took[1])
                bare.first_s.append(called[0])
                bare.whole_s.append(called[1])
                claims.append(shown)
    return bare, ours, statistics.fmean(claims)


def _ask(coach: Coach, question: str, tenant: str) -> tuple[tuple[float, float], int]:
    began = time.perf_counter()
    events = coach.of(tenant).stream(question)
    moments = [time.perf_counter() - began for event in events if isinstance(event, ClaimVerified)]
    return (moments[0], time.perf_counter() - began), len(moments)


def _call(server: _Server, body: dict[str, Any]) -> tuple[float, float]:
    """Send the same request through litellm alone, and read the stream."""
    import litellm

    began = time.perf_counter()
    first = 0.0
    chunks = litellm.completion(
        model=MODEL,
        api_base=server.url,
        api_key="none",
        stream=True,
        **{
            name: body[name]
            for name in ("messages", "temperature", "max_tokens", "response_format")
            if name in body
        },
    )
    for _ in chunks:
        first = first or time.perf_counter() - began
    return first, time.perf_counter() - began


def _outline(content: str) -> str:
    """Return an outline that quotes the passages of a request, sentence by sentence."""
    passages = re.findall(r"<<<passage (p\d+) \w+>>>\n[^\n]*\n(.*?)\n<<<end", content, re.DOTALL)
    quotes = [
        (passage, sentence)
        for passage, text in passages
        for sentence in re.findall(r"(?:(?<=\. )|(?<=\n))[A-Z][^.?!\n|*`\[#]{30,160}\.(?=\s)", text)
    ]
    fields: dict[str, list[dict[str, str]]] = {"direct_answer": [], "steps": []}
    for number, (passage, quote) in enumerate(quotes[:CLAIMS]):
        field = "direct_answer" if number < CLAIMS // 3 else "steps"
        fields[field].append({"text": quote, "passage": passage, "quote": quote})
    return json.dumps(fields)


@contextmanager
def _server() -> Iterator[_Server]:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    main()
