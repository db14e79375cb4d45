"""How rare a word is in English prose: what it weighs when passages lack it."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

# The table has one line for each step of rarity, the commonest words first; a word that it lacks is as rare
# as its rarest.
_STEPS = 31


@cache
def _table() -> dict[str, float]:
    lines = _read("rarity.txt").split("\n")
    return {stem: step / _STEPS for step, line in enumerate(lines) for stem in line.split()}


@cache
def names() -> frozenset[str]:
    """Return the stems that prose writes with a capital nearly always."""
    return frozenset(_read("names.txt").split())


def _read(name: str) -> str:
    return resources.files("coach.faithfulness").joinpath("weights", name).read_text("utf-8")


@lru_cache(maxsize=65536)
def rarity(stem: str) -> float:
    """Return the weight of a stem, 0 for the commonest words to 1 for those hardly ever seen.

    >>> rarity("use") < rarity("tokenis") <= 1
    True
    """
    return _table().get(stem, 1.0)
