"""What a rule reports."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from ingest.contract import Frozen

Severity = Literal["error", "warning"]
RuleName = Literal[
    "link-page",
    "link-anchor",
    "unresolved-reference",
    "bare-heading",
    "near-duplicate",
    "copied",
    "sentence-long",
    "page-long",
    "front-matter",
    "part-missing",
    "part-unknown",
    "part-order",
    "part-repeated",
    "duplicate-id",
    "duplicate-heading",
    "tag-line",
    "aliases",
    "direct-answer",
    "steps",
    "bullets",
    "rubric",
    "number-line",
    "number-origin",
    "number-stale",
    "contradiction",
    "facts-from",
    "source-entry",
    "source-unused",
    "time-box",
]
"""docs/cli.md says what each of them wants."""


class Finding(Frozen):
    """One place in a handbook that a rule is not content with.

    Attributes:
        file: Path of the document below the folder that was linted, with forward slashes.
        line: 1-based.
        heading: The page or heading it stands under; empty outside of any.
    """

    severity: Severity
    rule: RuleName
    file: str
    line: int
    heading: str
    message: str


class Limits(NamedTuple):
    """What the rules measure against.

    Attributes:
        today: The day on which figures are judged to be old.
        max_age_months: Age from which a sourced figure is stale.
        originals: Texts that the handbook was written from and must not be copied from.
    """

    today: date
    max_age_months: int = 36
    originals: tuple[str, ...] = ()
