"""Requests as methods: each is described once, and both clients of the SDK have it.

A description is an ordinary method that returns a `Call`. `endpoint` makes of it what sends the call: at once
in a `Waiting` client, as something to await in an `Awaiting` one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Self, overload

from coach.api.calls import Call, Reply, described

Given = ParamSpec("Given")


class Waiting(ABC):
    """What sends a call and waits for its reply."""

    @abstractmethod
    def send(self, call: Call[Reply]) -> Reply:
        """Return the reply of a call."""


class Awaiting(ABC):
    """What sends a call whose reply is awaited."""

    @abstractmethod
    async def send(self, call: Call[Reply]) -> Reply:
        """Return the reply of a call."""


class Through(Waiting):
    """A part of a client's methods: it sends through the client."""

    def __init__(self, client: Waiting) -> None:
        self._client = client

    def send(self, call: Call[Reply]) -> Reply:
        """Return the reply of a call."""
        return self._client.send(call)


class AwaitingThrough(Awaiting):
    """The same for asyncio."""

    def __init__(self, client: Awaiting) -> None:
        self._client = client

    async def send(self, call: Call[Reply]) -> Reply:
        """Return the reply of a call."""
        return await self._client.send(call)


class endpoint(Generic[Given, Reply]):  # noqa: N801 - a decorator
    """Makes a method of the description of a request; arguments and docstring stay."""

    def __init__(self, describe: Callable[Concatenate[Any, Given], Call[Reply]]) -> None:
        self.__wrapped__ = describe
        self.__doc__ = describe.__doc__

    def call(self, *args: Given.args, **kwargs: Given.kwargs) -> Call[Reply]:
        """Return the request itself, to be sent by somebody else. Raises UsageError if it cannot be said."""
        with described():
            return self.__wrapped__(None, *args, **kwargs)

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Waiting, owner: type) -> Callable[Given, Reply]: ...
    @overload
    def __get__(self, client: Awaiting, owner: type) -> Callable[Given, Coroutine[Any, Any, Reply]]: ...
    def __get__(self, client: Waiting | Awaiting | None, owner: type) -> object:
        """Return the method of a client."""
        if client is None:
            return self

        @wraps(self.__wrapped__)
        def send(*args: Given.args, **kwargs: Given.kwargs) -> object:
            return client.send(self.call(*args, **kwargs))

        return send
