"""Golden items: questions with the places that answer them, and what a good answer says.

docs/evals.md describes the format for those who bring their own.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from coach.errors import UsageError
from ingest.contract import Frozen

_HINT = "docs/evals.md describes the fields of a golden item."


class Place(Protocol):
    """A span of a document below its headings: a hit, a citation, a nearest section."""

    @property
    def document(self) -> str:
        """Name of the document."""
        ...

    @property
    def heading(self) -> str:
        """The heading it stands under."""
        ...

    @property
    def path(self) -> tuple[str, ...]:
        """The headings above that one."""
        ...

    @property
    def start(self) -> int:
        """Where it begins in the document as read."""
        ...

    @property
    def end(self) -> int:
        """Where it ends."""
        ...


class Relevant(Frozen):
    """A place that answers a question: named by its heading, or by its span in the document as read.

    Attributes:
        heading: As a reader sees it, or with its Markdown; not looked at where there is a span.
        grade: 2 answers it, 1 helps, 0 was judged and does neither.
        key: What the item's author calls it; not used for matching.
    """

    document: str
    heading: str | None = None
    start: int | None = Field(None, ge=0)
    end: int | None = None
    grade: int = Field(2, ge=0, le=10)
    key: str = ""

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("a span needs both start and end")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"the span {self.start}-{self.end} is empty")
        if self.start is None and not self.heading:
            raise ValueError("a relevant place needs a heading, or start and end")
        return self

    def holds(self, place: Place) -> bool:
        """Return whether a place lies in this one: by more than half of its span, or by its headings."""
        if place.document != self.document:
            return False
        if self.start is not None and self.end is not None:
            shared = min(place.end, self.end) - max(place.start, self.start)
            return shared * 2 > place.end - place.start
        headings = (place.heading, *place.path)
        return self.heading in headings or _plain(self.heading or "") in map(_plain, headings)


class GoldenItem(Frozen):
    """One question and what is expected of the answer.

    Attributes:
        style: How it is asked ("misspelt", "short"); results are sliced by it. So is `persona`, who asks.
        answerable: Whether the handbook answers it; if not, the coach should abstain.
        relevant: Where the handbook answers it. Not used for a question that is not answerable.
        key_facts: What a good answer names, each a few words or one statement.
        must_not: What no answer may state.
    """

    id: str = Field(min_length=1)
    query: str
    style: str = ""
    persona: str = ""
    answerable: bool
    relevant: tuple[Relevant, ...] = ()
    key_facts: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Relevant, ...]:
        """The places that count: those of an answerable question with a grade of at least 1."""
        return tuple(one for one in self.relevant if one.grade > 0) if self.answerable else ()


def load_golden(path: Path) -> list[GoldenItem]:
    """Return the items of a JSON-lines file, in order.

    Raises:
        UsageError: The file cannot be read, holds no item, or a line is no golden item or repeats an id;
            names the line.
    """
    adapter = TypeAdapter(GoldenItem)
    items: dict[str, GoldenItem] = {}
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = adapter.validate_json(line)
        except ValidationError as error:
            raise UsageError(f"{path}:{number} is not a golden item: {_first(error)}", hint=_HINT) from error
        if item.id in items:
            raise UsageError(f"{path}:{number} repeats the id {item.id!r}", hint="Give each item its own id.")
        items[item.id] = item
    if not items:
        raise UsageError(f"{path} holds no golden item", hint=_HINT)
    return list(items.values())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"cannot read {str(path)!r}: {error.strerror}", hint="Name a golden file."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: {error.reason}", hint="Save it as UTF-8.") from error


def _first(error: ValidationError) -> str:
    """Return what is wrong first, with the field that it is wrong in."""
    found = error.errors()[0]
    field = ".".join(str(part) for part in found["loc"])
    return f"{found['msg']} ({field})" if field else found["msg"]


@lru_cache(maxsize=4096)
def _plain(heading: str) -> str:
    """Return a heading without Markdown, its spaces and composed characters in one form."""
    from ingest.read.plain import plain_inline

    bare = heading.strip().lstrip("#").strip() if heading.lstrip().startswith("#") else heading
    return " ".join(unicodedata.normalize("NFC", plain_inline(bare)).split())
