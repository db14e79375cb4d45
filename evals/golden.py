"""Golden items: questions with the sections that answer them."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from coach.errors import UsageError
from coach.types import Hit
from ingest.contract import Frozen


class Relevant(Frozen):
    """A section that answers a question: named by its heading, or by its span in the document as read.

    Attributes:
        grade: 2 answers it, 1 helps.
        key: What the item's author calls it; not used for matching.
    """

    document: str
    heading: str | None = None
    start: int | None = None
    end: int | None = None
    grade: int = 2
    key: str = ""

    def holds(self, hit: Hit) -> bool:
        """Return whether a hit lies in this section: by more than half of its span, or by its headings."""
        if hit.document != self.document:
            return False
        if self.start is not None and self.end is not None:
            shared = min(hit.end, self.end) - max(hit.start, self.start)
            return shared * 2 > hit.end - hit.start
        return self.heading is not None and self.heading in (hit.heading, *hit.path)


class GoldenItem(Frozen):
    """One question; `relevant` is empty exactly if it is not answerable."""

    id: str
    query: str
    style: str = ""
    persona: str = ""
    answerable: bool
    relevant: tuple[Relevant, ...] = ()
    key_facts: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


def load_golden(path: Path) -> list[GoldenItem]:
    """Return the items of a JSON-lines file, in order.

    Raises:
        UsageError: A line is not a golden item; names the line.
    """
    adapter = TypeAdapter(GoldenItem)
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            items.append(adapter.validate_json(line))
        except ValidationError as error:
            raise UsageError(f"{path}:{number} is not a golden item: {error.errors()[0]['msg']}") from error
    return items
