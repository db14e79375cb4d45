"""What a single word says about whether it names a person: given name, term, ordinary word, or new."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import resources

from ingest.analysis import STOPWORDS

_MARKS = (
    "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09be-\u09cd"
    "\u0b82-\u0bcd\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_LETTER = rf"[^\W\d_][{_MARKS}]*"
WORD = re.compile(rf"(?:{_LETTER})+(?:[’'\-](?:{_LETTER})+)*")
"""A word with its apostrophes and hyphens; marks of scripts that write vowels as such belong to it."""

PARTICLES = frozenset(
    "af al bin bint binti da das de del della den der di dos du el ibn la le mac van vander von y zu".split()
)
_UNFOLDED = str.maketrans(
    {"ł": "l", "ø": "o", "ı": "i", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "’": "'"}
)
_CONTRACTED = re.compile(r"(?:['’](?:m|d|ll|ve|re|s)|n['’]t)$")
_ARTICLE = re.compile(r"^(?:d|l|dell|dall|nell|all)['’](?=[^\W\d_])")
# A capital in the middle is for names like McCall; the rest is small letters of an alphabet with capitals.
_SMALL = "a-zß-ÿĀ-ɏɐ-ʯḀ-ỿά-ώа-ѿ"
_TITLE_PART = re.compile(rf"(?:(?:Mc|Mac|De|Di|Da|Du|La|Le|Van|Fitz)(?=[A-Z]))?[^\W\d_][{_MARKS}{_SMALL}]*")
_SHORTEST_PART = 3


class Word(Enum):
    """What a word is, as far as a list can tell."""

    GIVEN = "a given name"
    GIVEN_TOO = "a given name that is a word as well"
    GIVEN_TERM = "a given name that is a term as well"
    TERM = "a tool, company, place, day or person whom the field is full of"
    FIELD = "a word of the handbook"
    LANGUAGE = "a word of the language, or a common name"
    NEW = "in no list"


def fold(word: str) -> str:
    """Return a word without case and accents.

    >>> fold("Łukasz"), fold("JÜRGEN")
    ('lukasz', 'jurgen')
    """
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_UNFOLDED))
    return "".join(char for char in plain if not unicodedata.combining(char))


@dataclass(frozen=True, slots=True)
class Names:
    """The lists that ship with the product, folded."""

    given: frozenset[str]
    given_too: frozenset[str]
    terms: frozenset[str]


@cache
def load_names() -> Names:
    """Return the lists of given names and of terms."""
    lines = _lines("given_names.txt")
    given_too = {fold(word) for line in lines if line.startswith("?") for word in line[1:].split()}
    given = {fold(word) for line in lines if not line.startswith("?") for word in line.split()}
    terms = {fold(word) for line in _lines("terms.txt") for word in line.split()}
    both = given & (terms | STOPWORDS)
    return Names(frozenset(given - both), frozenset(given_too | both), frozenset(terms))


def _lines(name: str) -> list[str]:
    text = resources.files("coach.guard").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that are known to be no names, in lower case.

    Attributes:
        handbook: Of the index.
        language: Of the language at large; common surnames may be among them.
    """

    handbook: Collection[str] = frozenset()
    language: Collection[str] = frozenset()
    names: Names = field(default_factory=load_names)

    def kind(self, word: str) -> Word:
        """Return what a word is; a plural or a contraction is what its base is."""
        word = _CONTRACTED.sub("", word)
        if len(word) == 1:
            return Word.FIELD
        folded = fold(word)
        if folded in self.names.given_too:
            return Word.GIVEN_TERM if folded in self.names.terms else Word.GIVEN_TOO
        if folded in self.names.terms:
            return Word.TERM
        if folded in self.names.given or (word[0].isupper() and self._has_given(folded)):
            return Word.GIVEN
        lower = word.casefold()
        # "La" is of a name, though a handbook that speaks of Bell-LaPadula holds it
        is_held = lower not in PARTICLES and self._is_listed(lower, self.handbook.__contains__)
        if lower in STOPWORDS or is_held:
            return Word.FIELD
        return Word.LANGUAGE if self._is_listed(lower, self.language.__contains__) else Word.NEW

    def _has_given(self, folded: str) -> bool:
        return any(len(part) >= _SHORTEST_PART and part in self.names.given for part in folded.split("-"))

    @staticmethod
    def _is_listed(word: str, listed: Callable[[object], bool]) -> bool:
        if listed(word) or (word.endswith("s") and listed(word[:-1])):
            return True
        parts = word.split("-")
        return len(parts) > 1 and all(listed(part) for part in parts)


def is_title(word: str) -> bool:
    """Return whether a word is written as a name is: a capital, then small letters.

    >>> [is_title(word) for word in ("Priya", "McCall", "Jae-hyun", "d'Arc", "RAG", "LSTMs")]
    [True, True, True, True, False, False]
    """
    word = _ARTICLE.sub("", word)
    return word[0].isupper() and all(_TITLE_PART.fullmatch(part) for part in re.split(r"[-'’]", word))
