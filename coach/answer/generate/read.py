"""A model's reply, read while it comes: each claim is taken as soon as it is whole.

The reply may be what was asked for, the same inside a code fence, cut off, one object a line, or prose.
Claims are the innermost objects of whatever JSON there is; the field of a claim is named by the claim itself
or by the nearest key before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coach.types import OUTLINE_FIELDS, OutlineField
from ingest.text import whole_characters

MAX_OBJECT_CHARS = 6000

_SIGNIFICANT = re.compile(r'["\\{}\[\]\n]')
# Where a string was never closed, the next object on a line of its own is read as if it had been.
_NEXT_OBJECT = re.compile(r'\n[ \t]*\{[ \t]*"')
# What came so far may be, or become, an escape or such a line: more has to come before it can be read.
_UNDECIDED = re.compile(r"\\|\n[ \t]*(?:\{[ \t]*)?")
_TEXT_KEYS = ("text", "claim", "statement")
_PLACE_KEYS = ("passage", "passage_id", "source", "id")
_QUOTE_KEYS = ("quote", "evidence")
_FIELD_KEYS = ("field", "section", "type")


class Draft(NamedTuple):
    """A claim as a model states it; nothing of it is believed.

    Attributes:
        passage: The id that it names.
    """

    field: OutlineField
    text: str
    passage: str
    quote: str


class ReplyReader:
    """Takes a reply piece by piece and gives the claims in it.

    Attributes:
        unreadable: Objects that are no claims, or no JSON.
    """

    def __init__(self) -> None:
        self.unreadable = 0
        self._buffer = ""
        self._at = 0
        self._depth = 0
        self._object_at: int | None = None
        self._string_at: int | None = None
        self._field: OutlineField = "direct_answer"

    def feed(self, piece: str) -> Iterator[Draft]:
        """Yield the claims that are whole now."""
        self._buffer += piece
        while (match := _SIGNIFICANT.search(self._buffer, self._at)) is not None:
            if self._string_at is not None and _UNDECIDED.fullmatch(self._buffer, match.start()):
                break
            self._at = match.end()
            if self._string_at is not None:
                self._in_string(match)
            elif (draft := self._outside(match)) is not None:
                yield draft
        else:
            self._at = len(self._buffer)
        self._forget()

    def _in_string(self, match: re.Match[str]) -> None:
        assert self._string_at is not None  # noqa: S101 - tells mypy
        if match[0] == "\\":
            self._at += 1
        elif match[0] == '"':
            field = field_named(self._buffer[self._string_at + 1 : match.start()])
            is_inside = (
                self._object_at is not None and self._buffer[self._object_at + 1 : self._string_at].strip()
            )
            if field is not None and not is_inside:
                self._field = field
                self._object_at = None
            self._string_at = None
        elif _NEXT_OBJECT.match(self._buffer, match.start()):
            self.unreadable += 1
            self._depth -= 1
            self._string_at = self._object_at = None

    def _outside(self, match: re.Match[str]) -> Draft | None:
        sign, at = match[0], match.start()
        if sign == '"' and self._depth:
            self._string_at = at
        elif sign in "{[":
            self._depth += 1
            self._object_at = at if sign == "{" else None
        elif sign in "}]":
            self._depth = max(0, self._depth - 1)
            start, self._object_at = self._object_at, None
            if sign == "}" and start is not None:
                return self._read(self._buffer[start : match.end()])
        return None

    def _read(self, raw: str) -> Draft | None:
        try:
            made = json.loads(raw, strict=False)
        except ValueError:
            self.unreadable += 1
            return None
        if not isinstance(made, dict) or not made:
            return None
        draft = self._draft(made)
        self.unreadable += draft is None
        return draft

    def _draft(self, made: Mapping[str, object]) -> Draft | None:
        text, quote = _first(made, _TEXT_KEYS), _first(made, _QUOTE_KEYS)
        if not text.strip():
            return None
        field = field_named(_first(made, _FIELD_KEYS)) or self._field
        return Draft(field, " ".join(text.split()), _first(made, _PLACE_KEYS).strip(), quote.strip())

    def _forget(self) -> None:
        """Drop what was read, and an object that is too long to be a claim."""
        open_at = [at for at in (self._object_at, self._string_at) if at is not None]
        keep = min(open_at, default=self._at)
        if len(self._buffer) - keep > MAX_OBJECT_CHARS:
            self.unreadable += 1
            self._object_at = self._string_at = None
            keep = self._at
        self._buffer = self._buffer[keep:]
        self._at -= keep
        self._object_at = None if self._object_at is None else self._object_at - keep
        self._string_at = None if self._string_at is None else self._string_at - keep


def field_named(name: str) -> OutlineField | None:
    """Return the field of an outline that a name means.

    >>> field_named("Direct answer"), field_named("poem")
    ('direct_answer', None)
    """
    folded = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    return next((field for field in OUTLINE_FIELDS if field == folded), None)


def _first(made: Mapping[str, object], keys: tuple[str, ...]) -> str:
    """Return the first of these values that is a text or number, as text."""
    for key in keys:
        value = made.get(key)
        if isinstance(value, str | int):
            return whole_characters(str(value))
    return ""
