"""Figures of a text: numbers with their units, dates; and whether a passage has the same ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from coach.faithfulness.lexicon import (
    AMBIGUOUS_MONTHS,
    APPROXIMATE,
    AT_LEAST,
    AT_MOST,
    CONVERSIONS,
    MONTHS,
    NUMBER_WORDS,
    ORDINALS,
    RATE_WORDS,
    RATES,
    SCALES,
    UNITS,
    WEEKDAYS,
)
from coach.faithfulness.tokens import Token

QuantityKind = Literal["number", "date"]
Bound = Literal["", "about", "at least", "at most"]
_YEARS = range(1300, 2101)
_ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})
_SPELT_ORDINALS = ORDINALS.keys() - {"first"}  # "first" opens lists more often than it counts
_CURRENCIES = frozenset("$€£¥₹")


class Quantity(NamedTuple):
    """A figure.

    Attributes:
        value: In `unit`; of a month its number, of a weekday 0.
        unit: Canonical; "" if the text names none; for a date "year", "month", or the weekday.
        said: As the text has it.
        at: The token it begins at; `until` is past the last one.
        bound: What the text makes of it: "about 20", "more than 20", "at most 20".
    """

    kind: QuantityKind
    value: float
    unit: str
    said: str
    at: int
    until: int
    bound: Bound = ""

    @property
    def is_spelt(self) -> bool:
        """Whether the number is written as a word."""
        return not any(char.isdigit() for char in self.said)


def read_quantities(text: str, tokens: Sequence[Token]) -> list[Quantity]:
    """Return the figures of a text in order, spelt-out numbers included.

    >>> from coach.faithfulness.tokens import tokenise
    >>> text = "Twelve GPUs cost $3 million in May 2021."
    >>> [(one.value, one.unit) for one in read_quantities(text, tokenise(text))]
    [(12.0, ''), (3000000.0, 'dollar'), (5.0, 'month'), (2021.0, 'year')]
    """
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        quantity = _date(text, tokens, at) or _rate(text, tokens, at) or _number(text, tokens, at)
        if quantity:
            found.append(quantity)
        at = quantity.until if quantity else at + 1
    return found


def _date(text: str, tokens: Sequence[Token], at: int) -> Quantity | None:
    token = tokens[at]
    said = text[token.start : token.end]
    if token.text.removesuffix("s") in WEEKDAYS:
        return Quantity("date", 0.0, token.text.removesuffix("s"), said, at, at + 1)
    if token.text in MONTHS and token.is_capital:
        beside = [*tokens[max(at - 1, 0) : at], *tokens[at + 1 : at + 2]]
        if token.text not in AMBIGUOUS_MONTHS or any(one.value is not None for one in beside):
            return Quantity("date", float(MONTHS[token.text]), "month", said, at, at + 1)
    is_year = token.value is not None and token.value in _YEARS and said.isdigit()
    if is_year and not _unit_after(tokens, at + 1) and not _is_money(tokens, at):
        return Quantity("date", float(token.value or 0), "year", said, at, at + 1)
    return None


def _rate(text: str, tokens: Sequence[Token], at: int) -> Quantity | None:
    """Return "per day" and "daily" as one day."""
    if tokens[at].text in RATE_WORDS:
        said = text[tokens[at].start : tokens[at].end]
        return Quantity("number", 1.0, RATE_WORDS[tokens[at].text], said, at, at + 1)
    unit = UNITS.get(tokens[at + 1].text) if tokens[at].text in RATES and at + 1 < len(tokens) else None
    if unit is None or len(tokens[at + 1].text) == 1:
        return None
    return Quantity("number", 1.0, unit, text[tokens[at].start : tokens[at + 1].end], at, at + 2)


def _bound(tokens: Sequence[Token], at: int) -> Bound:
    words = [token.text for token in tokens[max(at - 3, 0) : at]]
    if words[-2:] == ["less", "than"] or words[-2:] == ["fewer", "than"]:
        return "at least" if words[:1] == ["no"] else "at most"
    if words[-2:] == ["more", "than"]:
        return "at most" if words[:1] == ["no"] else "at least"
    last = words[-1] if words else ""
    if last in APPROXIMATE:
        return "about"
    if last in AT_LEAST:
        return "at least"
    return "at most" if last in AT_MOST else ""


def _number(text: str, tokens: Sequence[Token], at: int) -> Quantity | None:
    if tokens[at].text in _SPELT_ORDINALS and not (at and tokens[at - 1].value is not None):
        said = text[tokens[at].start : tokens[at].end]
        return Quantity("number", ORDINALS[tokens[at].text], "ordinal", said, at, at + 1)
    value, until = _value(tokens, at)
    if value is None:
        return None
    after = tokens[until] if until < len(tokens) else None
    if after and after.text in _ORDINAL_ENDINGS and after.start == tokens[until - 1].end:
        return Quantity("number", value, "ordinal", text[tokens[at].start : after.end], at, until + 1)
    unit = "dollar" if at and _is_money(tokens, at) else ""
    if unit:
        unit = UNITS.get(tokens[at - 1].text, unit)
    while until < len(tokens) and (named := _unit_after(tokens, until)):
        if named in SCALES:
            value *= SCALES[named]
        elif unit and named != unit:
            break
        else:
            unit = named
        until += 1
        if named not in SCALES:
            break
    said = text[tokens[at].start : tokens[until - 1].end]
    return Quantity("number", value, unit, said, at, until, _bound(tokens, at))


def _value(tokens: Sequence[Token], at: int) -> tuple[float | None, int]:
    """Return the number that begins at a token, and the token past it."""
    token = tokens[at]
    if token.value is not None:
        until = at + 1
        return token.value, until
    value = NUMBER_WORDS.get(token.text)
    if value is None or (token.text == "one" and not _unit_after(tokens, at + 1)):
        return None, at
    until = at + 1
    if 20 <= value < 100 and until < len(tokens):  # noqa: PLR2004 - twenty-one to ninety-nine
        ones = NUMBER_WORDS.get(tokens[until].text, ORDINALS.get(tokens[until].text, 0.0))
        if 0 < ones < 10:  # noqa: PLR2004
            return value + ones, until + 1
    if until < len(tokens) and tokens[until].text == "hundred":
        return value * 100, until + 1
    return value, until


def _unit_after(tokens: Sequence[Token], at: int) -> str:
    """Return the canonical unit or scale that a token names."""
    if at >= len(tokens):
        return ""
    word = tokens[at].text
    if word == "°" and at + 1 < len(tokens) and tokens[at + 1].text in {"c", "f"}:
        return "degree"
    if word == "hundred":
        return "hundred"
    is_short = len(word) == 1 and word.isalpha()
    if is_short and at and tokens[at].start > tokens[at - 1].end:
        return ""  # "5 a day": a lone letter is a unit only where it touches the figure
    return UNITS.get(word, "")


def _is_money(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].text in _CURRENCIES


def base(quantity: Quantity) -> tuple[float, str]:
    """Return a figure in the smallest unit of its kind.

    >>> base(Quantity("number", 2.0, "minute", "2 min", 0, 2))
    (120.0, 'second')
    """
    factor, unit = CONVERSIONS.get(quantity.unit, (1.0, quantity.unit))
    return quantity.value * factor, unit


def agrees(ours: Quantity, theirs: Quantity) -> bool:
    """Return whether a passage's figure bears out a claim's; a missing unit agrees with any.

    >>> agrees(Quantity("number", 600, "", "600", 0, 1, "at least"), Quantity("number", 620, "", "620", 0, 1))
    True
    """
    (value, unit), (other, other_unit) = base(ours), base(theirs)
    if ours.kind != theirs.kind or (ours.kind == "date" and ours.unit != theirs.unit):
        return False
    if unit != other_unit:
        return not (ours.unit and theirs.unit) and math.isclose(ours.value, theirs.value, rel_tol=1e-6)
    if math.isclose(value, other, rel_tol=1e-3):
        return True
    if ours.kind == "date" or value <= 0 or theirs.bound:
        return False
    return _is_within(ours.bound, other / value)


def _is_within(bound: Bound, ratio: float) -> bool:
    """Return whether a figure that is `ratio` times the one said may be said so."""
    if bound == "about":
        return 0.93 <= ratio <= 1.07  # noqa: PLR2004 - what people round away
    if bound == "at least":
        return 1 <= ratio <= 1.5  # noqa: PLR2004 - nobody says "over 20" of 40
    return bound == "at most" and 0.6 <= ratio <= 1  # noqa: PLR2004


def differs_in_unit(ours: Quantity, theirs: Quantity) -> bool:
    """Return whether two figures have the same number, and different units."""
    named = bool(ours.unit and theirs.unit)
    return named and math.isclose(ours.value, theirs.value, rel_tol=1e-6) and not agrees(ours, theirs)
