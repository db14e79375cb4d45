"""What all tables share: the declarative base, column types and the mixin that says whose a row is."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from coach.errors import NotFoundError, UsageError
from coach.store.owner import Owner
from ingest.text import first_half_character

NAME_CHARS = 64
"""Longest name of a tenant or person, and longest id."""


class Base(DeclarativeBase):
    """All tables; constraints have names, so that migrations can change them on every engine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, read back with its time zone on engines that store none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC; a naive one is refused, since nobody knows when it is."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its time zone."""
        del dialect
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class PlainText(TypeDecorator[str]):
    """Text of any length that every engine can hold, the same on all of them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text.

        Raises:
            UsageError: It holds U+0000, which PostgreSQL cannot store, or half a surrogate pair.
        """
        del dialect
        return None if value is None else storable(value)


class Word(TypeDecorator[str]):
    """Text of limited length, the same on engines that keep to it and on those that do not."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text.

        Raises:
            UsageError: It is too long, or some engine could not hold it.
        """
        del dialect
        if value is not None and len(value) > self.length:
            raise UsageError(f"{value[: self.length]!r}... has {len(value)} characters, not {self.length}")
        return None if value is None else storable(value)


class Id(Word):
    """An id; one that no row can have is looked for in vain."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(NAME_CHARS)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the id. Raises NotFoundError if no row can have it."""
        try:
            return super().process_bind_param(value, dialect)
        except UsageError as error:
            raise NotFoundError(f"there is nothing of such an id: {error}") from error


class Owned(Base):
    """A table whose rows belong to a person of a tenant: `Holdings` exports and erases them."""

    __abstract__ = True

    tenant: Mapped[str] = mapped_column(Word(NAME_CHARS), primary_key=True, sort_order=-2)
    person: Mapped[str] = mapped_column(Word(NAME_CHARS), sort_order=-1)

    @property
    def owner(self) -> Owner:
        """Whose row this is."""
        return Owner(self.tenant, self.person)


def storable(text: str) -> str:
    """Return the text. Raises UsageError if some engine could not give it back."""
    if "\0" in text:
        raise UsageError(f"character {text.index(chr(0))} of the text is U+0000", hint="Remove it.")
    at = first_half_character(text)
    if at is not None:
        raise UsageError(f"character {at} of the text is no text", hint="Send it in UTF-8.")
    return text


def new_id() -> str:
    """Return an id that nobody can guess: 128 random bits in 32 hexadecimal digits."""
    return secrets.token_hex(16)


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)
