"""Turn a sentence into one that its passage does not bear out: the unfaithful half of made-up examples."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import NamedTuple

from coach.faithfulness.lexicon import MONTHS, OPPOSITES, WEEKDAYS
from ingest.analysis import stem
from ingest.read.blocks import Span

_MONTH_NAMES = [name.capitalize() for name in MONTHS if len(name) > 4]  # noqa: PLR2004
_DAY_NAMES = [name.capitalize() for name in sorted(WEEKDAYS)]
_UNIT_FAMILIES = [
    line.split()
    for line in (
        "milliseconds seconds minutes hours days weeks months years decades",
        "ms s min",
        "bytes kilobytes megabytes gigabytes terabytes",
        "KB MB GB TB",
        "millimeters centimeters meters kilometers inches feet yards miles",
        "milligrams grams kilograms ounces pounds tons",
        "milliliters liters gallons cups teaspoons tablespoons ounces",
        "tokens words characters sentences pages",
        "dollars cents euros pounds",
        "percent points times",
        "thousand million billion trillion",
        "Celsius Fahrenheit Kelvin",
        "mg g kg",
        "cm m km",
    )
]
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|must|may|might|has been|have been|does|do|did)"
    r"\b(?! not|n't)"
)
_PLAIN_VERB = re.compile(
    r"\b(uses|needs|requires|contains|includes|helps|allows|makes|keeps|gives|provides|shows|supports|works|means"
    r"|returns|takes|reduces|increases|improves|causes|affects|depends|costs|changes|produces|leads|starts|stops)\b"
)
_NEGATED = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|must|may|does|do|did|has|have)( not|n't)\b|\bcannot\b"
)
_EXTENTS = {
    "all": "some|few|none of the",
    "every": "no|only one",
    "each": "no",
    "always": "sometimes|never|rarely",
    "never": "always|often|sometimes",
    "most": "all|few|no",
    "many": "all|few|no",
    "some": "all|most|no",
    "several": "all|no|two",
    "often": "always|rarely|never",
    "usually": "always|rarely|never",
    "sometimes": "always|never",
    "rarely": "often|always",
    "only": "also|mostly",
    "both": "neither of the|only one of the",
    "may": "must|will always",
    "might": "will certainly|must",
    "can": "must|can never",
    "must": "may|need not",
    "should": "must never|need not",
    "at least": "at most|exactly",
    "at most": "at least|exactly",
    "up to": "at least|more than",
    "more than": "less than|exactly",
    "less than": "more than|exactly",
    "about": "exactly|more than",
    "approximately": "exactly|more than",
    "few": "many|all",
    "first": "last|third",
    "before": "after",
    "after": "before",
    "without": "with",
    "with": "without",
    "minimum": "maximum",
    "maximum": "minimum",
}
_EXTENT = re.compile(r"\b(" + "|".join(sorted(_EXTENTS, key=len, reverse=True)) + r")\b")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w-]+)(?: [A-Z][\w-]+)*")
_TAIL = re.compile(
    r"\b(?:because|by|using|with|so that|which|for|during|after|when|to|in|from|and)"
    r"\b [^,.;:]{12,80}(?=[.,;])"
)
_WORD = re.compile(r"\b[a-z]{4,}\b")
_INVENTED = (
    ", which takes {n} {unit}",
    ", according to a {year} study",
    ", and this has been standard since {year}",
    ", especially in {name}",
    ", as {name} has confirmed",
    " and costs about {n} dollars",
    ", which doubles the speed",
    ", although experts disagree",
    ", but only for {n} {unit}",
    ", in most countries",
    ", which is free of charge",
    " on both Windows and Mac",
    ", as long as you are over {n}",
    ", saving up to {n}%",
    ", and it was invented by {name}",
    " in {n}% of cases",
    ", particularly for beginners",
    ", under the supervision of a professional",
)


def names_in(text: str) -> list[str]:
    """Return the names inside a sentence."""
    return _NAME.findall(text)


class Changed(NamedTuple):
    """A sentence after a change; the span is what became unfaithful."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Material:
    """What invented parts are taken from: other sentences of the document, and names of all documents."""

    others: Sequence[str]
    names: Sequence[str]


Perturbation = Callable[[str, Random, Material], Changed | None]


def _replaced(text: str, start: int, end: int, new: str) -> Changed | None:
    if text[start:end].casefold() == new.casefold():
        return None
    if start == 0 and new:
        new = new[0].upper() + new[1:]
    return Changed(text[:start] + new + text[end:], Span(start, start + len(new)))


def _draw(pattern: re.Pattern[str], text: str, rng: Random) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return rng.choice(found) if found else None


def _number(text: str, rng: Random, material: Material) -> Changed | None:
    del material
    match = _draw(_NUMBER, text, rng)
    if not match:
        return None
    raw = match[0]
    value = float(raw.replace(",", "")) if raw.count(".") < 2 else 0.0  # noqa: PLR2004
    if _YEAR.fullmatch(raw):
        new = str(int(value) + rng.choice((-30, -10, -7, -3, -2, -1, 1, 2, 4, 8, 11)))
    elif "." in raw:
        new = f"{value * rng.choice((0.1, 0.5, 1.5, 2, 10)):.{len(raw.split('.')[-1])}f}"
    else:
        steps = [
            value + 1,
            value + 2,
            value * 2,
            value * 3,
            value * 10,
            value + 5,
            value // 2,
            max(value - 1, 0),
        ]
        new = f"{int(rng.choice(steps)):,}" if "," in raw else str(int(rng.choice(steps)))
    return _replaced(text, match.start(), match.end(), new)


def _unit(text: str, rng: Random, material: Material) -> Changed | None:
    del material
    places = []
    for family in _UNIT_FAMILIES:
        singular = [unit[:-1] if unit.endswith("s") and len(unit) > 3 else unit for unit in family]  # noqa: PLR2004
        for units in (family, singular):
            pattern = rf"(?<=\d)([ -]?)({'|'.join(units)})\b"
            places += [(match, units) for match in re.finditer(pattern, text)]
    if not places:
        return None
    match, units = rng.choice(places)
    return _replaced(
        text, match.start(2), match.end(2), rng.choice([one for one in units if one != match[2]])
    )


def _date(text: str, rng: Random, material: Material) -> Changed | None:
    del material
    for names in rng.sample([_MONTH_NAMES, _DAY_NAMES], k=2):
        match = _draw(re.compile(rf"\b({'|'.join(names)})\b"), text, rng)
        if match:
            return _replaced(text, match.start(), match.end(), rng.choice(names))
    match = _draw(_YEAR, text, rng)
    return match and _replaced(text, *match.span(), str(int(match[0]) + rng.choice((-20, -5, -1, 1, 3, 10))))


def _negation(text: str, rng: Random, material: Material) -> Changed | None:
    """Take a negation away, or put one in."""
    del material
    negated = _draw(_NEGATED, text, rng)
    if negated:
        return _replaced(text, *negated.span(), negated[1] or "can")
    auxiliary = _draw(_AUXILIARY, text, rng)
    if auxiliary:
        negation = rng.choice((" not", " not", " never"))
        return _replaced(text, *auxiliary.span(), auxiliary[0] + negation)
    verb = _draw(_PLAIN_VERB, text, rng)
    if not verb:
        return None
    bare = re.sub("s$", "", verb[0]) if not verb[0].endswith("ches") else verb[0][:-2]
    return _replaced(text, *verb.span(), f"{rng.choice(('does not', 'doesn’t', 'never'))} {bare}")


def _direction(text: str, rng: Random, material: Material) -> Changed | None:
    """Put a word's opposite in its place, in the same form where that is easily told."""
    del material
    places = [
        match for match in re.finditer(r"\b[A-Za-z]{3,}\b", text) if stem(match[0].lower()) in OPPOSITES
    ]
    if not places:
        return None
    match = rng.choice(places)
    word = match[0].lower()
    forms = [
        other
        for other in _FORMS_OF_OPPOSITES
        if stem(other) in OPPOSITES[stem(word)] and _ending(other) == _ending(word)
    ]
    return _replaced(text, *match.span(), rng.choice(forms)) if forms else None


def _ending(word: str) -> str:
    return next((ending for ending in ("ing", "ed", "er", "est", "ly", "s") if word.endswith(ending)), "")


def _forms() -> list[str]:
    bare = [one for one in OPPOSITES if one.isalpha() and stem(one) == one]
    forms = [*bare, *(one + ending for one in bare for ending in ("s", "ed", "ing", "er", "es", "d"))]
    silent = [one + "e" + ending for one in OPPOSITES for ending in ("", "s", "d", "r")]
    return sorted({form for form in [*forms, *silent] if stem(form) in OPPOSITES})


_FORMS_OF_OPPOSITES = _forms()


def _extent(text: str, rng: Random, material: Material) -> Changed | None:
    del material
    match = _draw(_EXTENT, text, rng)
    return match and _replaced(text, *match.span(), rng.choice(_EXTENTS[match[0]].split("|")))


def _name(text: str, rng: Random, material: Material) -> Changed | None:
    match = _draw(_NAME, text, rng)
    own = [name for other in material.others for name in _NAME.findall(other)]
    pool = own if own and rng.random() < 0.6 else material.names  # noqa: PLR2004
    return _replaced(text, *match.span(), rng.choice(pool)) if match and pool else None


def _word(text: str, rng: Random, material: Material) -> Changed | None:
    """Put another word of the same form in a word's place."""
    match = _draw(_WORD, text, rng)
    if not match or not material.others:
        return None
    ending = match[0][-2:] if match[0].endswith(("ing", "ed", "ly", "es", "on", "er")) else ""
    pool = [word for other in material.others for word in _WORD.findall(other)]
    fitting = [
        word
        for word in pool
        if word.endswith(ending) and word not in text and stem(word) != stem(match[0]) and _is_telling(word)
    ]
    return _replaced(text, *match.span(), rng.choice(fitting)) if fitting and _is_telling(match[0]) else None


def _is_telling(word: str) -> bool:
    from coach.faithfulness.frequencies import rarity

    return rarity(stem(word)) > 0.3  # noqa: PLR2004 - no function word, nor one that fits anywhere


def _addition(text: str, rng: Random, material: Material) -> Changed | None:
    """Go on with something that the passage does not say: a clause of another sentence, or a set phrase."""
    tails = [match[0] for other in material.others for match in _TAIL.finditer(other)]
    if tails and rng.random() < 0.7:  # noqa: PLR2004
        extra = (", " if rng.random() < 0.3 else " ") + rng.choice(tails)  # noqa: PLR2004
    else:
        extra = rng.choice(_INVENTED).format(
            n=rng.choice((2, 3, 5, 7, 10, 12, 15, 18, 20, 30, 40, 45, 60, 90)),
            unit=rng.choice(("minutes", "hours", "days", "weeks", "months", "years")),
            year=rng.randint(1950, 2025),
            name=rng.choice(material.names) if material.names else "Europe",
        )
    at = len(text.rstrip("."))
    return Changed(text[:at] + extra + ".", Span(at, at + len(extra)))


def _swap(text: str, rng: Random, material: Material) -> Changed | None:
    """Exchange two names or two figures that are more than members of one list."""
    del material
    for pattern in rng.sample([_NAME, _NUMBER], k=2):
        found = list(pattern.finditer(text))
        pairs = [
            (one, other)
            for one, other in pairwise(found)
            if one[0] != other[0] and len(text[one.end() : other.start()].split()) > 1
        ]
        if pairs:
            one, other = rng.choice(pairs)
            middle = text[one.end() : other.start()]
            swapped = other[0] + middle + one[0]
            return Changed(
                text[: one.start()] + swapped + text[other.end() :],
                Span(one.start(), one.start() + len(swapped)),
            )
    return None


def _joined(text: str, rng: Random, material: Material) -> Changed | None:
    """Give a reason or consequence that stands in another place and is none."""
    if not material.others:
        return None
    other = rng.choice(material.others)
    link = rng.choice((" because ", ", so ", ", which is why ", " and therefore "))
    at = len(text.rstrip("."))
    extra = link + other[0].lower() + other[1:].rstrip(".")
    return Changed(text[:at] + extra + ".", Span(at, at + len(extra))) if len(other) < 120 else None  # noqa: PLR2004


PERTURBATIONS: dict[str, Perturbation] = {
    "number": _number,
    "unit": _unit,
    "date": _date,
    "negation": _negation,
    "direction": _direction,
    "extent": _extent,
    "name": _name,
    "word": _word,
    "addition": _addition,
    "swap": _swap,
    "joined": _joined,
}
