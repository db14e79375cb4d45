"""Pages of a list that is read newest first, by a cursor that survives new rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import Session

from coach.errors import NotFoundError, UsageError
from coach.store.base import storable

Item = TypeVar("Item")
Shown = TypeVar("Shown")
Row = TypeVar("Row")
PAGE_ITEMS = 50
MOST_PAGE_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, newest first; `next_cursor` leads to older ones, None ends the list."""

    items: tuple[Item, ...]
    next_cursor: str | None

    def map(self, show: Callable[[Item], Shown]) -> Page[Shown]:
        """Return the same page with each item as `show` has it."""
        return Page(tuple(map(show, self.items)), self.next_cursor)


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
            if not isinstance(row_id, str):
                raise TypeError("an id is text")  # noqa: TRY301 - told as all else that no list gave
            return cls(datetime.fromisoformat(at).astimezone(UTC), storable(row_id))
        except (ValueError, TypeError, OverflowError, RecursionError, UsageError) as error:
            raise NotFoundError(f"{cursor!r} is no cursor", hint="Send one that a list gave.") from error


def read_page(
    session: Session, query: Select[Row], table: type[Row], *, cursor: str | None, limit: int
) -> Page[Row]:
    """Return a page of the rows that a query finds, newest first.

    Args:
        session: An open transaction.
        query: Which rows are in the list.
        table: Whose they are: mapped, with `created_at` and `id`.
        cursor: Where an earlier page ended; None for the first.
        limit: Rows of a page, 1 to MOST_PAGE_ITEMS.

    Raises:
        UsageError: The limit is none that a list can have.
        NotFoundError: No list gave the cursor.
    """
    if not 1 <= limit <= MOST_PAGE_ITEMS:
        raise UsageError(f"a page of {limit} items; 1 to {MOST_PAGE_ITEMS} can be had")
    columns: Any = table
    if cursor is not None:
        at, row_id = Place.read(cursor)
        older = or_(columns.created_at < at, and_(columns.created_at == at, columns.id < row_id))
        query = query.where(older)
    query = query.order_by(columns.created_at.desc(), columns.id.desc())
    # One row more tells whether there is a next page.
    rows: list[Any] = [*session.scalars(query.limit(limit + 1))]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(tuple(rows[:limit]), Place(last.created_at, last.id).cursor() if last else None)
