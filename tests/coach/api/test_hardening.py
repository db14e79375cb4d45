"""What a client may send that is meant to harm: packed bodies, uploads, forged headers."""

from __future__ import annotations

import gzip
import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.coach.api.conftest import COVERED, Live

FORGED = "x\r\nSet-Cookie: forged=1\r\n\r\nHTTP/1.1 200 OK"


def test_a_packed_body_is_not_unpacked(http: httpx.Client) -> None:
    """A megabyte of blanks in a kilobyte of gzip stays a kilobyte, and is no JSON."""
    packed = gzip.compress(b" " * 1_000_000 + b'{"question": "x"}')
    for encoding in ("gzip", "deflate", "br", "zstd"):
        headers = {"content-type": "application/json", "content-encoding": encoding}
        reply = http.post("/v1/answers", content=packed, headers=headers)
        assert (reply.status_code, reply.json()["type"]) == (400, "/errors/bad-request")


@pytest.mark.parametrize("path", ["/v1/answers", "/v1/search", "/v1/question-sets", "/v1/chat/completions"])
def test_an_upload_is_not_taken(http: httpx.Client, path: str) -> None:
    """Files in a form are refused before anything of them is kept."""
    files = {"question": ("../../evil.md", b"# evil", "text/markdown")}
    reply = http.post(path, files=files)
    assert reply.status_code in (404, 405, 415)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/documents/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/documents/%2e%2e/%2e%2e/.env",
        "/v1/documents//etc/passwd",
        "/v1/documents/caching.md%00.txt",
        "/v1/answers/..%2f..%2fcoach.sqlite",
        "/errors/..%2f..%2fREADME.md",
        "/errors/....//....//README",
    ],
)
def test_no_path_leads_to_a_file(http: httpx.Client, path: str) -> None:
    """Names are looked up in the index and in tables, never on the disk."""
    reply = http.get(path, params={"start": 0, "end": 100})
    assert reply.status_code in (400, 404, 422)
    assert reply.headers["content-type"] == "application/problem+json"
    assert "root:" not in reply.text


def test_a_name_with_line_breaks_forges_no_header(live: Live) -> None:
    """What a client sends comes back inside of JSON alone."""
    quoted = FORGED.replace("\r", "%0d").replace("\n", "%0a").replace(" ", "%20").replace("/", "%2f")
    with live.http() as http:
        for request in (
            http.build_request("GET", f"/v1/answers/{quoted}"),
            http.build_request("GET", f"/v1/questions?cursor={quoted}"),
            http.build_request("GET", f"/{quoted}"),
        ):
            reply = http.send(request)
            assert reply.status_code in (404, 405, 422)
            assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("name", ["Idempotency-Key", "Authorization", "X-Request-Id", "Accept", "User-Agent"])
def test_a_broken_header_is_refused_whole(live: Live, name: str) -> None:
    """A header that holds a line break or a NUL ends the request; nothing of it is answered twice."""
    address = urlsplit(live.url)
    body = json.dumps(COVERED).encode()
    for value in (b"a\x00b", b"a\rb", b"a\nSet-Cookie: forged=1\nX: b"):
        head = (
            f"POST /v1/answers HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n{name}: "
        ).encode()
        with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
            connection.sendall(head + value + b"\r\n\r\n" + body)
            reply = b"".join(iter(lambda: connection.recv(65536), b""))
        assert reply.count(b"HTTP/1.1 ") == 1
        assert b"set-cookie" not in reply.lower().partition(b"\r\n\r\n")[0]
