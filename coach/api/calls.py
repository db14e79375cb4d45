"""A request of the SDK as data: how it looks on the wire and what its reply is read as.

coach/api/sdk describes all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from coach.errors import UsageError
from coach.events import Event

Reply = TypeVar("Reply")
Shape = TypeVar("Shape", bound=BaseModel)
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclass(frozen=True, slots=True)
class Call(Generic[Reply]):
    """One request.

    Attributes:
        read: Makes the reply of the response's body; raises ValidationError.
        creates: Whether it may only be repeated with an Idempotency-Key.
        key: That key; empty means that the client makes one.
    """

    method: str
    path: str
    read: Callable[[bytes], Reply]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    creates: bool = False
    key: str = ""


@contextmanager
def described() -> Iterator[None]:
    """Turn what cannot be said in a request, found while it is described, into UsageError."""
    try:
        yield
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise UsageError("; ".join(faults)) from error
    except PydanticSerializationError as error:  # a lone surrogate, which no UTF-8 has
        raise UsageError(f"the request cannot be written: {error}") from error


def get(path: str, shape: type[Shape], **query: str | float | None) -> Call[Shape]:
    """Return a request that only reads; what is None is left out of the query."""
    return Call("GET", path, shape.model_validate_json, _known(query))


def get_bytes(path: str, **query: str | float | None) -> Call[bytes]:
    """Return a request for a file."""
    return Call("GET", path, bytes, _known(query))


def post(path: str, shape: type[Shape], body: BaseModel | None = None) -> Call[Shape]:
    """Return a request that keeps nothing on the server, or the same however often it is sent."""
    return Call("POST", path, shape.model_validate_json, body=_dump(body))


def create(
    path: str, shape: type[Shape], body: BaseModel | None = None, key: str | None = None
) -> Call[Shape]:
    """Return a request that makes something new, once for each key."""
    read = shape.model_validate_json
    return Call("POST", path, read, body=_dump(body), creates=True, key=key or "")


def put(path: str, shape: type[Shape], body: BaseModel) -> Call[Shape]:
    """Return a request that puts something in the place of what was there."""
    return Call("PUT", path, shape.model_validate_json, body=_dump(body))


def delete(path: str) -> Call[None]:
    """Return a request that removes something."""
    return Call("DELETE", path, lambda _: None)


def in_path(name: str) -> str:
    """Return an id as one part of a path."""
    return quote(name, safe="")


def _dump(body: BaseModel | None) -> bytes | None:
    return None if body is None else body.model_dump_json().encode()


def _known(query: Mapping[str, str | float | None]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items() if value is not None}
