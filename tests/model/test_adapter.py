"""A real model on a real server, through the adapter and the router: no part of it is ours but the middle."""

from __future__ import annotations

import json

import pytest

from coach.errors import ModelUnavailableError, StreamBrokenError
from coach.models.breaker import Breakers
from coach.models.budget import Budget, BudgetLimits
from coach.models.clock import SystemClock
from coach.models.contract import Hop, Message, Request, StreamEnd, TextDelta
from coach.models.fake import FakeModel, says
from coach.models.litellm_model import LitellmModel
from coach.models.retry import RetryRules
from coach.models.router import Router
from coach.settings import TokenPrice
from tests.support.model_server import MODEL, ModelServer, model_server
from tests.support.openai_server import LITELLM_NOISE

pytestmark = [*LITELLM_NOISE, pytest.mark.timeout(900)]
PATIENCE_S = 240.0
FREE = TokenPrice(input_usd=0, cached_input_usd=0, output_usd=0)
SCHEMA = {
    "type": "object",
    "properties": {"steps": {"type": "array", "items": {"type": "string"}, "maxItems": 2}},
    "required": ["steps"],
    "additionalProperties": False,
}
REQUEST = Request(
    purpose="answer",
    messages=(
        Message(role="system", content="You answer briefly, in plain English."),
        Message(role="user", content="What is retrieval-augmented generation? Answer in two sentences."),
    ),
    max_tokens=60,
    timeout_s=PATIENCE_S,
)


def opened(server: ModelServer) -> LitellmModel:
    return LitellmModel(MODEL, api_base=server.url, price=FREE)


def budget() -> Budget:
    return Budget(BudgetLimits(wall_clock_s=600), SystemClock())


def router(*chain: LitellmModel | FakeModel) -> Router:
    return Router(
        chain, breakers=Breakers(SystemClock()), clock=SystemClock(), retries=RetryRules(attempts=1)
    )


def test_it_answers_with_its_own_count_of_tokens(server: ModelServer) -> None:
    """What it took is counted by the server; our own reckoning is not far off."""
    account = budget()
    reply = router(opened(server)).complete(REQUEST, account)
    assert reply.text.strip()
    assert reply.hops == ()
    assert not reply.usage.estimated
    assert 15 < reply.usage.prompt_tokens < 60
    assert account.spent.cost_usd == 0


def test_it_streams_what_it_answers(server: ModelServer) -> None:
    """At temperature 0 the pieces make up the whole reply; the prompt is in the server's cache by then."""
    whole = opened(server).complete(REQUEST)
    *pieces, end = router(opened(server)).stream(REQUEST, budget())
    assert isinstance(end, StreamEnd)
    assert len(pieces) > 5
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)) == whole.text
    assert 0 < end.usage.cached_tokens < end.usage.prompt_tokens


def test_it_keeps_to_a_schema(server: ModelServer) -> None:
    """A model of half a gigabyte gives JSON of the right shape because the server makes it."""
    reply = opened(server).complete(REQUEST.model_copy(update={"output_schema": SCHEMA, "max_tokens": 120}))
    assert set(json.loads(reply.text)) == {"steps"}


def test_a_server_killed_in_the_middle_of_a_stream_hands_over() -> None:
    """What came is told, the next model writes anew, and a new call finds the server gone."""
    with model_server() as mortal:
        chain = router(
            opened(mortal), FakeModel(says("written anew"), says("and again"), name="spare/model-001")
        )
        account = budget()
        stream = chain.stream(REQUEST, account)
        received = next(stream)
        mortal.kill()
        with pytest.raises(StreamBrokenError) as broken:
            list(stream)
    assert isinstance(received, TextDelta)
    assert broken.value.received.startswith(received.text)
    hop, *rest = chain.stream(REQUEST, account, exclude={MODEL: broken.value.reason})
    assert hop == Hop(source=MODEL, target="spare/model-001", reason="stream_broken")
    assert rest[0] == TextDelta(text="written anew")
    assert chain.complete(REQUEST, account).hops[0].reason == "unavailable"
    with pytest.raises(ModelUnavailableError):
        opened(mortal).complete(REQUEST)
