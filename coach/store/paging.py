"""Pages of a list that is read newest first, by a cursor that survives new rows."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, or_

from coach.errors import NotFoundError, UsageError
from coach.store.base import storable

Item = TypeVar("Item")
PAGE_ITEMS = 50
MOST_PAGE_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, newest first; `next_cursor` leads to older ones, None ends the list."""

    items: tuple[Item, ...]
    next_cursor: str | None


class Place(NamedTuple):
    """Where an item stands in its list."""

    at: datetime
    id: str

    def cursor(self) -> str:
        """Return the place as an opaque word that is safe in a URL."""
        return (
            base64.urlsafe_b64encode(json.dumps([self.at.isoformat(), self.id]).encode()).decode().rstrip("=")
        )

    @classmethod
    def read(cls, cursor: str) -> Place:
        """Return the place that a cursor names. Raises NotFoundError if no list gave it."""
        try:
            at, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            return cls(datetime.fromisoformat(at).astimezone(UTC), storable(row_id))
        except (ValueError, TypeError, OverflowError, RecursionError, UsageError) as error:
            raise NotFoundError(f"{cursor!r} is no cursor", hint="Send one that a list gave.") from error

    def older(self, at: Any, row_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - mapped columns
        """Return the condition of rows that come after this place, newest first."""
        return or_(at < self.at, and_(at == self.at, row_id < self.id))


def page_limit(limit: int) -> int:
    """Return the limit. Raises UsageError if it is none that a list can have."""
    if not 1 <= limit <= MOST_PAGE_ITEMS:
        raise UsageError(f"a page of {limit} items; 1 to {MOST_PAGE_ITEMS} can be had")
    return limit


def cut(items: list[Item], places: list[Place], limit: int) -> Page[Item]:
    """Return the page of a query that asked for one item more than `limit`."""
    more = len(items) > limit
    return Page(tuple(items[:limit]), places[limit - 1].cursor() if more else None)
