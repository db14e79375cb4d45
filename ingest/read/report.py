"""What a reader left out or repaired, as report rows: one for each kind of thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ingest.contract import ReportRow
from ingest.read.blocks import Lines

_REASONS = {
    "comment": "HTML comments",
    "include": "include comments (the files they name are not followed)",
    "script": "scripts, styles or embedded media",
    "template tag": "template tags",
    "module line": "MDX imports, exports and comments",
}


class Report:
    """Rows about one document."""

    def __init__(self, document: str) -> None:
        self._document = document
        self._rows: list[ReportRow] = []
        self._dropped: dict[str, list[int]] = {}

    def add(
        self, outcome: Literal["skipped", "repaired", "note"], reason: str, start: int | None = None
    ) -> None:
        """Add one row."""
        self._rows.append(ReportRow(document=self._document, outcome=outcome, reason=reason, start=start))

    def drop(self, what: str, start: int) -> None:
        """Count something that was left out; all of a kind make one row."""
        self._dropped.setdefault(what, []).append(start)

    def characters(self, start: int | None) -> None:
        """Say that blanks in block markers were read as spaces, if they were."""
        if start is not None:
            self.add(
                "repaired", "a no-break or invisible character in a block marker was read as a space", start
            )

    def fences(self, env: Mapping[str, Any], lines: Lines) -> None:
        """Say which code fences lack their end."""
        for line in env.get("repaired", ()):
            self.add(
                "repaired", "an unclosed code fence was ended before the text below it", lines.start(line)
            )
        for line in env.get("unclosed", ()):
            self.add("note", "a code fence is never closed", lines.start(line))

    def front_matter(self, problem: str) -> None:
        """Say why front matter was not read, if there is a reason."""
        if problem:
            self.add("note", problem, 0)

    def glued_heading(self, start: int) -> None:
        """Say that a heading lacks the space after its marks."""
        self.add(
            "repaired", "a line that begins with heading marks and no space was read as a heading", start
        )

    def rows(self) -> list[ReportRow]:
        """Return all rows, those of dropped things last."""
        dropped = [
            ReportRow(
                document=self._document,
                outcome="skipped",
                reason=f"{len(starts)} × {_REASONS[what]}",
                start=starts[0],
            )
            for what, starts in self._dropped.items()
        ]
        return [*self._rows, *dropped]
