"""One call to one model, watched: the breaker may forbid it, the budget cuts it, the log line tells of it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from coach.errors import CoachError, ModelError, ModelOutputError, ModelRefusedError, StreamBrokenError
from coach.models.breaker import Breakers
from coach.models.budget import Budget
from coach.models.contract import (
    FinishReason,
    MadeCall,
    Model,
    Reply,
    Request,
    StreamEnd,
    StreamPart,
    Usage,
    estimate_tokens,
)

OVERRUN = 4  # a reply so much longer than was allowed comes from a server that does not count


def complete_once(model: Model, request: Request, *, budget: Budget, breakers: Breakers) -> Reply:
    """Return a model's reply, which is not empty.

    Raises:
        ModelError: The breaker forbids the call, or it failed.
        BudgetExceededError: Nothing is left for a call.
    """
    fitted = budget.begin_call(request)
    with _logged(model, request, budget) as seen, breakers.guard(model.provider):
        reply = model.complete(fitted)
        seen.usage = reply.usage
        budget.charge(reply.usage)
        if not reply.text.strip():
            raise _empty(model, reply.finish_reason)
        return reply


class OpenStream(NamedTuple):
    """A stream of which the first text has come; close `rest` to end it."""

    first: StreamPart
    rest: Generator[StreamPart, None, None]


def open_stream(model: Model, request: Request, *, budget: Budget, breakers: Breakers) -> OpenStream:
    """Return a model's stream once its first text has come.

    The rest raises StreamBrokenError if it does not come whole, and BudgetExceededError at the wall clock.

    Raises:
        ModelError: The breaker forbids the call, or it failed before any text.
        BudgetExceededError: Nothing is left for a call.
    """
    parts = _watched(model, request, budget, breakers)
    return OpenStream(next(parts), parts)


def _watched(
    model: Model, request: Request, budget: Budget, breakers: Breakers
) -> Generator[StreamPart, None, None]:
    fitted = budget.begin_call(request)
    received, received_tokens = "", 0
    end: StreamEnd | None = None
    with (
        _logged(model, request, budget) as seen,
        breakers.guard(model.provider),
        closing(model.stream(fitted)) as parts,
    ):
        try:
            for part in parts:
                if isinstance(part, StreamEnd):
                    end = part
                    break
                received += part.text
                received_tokens += estimate_tokens(part.text)
                yield part
                budget.check_time()
                if received_tokens > OVERRUN * fitted.max_tokens:
                    usage = model.reckon(request, received)
                    end = StreamEnd(usage=usage, finish_reason="length", model=model.name)
                    break
        except ModelError as error:
            if not received:
                raise
            raise _broken(model, request, received) from error
        finally:
            if end or received:
                seen.usage = end.usage if end else model.reckon(request, received)
                budget.charge(seen.usage)
        if not received:
            raise _empty(model, end.finish_reason if end else "unknown")
        if end is None:
            raise _broken(model, request, received)
    yield end


def _empty(model: Model, finish_reason: FinishReason) -> ModelError:
    if finish_reason == "filtered":
        return ModelRefusedError(f"the provider of {model.name!r} withholds the reply")
    return ModelOutputError(f"the reply of {model.name!r} is empty")


def _broken(model: Model, request: Request, received: str) -> StreamBrokenError:
    return StreamBrokenError(
        f"the stream of {model.name!r} ended after {len(received)} characters",
        model=model.name,
        received=received,
        usage=model.reckon(request, received),
    )


@dataclass(slots=True)
class _Seen:
    """What is told of a call beside its outcome."""

    usage: Usage | None = None


@contextmanager
def _logged(model: Model, request: Request, budget: Budget) -> Iterator[_Seen]:
    """Write one line when the call ends, without a word of what was said, and note it on the account."""
    seen, began_ns, outcome = _Seen(), time.perf_counter_ns(), "answered"
    try:
        yield seen
    except GeneratorExit:
        outcome = "closed"
        raise
    except CoachError as error:
        outcome = type(error).__name__
        raise
    finally:
        ended_ns = time.perf_counter_ns()
        budget.calls.append(MadeCall(model.name, request.purpose, outcome, began_ns, ended_ns, seen.usage))
        structlog.get_logger().info(
            "model_call",
            model=model.name,
            purpose=request.purpose,
            outcome=outcome,
            elapsed_ms=round((ended_ns - began_ns) / 1e6, 1),
            **(seen.usage.model_dump() if seen.usage else {}),
        )
