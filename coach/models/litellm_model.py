"""Real models, through litellm: the only module that knows it, and the only one its errors reach."""

from __future__ import annotations

import logging
import math
import os
import time
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from coach.errors import (
    ModelError,
    ModelOutputError,
    ModelRateLimitedError,
    ModelRefusedError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from coach.models.contract import (
    FinishReason,
    Reply,
    Request,
    StreamEnd,
    StreamPart,
    TextDelta,
    Usage,
    reckon,
)
from coach.models.names import provider_of
from coach.models.prices import cost_usd
from coach.models.transport import DeadlineTransport, Exchange, exchange_until
from coach.settings import TokenPrice
from ingest.text import whole_characters, whole_pieces

FINISH_REASONS: dict[str, FinishReason] = {"stop": "stop", "length": "length", "content_filter": "filtered"}


class LitellmModel:
    """A `Model` of any provider that litellm knows, or of any OpenAI-compatible server.

    Args:
        name: Provider and model, "openai/gpt-4.1-mini-2025-04-14".
        api_base: The server; empty means the provider's own. It comes from the settings alone: nothing that
            a reader or the handbook says has a part in it.
        api_key: Empty means the provider's own environment variable.
        structured: Whether to hand on the request's schema; None means where litellm says that the provider
            keeps to it, and on every server of one's own.
    """

    def __init__(
        self,
        name: str,
        *,
        api_base: str = "",
        api_key: str = "",
        structured: bool | None = None,
        price: TokenPrice | None = None,
    ) -> None:
        self.name = name
        self.provider = provider_of(name)
        # A server of one's own never gets the key that the environment holds for the vendor.
        self._address = {"api_base": api_base or None, "api_key": api_key or ("none" if api_base else None)}
        self._structured = structured
        self._price = price

    def complete(self, request: Request) -> Reply:
        """Return the whole reply. Raises a leaf of ModelError."""
        litellm = _litellm()
        until_s = time.monotonic() + request.timeout_s
        with self._translated(until_s):
            reply = litellm.completion(**self._arguments(request))
        if not reply.choices:
            raise ModelOutputError(f"the reply of {self.name!r} holds no choice")
        text = whole_characters(reply.choices[0].message.content or "")
        return Reply(
            text=text,
            model=self.name,
            usage=self._usage(reply.usage, request, text),
            finish_reason=FINISH_REASONS.get(reply.choices[0].finish_reason, "unknown"),
        )

    def stream(self, request: Request) -> Generator[StreamPart, None, None]:
        """Yield text as it comes, then the end. Raises a leaf of ModelError."""
        litellm = _litellm()
        until_s = time.monotonic() + request.timeout_s
        with self._translated(until_s):
            chunks = litellm.completion(
                **self._arguments(request), stream=True, stream_options={"include_usage": True}
            )
        text = ""
        try:
            for piece in whole_pieces(self._deltas(chunks, until_s)):
                text += piece
                yield TextDelta(text=piece)
        finally:
            _close(chunks)
        finish_reason = chunks.received_finish_reason or chunks.intermittent_finish_reason
        if finish_reason is None:  # litellm makes one up where the connection ended without one
            raise ModelUnavailableError(f"the stream of {self.name!r} has no end")
        usages = [chunk.usage for chunk in chunks.chunks if getattr(chunk, "usage", None)]
        yield StreamEnd(
            usage=self._usage(usages[-1] if usages else None, request, text),
            finish_reason=FINISH_REASONS.get(finish_reason, "unknown"),
            model=self.name,
        )

    def _deltas(self, chunks: Any, until_s: float) -> Iterator[str]:  # noqa: ANN401
        while (chunk := self._next(chunks, until_s)) is not None:
            if chunk.choices and (delta := chunk.choices[0].delta.content):
                yield delta

    def _next(self, chunks: Any, until_s: float) -> Any:  # noqa: ANN401 - litellm's own types are not strict
        """Return the next chunk, or None after the last."""
        if time.monotonic() >= until_s:
            raise ModelTimeoutError(f"no whole answer of {self.name!r} in time")
        with self._translated(until_s):
            return next(chunks, None)

    @contextmanager
    def _translated(self, until_s: float) -> Iterator[None]:
        """Hold the call to its deadline, and turn what litellm raises into our errors."""
        import httpx
        import openai

        with exchange_until(until_s) as exchange:
            try:
                yield
            except (openai.OpenAIError, httpx.HTTPError) as error:
                ours = _our_error(self.name, error, exchange)
                if isinstance(ours, ModelUnavailableError):
                    if time.monotonic() >= until_s:
                        ours = ModelTimeoutError(f"no whole answer of {self.name!r} in time")
                    elif exchange.status is None and (keys := self._missing_keys()):
                        ours = ModelRequestError(f"no API key for {self.name!r}: {keys} is not set")
                raise ours from error

    def _missing_keys(self) -> str:
        """Return the environment variables with a key that litellm looks for and does not find."""
        if any(self._address.values()):
            return ""
        missing = _litellm().validate_environment(self.name)["missing_keys"]
        return ", ".join(key for key in missing if key.endswith("_API_KEY"))

    def _arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": self.name,
            "messages": [message.model_dump() for message in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            # Whole seconds, since litellm keeps one client for each timeout; the deadline is exact.
            "timeout": math.ceil(request.timeout_s),
            "num_retries": 0,  # the router retries; two loops inside one another would multiply
            "max_retries": 0,
            "drop_params": True,  # some models take no temperature
            **self._address,
        }
        if request.output_schema is not None and self._keeps_to_schema():
            schema = {"name": request.purpose, "schema": request.output_schema, "strict": True}
            arguments["response_format"] = {"type": "json_schema", "json_schema": schema}
        return arguments

    def _keeps_to_schema(self) -> bool:
        if self._structured is not None:
            return self._structured
        own_server = self._address["api_base"] is not None
        return own_server or bool(_litellm().supports_response_schema(model=self.name))

    def reckon(self, request: Request, text: str) -> Usage:
        """Return our own count of a call of which this text was read, with its cost."""
        return self._priced(reckon(request, text))

    def _usage(self, counted: Any, request: Request, text: str) -> Usage:  # noqa: ANN401
        """Return the provider's count with its cost, or our own if it gave none that can be."""
        if counted is None or not counted.prompt_tokens:
            return self.reckon(request, text)
        details = counted.prompt_tokens_details
        try:
            usage = Usage(
                prompt_tokens=counted.prompt_tokens,
                cached_tokens=(details.cached_tokens if details else None) or 0,
                completion_tokens=counted.completion_tokens,
            )
        except ValidationError:
            return self.reckon(request, text)
        return self._priced(usage)

    def _priced(self, usage: Usage) -> Usage:
        return usage.model_copy(update={"cost_usd": cost_usd(usage, self._price)})


def load() -> None:
    """Import litellm now, which takes seconds; else the first call waits for it."""
    _litellm()


@cache
def _litellm() -> ModuleType:
    """Return litellm, set up to call nobody but the model's provider and to write no log of its own."""
    # Without these it fetches a price table and reads .env into the environment, at import.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    import httpx
    import litellm

    warnings.filterwarnings("ignore", "Item '.*' on TypedDict class", UserWarning)  # of its own declarations
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL + 1)  # its lines hold the words of the user
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    litellm.disable_streaming_logging = True
    litellm.callbacks = []
    litellm.success_callback = []
    litellm.failure_callback = []
    # The two hooks through which all of its synchronous providers get their connections.
    keeping = DeadlineTransport()
    litellm.client_session = httpx.Client(transport=keeping, follow_redirects=False)
    litellm.sync_transport = keeping
    return litellm


def _our_error(name: str, error: Exception, exchange: Exchange) -> ModelError:
    """Return our error for one of litellm's; it holds nothing of what was asked, which theirs may."""
    import openai
    from litellm.exceptions import ContentPolicyViolationError, RejectedRequestError

    original = getattr(error, "original_exception", None)  # of litellm's MidStreamFallbackError
    if isinstance(original, Exception):
        return _our_error(name, original, exchange)
    status = exchange.status  # litellm's own is made up where the reply could not be read
    said = f"{name!r}: {type(error).__name__}" + (f", status {status}" if status else "")
    if isinstance(error, openai.RateLimitError):
        return ModelRateLimitedError(said, retry_after_s=_seconds(exchange.retry_after))
    if isinstance(error, ContentPolicyViolationError | RejectedRequestError):
        return ModelRefusedError(said)
    if isinstance(error, openai.APITimeoutError):
        return ModelTimeoutError(said)
    if status is None:  # nothing was sent: no key, no such provider; or the connection was lost
        unsent = (openai.AuthenticationError, openai.BadRequestError, openai.NotFoundError)
        return ModelRequestError(said) if isinstance(error, unsent) else ModelUnavailableError(said)
    return _of_status(status)(said)


def _of_status(status: int) -> type[ModelError]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ModelUnavailableError
    return ModelRequestError if status >= HTTPStatus.MULTIPLE_CHOICES else ModelOutputError


def _seconds(retry_after: str) -> float | None:
    """Return the seconds that a provider asks to wait; None if it says nothing, a date, or no such time."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return None
    return seconds if 0 <= seconds < math.inf else None


def _close(chunks: Any) -> None:  # noqa: ANN401
    """End the connection of a stream that may still be under way."""
    close = getattr(chunks.completion_stream, "close", None)
    if close is not None:
        close()
