"""An API that answers from memory: what the page's tests talk to over its real HTTP client."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import httpx

from ui.client import Api

TEXT = "# Agents\n\n## How do you stop a loop?\n\nBy **evidence** of no progress.\n"
_FIRST = TEXT.index("By")
QUOTE = (_FIRST, len(TEXT) - 1)
CONVERSATIONS = "/v1/conversations"
STACK = {"hash": "00ff", "parts": {"index": "1", "writer": "outline"}}


def citation(start: int = QUOTE[0], end: int = QUOTE[1]) -> dict[str, Any]:
    """Return a citation of TEXT."""
    return {
        "document": "agents.md",
        "path": ["Agents"],
        "heading": "How do you stop a loop?",
        "start": start,
        "end": end,
        "quote": TEXT[start:end],
    }


def claim(text: str = "By evidence of no progress.", **changes: object) -> dict[str, Any]:
    """Return a claim that is supported by TEXT."""
    return {"text": text, "support": "supported", "citations": [citation()], "label": ""} | changes


def answer(**changes: object) -> dict[str, Any]:
    """Return an answer of one claim."""
    return {
        "id": "a1",
        "question": "How do I stop a loop?",
        "status": "answered",
        "level": "senior",
        "outline": {"direct_answer": [claim()]},
        "support_rate": 1.0,
        "stack": STACK,
        "timing_ms": {"total": 12.0},
    } | changes


def abstained() -> dict[str, Any]:
    """Return an answer that is none."""
    near = {"document": "agents.md", "heading": "Loops", "path": ["Agents"], "start": 0, "end": 9}
    card = {"reason": "off_topic", "message": "Not here.", "next_step": "Ask otherwise.", "nearest": [near]}
    return answer(status="abstained", outline={}, support_rate=None, abstention=card)


def events(*sent: dict[str, Any]) -> bytes:
    """Return events as the API streams them."""
    return "".join(f"event: {one['kind']}\ndata: {json.dumps(one)}\n\n" for one in sent).encode()


def stream_of(whole: dict[str, Any]) -> bytes:
    """Return the stream of an answer."""
    first = {"kind": "acknowledged", "answer_id": whole["id"], "found": [], "stack_hash": "00ff"}
    claims = [
        {"kind": "claim", "field": name, "index": index, "claim": one}
        for name, several in whole["outline"].items()
        for index, one in enumerate(several)
    ]
    return events(first, *claims, {"kind": "finished", "answer": whole})


def conversation(name: str = "c1", title: str = "How do I stop a loop?", turns: int = 2) -> dict[str, Any]:
    """Return a conversation without its turns."""
    return {"id": name, "created_at": "2026-11-21T00:00:00Z", "title": title, "turns": turns}


class FakeApi:
    """Gives prepared replies by path and records what came; a path without a reply is not reachable.

    A conversation can always be begun, for every question is asked in one.
    """

    def __init__(self) -> None:
        self.replies: dict[str, tuple[int, bytes]] = {}
        self.requests: list[httpx.Request] = []
        self.give(CONVERSATIONS, conversation(turns=0), 201, method="POST")

    def give(self, path: str, body: object, status: int = 200, method: str = "") -> None:
        """Prepare the reply of a path, to one method or to all that have none of their own."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.replies[f"{method} {path}".strip()] = (status, sent)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        path = request.url.path
        known = self.replies.get(f"{request.method} {path}", self.replies.get(path))
        if known is None:
            raise httpx.ConnectError("nobody listens", request=request)
        status, body = known
        kind = "text/event-stream" if b"event:" in body else "application/json"
        return httpx.Response(status, content=body, headers={"Content-Type": kind})

    def client(self, key: str = "") -> Api:
        """Return the page's client on this API."""
        return Api("http://api.test", key, transport=httpx.MockTransport(self.handle))

    def sent_to(self, path: str) -> Iterable[dict[str, Any]]:
        """Yield the bodies that came to a path."""
        return [json.loads(one.content) for one in self.requests if one.url.path == path]
