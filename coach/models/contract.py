"""What a language model is to the rest of the coach: a request in; a reply, or a stream of text, out.

Nothing here knows a vendor. `coach.models.litellm_model` makes real models, `coach.models.fake` those of
tests, and `coach.models.router` makes one dependable model out of several.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, NamedTuple, Protocol, Self

from pydantic import Field, JsonValue, model_validator

from ingest.contract import Frozen

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "filtered", "unknown"]
FailureReason = Literal[
    "unavailable",
    "timeout",
    "rate_limited",
    "refused",
    "request",
    "unreadable",
    "stream_broken",
    "breaker_open",
]
"""Why a model did not answer; each leaf of `ModelError` carries one as `.reason`."""


class Message(Frozen):
    """One turn of what a model reads."""

    role: Role
    content: str


class Request(Frozen):
    """Everything that one call to a model depends on.

    Attributes:
        purpose: Which of the coach's duties asks ("answer", "repair", "judge"); for logs and metrics.
        messages: Static text first, so that a provider can reuse what it read before.
        output_schema: JSON schema of the reply. A hint: a provider without structured output ignores it, so
            the caller parses what comes as if nothing had been promised.
        timeout_s: Longest wait for the whole reply, and for the whole of a stream.
    """

    purpose: str
    messages: tuple[Message, ...] = Field(min_length=1)
    output_schema: dict[str, JsonValue] | None = None
    max_tokens: int = Field(1024, ge=1)
    temperature: float = Field(0.0, ge=0, le=2)
    timeout_s: float = Field(20.0, gt=0)


class Usage(Frozen):
    """What a call took, as the provider counted it.

    Attributes:
        prompt_tokens: All tokens that were read; `cached_tokens` of them from the provider's cache.
        cost_usd: None if the price of the model is unknown; 0 only for a model that is free.
        estimated: Whether the tokens are reckoned from the characters, since the provider gave no true count.
    """

    prompt_tokens: int = Field(ge=0)
    cached_tokens: int = Field(0, ge=0)
    completion_tokens: int = Field(ge=0)
    cost_usd: float | None = None
    estimated: bool = False

    @model_validator(mode="after")
    def _check_cached(self) -> Self:
        if self.cached_tokens > self.prompt_tokens:
            raise ValueError("more tokens are cached than were read")
        return self

    @property
    def total_tokens(self) -> int:
        """Tokens read and written."""
        return self.prompt_tokens + self.completion_tokens


class MadeCall(NamedTuple):
    """A call that has ended, for the trace of an answer.

    Attributes:
        model: As the settings name it.
        outcome: "answered", "closed" if its reader went away, or the class of the error.
        began_ns: On the clock of `time.perf_counter_ns`, like `ended_ns`.
        usage: None if nothing came.
    """

    model: str
    purpose: str
    outcome: str
    began_ns: int
    ended_ns: int
    usage: Usage | None


class Hop(Frozen):
    """A step down the fallback chain; `reason` says why `source` did not answer."""

    source: str
    target: str
    reason: FailureReason


class Reply(Frozen):
    """A whole answer of a model.

    Attributes:
        model: Name of the model that wrote it, as the settings name it.
        hops: How the router came to this model; empty if the first of the chain answered.
    """

    text: str
    model: str
    usage: Usage
    finish_reason: FinishReason
    hops: tuple[Hop, ...] = ()


class TextDelta(Frozen):
    """The next piece of a reply; never empty."""

    text: str


class StreamEnd(Frozen):
    """The end of a stream that came whole; one that did not come whole has raised instead."""

    usage: Usage
    finish_reason: FinishReason
    model: str


StreamPart = TextDelta | StreamEnd
RoutedPart = Hop | TextDelta | StreamEnd
"""What a router's stream is made of: hops, if any, then text, then the end."""


class Model(Protocol):
    """A language model; safe to be called from several threads at once."""

    @property
    def name(self) -> str:
        """As the settings name it; unique in a chain."""
        ...

    @property
    def provider(self) -> str:
        """Whose servers answer; models of one provider share a circuit breaker."""
        ...

    def complete(self, request: Request) -> Reply:
        """Return the whole reply, within the request's `timeout_s`.

        Raises:
            ModelError: One of its leaves; nothing of the vendor's.
        """
        ...

    def stream(self, request: Request) -> Generator[StreamPart, None, None]:
        """Yield text as it comes and one `StreamEnd` last, within the request's `timeout_s`.

        Closing the generator ends the call to the provider.

        Raises:
            ModelError: One of its leaves, possibly after text was yielded.
        """
        ...

    def reckon(self, request: Request, text: str) -> Usage:
        """Return what a call took of which this text was read, as far as that can be told, at its price."""
        ...


class Clock(Protocol):
    """Time that a test can set."""

    def now_s(self) -> float:
        """Return seconds since some fixed moment; never goes back."""
        ...

    def sleep_s(self, seconds: float) -> None:
        """Return once that many seconds have passed."""
        ...


BYTES_PER_TOKEN = 4  # of English prose; bytes, so that no script counts as free


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text is, for when no provider has counted yet.

    >>> estimate_tokens("four words of text")
    5
    """
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


def reckon(request: Request, text: str) -> Usage:
    """Return what a call took for all that we can see of it; at an unknown price."""
    read = "".join(message.content for message in request.messages)
    return Usage(prompt_tokens=estimate_tokens(read), completion_tokens=estimate_tokens(text), estimated=True)
