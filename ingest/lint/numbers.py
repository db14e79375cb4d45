"""Number lines: written as the page format says, from a named origin, and not too old."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ingest.contract import Part
from ingest.lint.finding import Finding, Limits
from ingest.lint.handbook import Handbook, Page

STATUSES = ("sourced", "derived", "rule of thumb", "illustrative", "contested", "corrected")

_LINE = re.compile(
    r"\*\*(?P<value>[^*]+)\*\*: (?P<measure>.+?) "
    r"\*\((?P<status>[^;()]+); (?P<key>[^;()\s]+); (?P<date>[^;()]+)\)\*",
    re.DOTALL,
)
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Number:
    """A number line, read.

    Attributes:
        value: The bold figure with its unit.
        measure: What it measures.
        key: Of its origin.
        date: As written: a year, a month or a day.
    """

    page: Page
    part: Part
    value: str
    measure: str
    status: str
    key: str
    date: str

    @property
    def is_complete(self) -> bool:
        """Whether it has an origin and a date; a rule of thumb says by its status that it has no origin."""
        return self.status in STATUSES and bool(self.key) and _DATE.fullmatch(self.date) is not None


def number_lines(page: Page) -> list[Part]:
    """Return the statements under "Numbers"."""
    return [part for part in page.parts("Numbers") if part.kind == "number"]


def read_number(page: Page, part: Part) -> Number | None:
    """Return a number line, or None if it is not written as one."""
    match = _LINE.fullmatch(page.raw(part))
    return Number(page, part, **match.groupdict()) if match else None


def read_numbers(page: Page) -> list[Number]:
    """Return the number lines of a page that can be read."""
    return [number for part in number_lines(page) if (number := read_number(page, part))]


def check_number_lines(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each number line that is malformed, or whose origin the page does not name."""
    for page in handbook.pages:
        named = facts_from(page)
        for part in page.parts("Numbers"):
            number = read_number(page, part)
            if number is None:
                message = f"not like '**value**: measure. *(status; key; date)*': {page.plain(part)[:60]!r}"
                yield page.finding("error", "number-line", message, part)
                continue
            yield from _number(number, named)


def check_stale_numbers(handbook: Handbook, limits: Limits) -> Iterator[Finding]:
    """Yield a warning for each sourced figure that is older than the limit."""
    for page in handbook.pages:
        for number in read_numbers(page):
            age = age_months(number.date, limits.today)
            if number.status == "sourced" and age is not None and age > limits.max_age_months:
                message = f"{number.value!r} is of {number.date}, {age} months old"
                yield page.finding("warning", "number-stale", message, number.part)


def facts_from(page: Page) -> list[str]:
    """Return the keys that a page names as origins of its facts."""
    return [key.strip() for part in page.parts("Facts from") for key in page.raw(part).split(",")]


def age_months(written: str, today: date) -> int | None:
    """Return the age of a date in whole months; a year alone counts from its end.

    >>> age_months("2023-10", date(2026, 11, 21)), age_months("2023", date(2026, 11, 21))
    (37, 35)
    """
    match = _DATE.fullmatch(written)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or _MONTHS_A_YEAR)
    return (today.year - year) * _MONTHS_A_YEAR + today.month - month


def _number(number: Number, named: list[str]) -> Iterator[Finding]:
    if number.status not in STATUSES:
        message = f"status {number.status!r} is none of {', '.join(STATUSES)}"
        yield number.page.finding("error", "number-line", message, number.part)
    if not _DATE.fullmatch(number.date):
        message = f"date {number.date!r} is not a year, month or day"
        yield number.page.finding("error", "number-line", message, number.part)
    if number.key not in named:
        message = f"the origin {number.key!r} is not among 'Facts from'"
        yield number.page.finding("error", "number-origin", message, number.part)
