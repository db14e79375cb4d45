"""litellm as it is, against a server on loopback that behaves well, badly, or not at all."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from coach.errors import (
    CoachError,
    ModelError,
    ModelOutputError,
    ModelRateLimitedError,
    ModelRefusedError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from coach.models.contract import Message, Request, StreamEnd, TextDelta, Usage
from coach.models.litellm_model import LitellmModel
from coach.settings import TokenPrice
from tests.support.openai_server import (
    CACHED,
    LITELLM_NOISE,
    USAGE,
    Handler,
    OpenAIServer,
    Play,
    drips,
    drips_whole,
    hangs,
    openai_server,
    raw,
    refuses,
    replies,
    streams,
)

pytestmark = LITELLM_NOISE
WORDS = "what the user said"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
PRICE = TokenPrice(input_usd=2, cached_input_usd=0.5, output_usd=8)


def request(timeout_s: float = 20.0, **changes: object) -> Request:
    messages = (Message(role="system", content="You coach."), Message(role="user", content=WORDS))
    return Request(purpose="answer", messages=messages, timeout_s=timeout_s).model_copy(update=changes)


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIServer]:
    """A server that litellm has called once, since its first call and first error import much."""
    with openai_server() as server:
        server.script = [replies("warm"), refuses(500)]
        model = LitellmModel("openai/local", api_base=server.url)
        for _ in range(2):
            with suppress(ModelUnavailableError):
                model.complete(request(60))
        yield server


@pytest.fixture
def server(running: OpenAIServer) -> Iterator[OpenAIServer]:
    running.bodies.clear()
    running.headers.clear()
    running.script.clear()
    yield running
    assert not running.script, "the script was not played to its end"


@pytest.fixture
def model(server: OpenAIServer) -> LitellmModel:
    return LitellmModel("openai/local", api_base=server.url, api_key="the-key", price=PRICE)


def test_a_reply_comes_with_the_providers_count_and_its_cost(
    server: OpenAIServer, model: LitellmModel
) -> None:
    """400 fresh tokens at 2, 600 cached at 0.5 and 50 written at 8 dollars a million are 0.0015 dollars."""
    server.script = [replies("An answer.", usage=CACHED)]
    reply = model.complete(request())
    assert (reply.text, reply.model, reply.finish_reason) == ("An answer.", "openai/local", "stop")
    assert reply.usage == Usage(prompt_tokens=1000, cached_tokens=600, completion_tokens=50, cost_usd=0.0015)


def test_what_is_asked_arrives_as_it_was_written(server: OpenAIServer, model: LitellmModel) -> None:
    """Messages in order, limits, schema and key; nothing of a retry."""
    server.script = [replies("{}")]
    model.complete(request(output_schema=SCHEMA, max_tokens=77))
    [body], [headers] = server.bodies, server.headers
    assert body["messages"] == [
        {"role": "system", "content": "You coach."},
        {"role": "user", "content": WORDS},
    ]
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("local", 77, 0.0)
    assert body["response_format"]["json_schema"] == {"name": "answer", "schema": SCHEMA, "strict": True}
    assert headers["authorization"] == "Bearer the-key"


def test_the_schema_stays_home_where_the_settings_say_so(server: OpenAIServer) -> None:
    """For servers that choke on it."""
    server.script = [replies("{}")]
    LitellmModel("openai/local", api_base=server.url, structured=False).complete(
        request(output_schema=SCHEMA)
    )
    assert "response_format" not in server.bodies[0]


def test_a_server_of_ones_own_does_not_get_the_vendors_key(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key in the environment is for the vendor."""
    monkeypatch.setenv("OPENAI_API_KEY", "vendors-key")
    server.script = [replies("yes")]
    LitellmModel("openai/local", api_base=server.url).complete(request())
    assert "vendors-key" not in str(server.headers)


def test_without_a_count_tokens_are_reckoned_and_said_to_be(
    server: OpenAIServer, model: LitellmModel
) -> None:
    """28 characters read and 10 written are about 7 and 3 tokens."""
    server.script = [replies("An answer.", usage=None), streams("An ", "answer.", usage=None)]
    whole = model.complete(request()).usage
    *_, end = model.stream(request())
    assert isinstance(end, StreamEnd)
    assert whole.estimated
    assert end.usage == whole
    assert (whole.prompt_tokens, whole.completion_tokens) == (7, 3)


def test_an_unknown_price_is_unknown(server: OpenAIServer) -> None:
    """Not free."""
    server.script = [replies("yes")]
    assert LitellmModel("openai/local", api_base=server.url).complete(request()).usage.cost_usd is None


@pytest.mark.parametrize(
    "figures",
    [
        {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 1000}},
        {"prompt_tokens": -1},
        {"prompt_tokens": None},
        {"completion_tokens": -5},
        {"prompt_tokens_details": {"cached_tokens": -1}},
    ],
)
def test_a_count_that_cannot_be_is_not_believed(
    server: OpenAIServer, model: LitellmModel, figures: dict[str, Any]
) -> None:
    """What the call took is reckoned and said to be, as if the provider had not counted."""
    server.script = [
        replies("An answer.", usage=USAGE | figures),
        streams("An answer.", usage=USAGE | figures),
    ]
    whole = model.complete(request()).usage
    *_, end = model.stream(request())
    assert isinstance(end, StreamEnd)
    assert whole == end.usage == model.reckon(request(), "An answer.")


def test_what_is_reckoned_costs_what_the_model_costs(model: LitellmModel) -> None:
    """7 tokens read at 2 and 3 written at 8 dollars a million are 0.000038 dollars."""
    usage = model.reckon(request(), "An answer.")
    assert usage.estimated
    assert usage.cost_usd == pytest.approx(0.000038)
    assert LitellmModel("openai/local").reckon(request(), "An answer.").cost_usd is None


def test_halves_of_characters_are_joined_or_replaced(server: OpenAIServer, model: LitellmModel) -> None:
    """An emoji that a server splits comes whole; of a half without its other half a replacement comes."""
    halves = ("a\ud83d", "\ude00b\ude00", "c\ud83d")
    server.script = [replies("".join(halves), usage=None), streams(*halves, usage=None)]
    assert model.complete(request()).text == "a\U0001f600b\ufffdc\ufffd"
    *pieces, end = model.stream(request())
    assert pieces == [TextDelta(text=text) for text in ("a", "\U0001f600b\ufffd", "c", "\ufffd")]
    assert isinstance(end, StreamEnd)
    assert end.usage.completion_tokens == 4


def test_a_stream_comes_piece_by_piece(server: OpenAIServer, model: LitellmModel) -> None:
    """Then its end, with the count of the last event."""
    server.script = [streams("An ", "answer", ".", usage=CACHED, finish_reason="length")]
    *pieces, end = model.stream(request())
    assert pieces == [TextDelta(text="An "), TextDelta(text="answer"), TextDelta(text=".")]
    assert isinstance(end, StreamEnd)
    assert (end.finish_reason, end.usage.cached_tokens) == ("length", 600)


def test_the_first_piece_is_there_before_the_last_is_sent(server: OpenAIServer, model: LitellmModel) -> None:
    """Nothing is held back on the way."""

    def play(handler: Handler) -> None:
        handler.start_stream()
        handler.send_delta("first")
        assert got_first.wait(10)
        handler.send_delta("second", "stop")
        handler.send_event("[DONE]")

    got_first = threading.Event()
    server.script = [play]
    stream = model.stream(request())
    assert next(stream) == TextDelta(text="first")
    got_first.set()
    assert next(stream) == TextDelta(text="second")
    stream.close()


REQUEST_STATUSES = (400, 401, 402, 403, 404, 409, 413, 422, 307)
FAILURES: list[tuple[Play, type[ModelError]]] = [
    *((refuses(status, WORDS), ModelRequestError) for status in REQUEST_STATUSES),
    *((refuses(status, WORDS), ModelUnavailableError) for status in (500, 502, 503, 529)),
    *((refuses(status, WORDS), ModelTimeoutError) for status in (408, 504)),
    (refuses(400, "invalid_request_error: content_policy_violation"), ModelRefusedError),
    (raw(200, "<html>"), ModelOutputError),
    (raw(200, ""), ModelOutputError),
    (raw(200, "{}"), ModelOutputError),
    (raw(200, '{"choices": []}'), ModelOutputError),
    (raw(200, '{"error": "overloaded"}'), ModelOutputError),
    (raw(500, "<html>"), ModelUnavailableError),
]


@pytest.mark.parametrize(("play", "kind"), FAILURES)
def test_every_failure_becomes_one_of_ours(
    server: OpenAIServer, model: LitellmModel, play: Play, kind: type[ModelError]
) -> None:
    """One call is made, and the message holds nothing of what was asked."""
    server.script = [play]
    with pytest.raises(ModelError) as caught:
        model.complete(request())
    assert type(caught.value) is kind
    assert len(server.bodies) == 1
    assert WORDS not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        *((other, None) for other in ("Fri, 01 Jan 2027 00:00:00 GMT", "nan", "inf", "-1")),
    ],
)
def test_429_tells_how_long_to_wait(
    server: OpenAIServer, model: LitellmModel, header: str, wait_s: float | None
) -> None:
    """As far as the provider says it in seconds."""
    server.script = [refuses(429, WORDS, retry_after=header)]
    with pytest.raises(ModelRateLimitedError) as caught:
        model.complete(request())
    assert caught.value.retry_after_s == wait_s


def ends_early(handler: Handler) -> None:
    handler.start_stream()
    handler.send_delta("once ")


def errs_midway(handler: Handler) -> None:
    ends_early(handler)
    handler.send_event({"error": {"message": WORDS, "code": 500}})


def garbles(handler: Handler) -> None:
    ends_early(handler)
    handler.send_event("{no JSON")


@pytest.mark.parametrize("play", [ends_early, errs_midway, garbles])
def test_a_stream_that_does_not_come_whole_has_no_end(
    server: OpenAIServer, model: LitellmModel, play: Play
) -> None:
    """What came is yielded, and an error takes the place of the end."""
    server.script = [play]
    stream = model.stream(request())
    assert next(stream) == TextDelta(text="once ")
    with pytest.raises(ModelUnavailableError) as caught:
        list(stream)
    assert WORDS not in str(caught.value)


@pytest.mark.parametrize("play", [hangs, drips_whole])
def test_no_server_holds_a_caller_past_the_timeout(
    server: OpenAIServer, model: LitellmModel, play: Play
) -> None:
    """Neither by silence nor by a byte now and then."""
    server.script = [play]
    with pytest.raises(ModelTimeoutError):
        model.complete(request(timeout_s=0.5))


@pytest.mark.parametrize("play", [hangs, drips])
def test_no_server_holds_a_stream_past_the_timeout(
    server: OpenAIServer, model: LitellmModel, play: Play
) -> None:
    """Not even one whose comments keep the connection busy."""
    server.script = [play]
    with pytest.raises(ModelTimeoutError):
        list(model.stream(request(timeout_s=0.5)))


def test_the_deadline_holds_for_a_slow_reader_too(server: OpenAIServer, model: LitellmModel) -> None:
    """Text that waits in the socket is not read after it."""
    server.script = [streams("a", "b", "c")]
    stream = model.stream(request(timeout_s=0.3))
    next(stream)
    time.sleep(0.4)
    with pytest.raises(ModelTimeoutError):
        list(stream)


def test_the_deadline_holds_for_other_providers(server: OpenAIServer) -> None:
    """Each speaks its own protocol over the same kind of connection."""
    model = LitellmModel("anthropic/claude-haiku-4-5-20251001", api_base=server.url, api_key="k")
    server.script = [refuses(500), drips_whole]
    with pytest.raises(ModelUnavailableError):
        model.complete(request(60))  # imports what litellm has for this provider
    with pytest.raises(ModelTimeoutError):
        model.complete(request(timeout_s=0.5))


def test_closing_a_stream_hangs_up(server: OpenAIServer, model: LitellmModel) -> None:
    """The server sees the connection go while it still writes."""
    gone = threading.Event()

    def play(handler: Handler) -> None:
        try:
            drips(handler)
        except OSError:
            gone.set()

    server.script = [play]
    stream = model.stream(request())
    next(stream)
    stream.close()
    assert gone.wait(10)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    """As is one whose port is closed."""
    with pytest.raises(ModelUnavailableError):
        LitellmModel("openai/local", api_base="http://127.0.0.1:9/v1").complete(request())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("openai/gpt-5-2025-08-07", "OPENAI_API_KEY"),
        ("gemini/x-001", "GEMINI_API_KEY"),
        ("nosuch/x", "nosuch"),
    ],
)
def test_a_missing_key_or_provider_is_said_before_anything_is_sent(
    name: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not tried again, and names the mend."""
    for key in [key for key in os.environ if key.endswith("_API_KEY")]:
        monkeypatch.delenv(key)
    with pytest.raises(ModelRequestError, match=told) as caught:
        LitellmModel(name).complete(request())
    assert "COACH_MODEL_API_KEY" in caught.value.hint


def test_litellm_writes_no_log_of_what_was_said(
    server: OpenAIServer,
    model: LitellmModel,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither of good calls nor of bad ones, whatever the level."""
    server.script = [replies("yes"), refuses(400, WORDS), refuses(500, WORDS), errs_midway]
    with caplog.at_level(logging.DEBUG, logger="litellm"):
        for _ in range(3):
            with suppress(CoachError):
                model.complete(request())
        with suppress(CoachError):
            list(model.stream(request()))
        time.sleep(0.2)  # litellm logs in threads of its own
    shown = capfd.readouterr()
    assert WORDS not in caplog.text + shown.out + shown.err


def test_litellm_is_imported_at_the_first_call_and_asks_nobody() -> None:
    """Importing the adapter is cheap; preparing litellm opens no connection and reads no .env."""
    program = """
import socket, sys
import coach.models.litellm_model as adapter
assert not {"litellm", "openai"} & sys.modules.keys()
def refuse(*_): raise AssertionError("a connection was opened")
socket.socket.connect = refuse
adapter._litellm()
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
