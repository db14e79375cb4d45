"""Words of one meaning: what a paraphrase may say in a passage's stead.

The table was made from the embedder's vectors of single words; opposites, which such vectors hold for near,
were taken out. docs/faithfulness.md says how.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

STRONG, WEAK = 0.85, 0.5


@cache
def _table() -> dict[str, dict[str, float]]:
    """Return the related stems of each stem; a line of the file is ``stem|nearest|next nearest``."""
    text = resources.files("coach.faithfulness").joinpath("weights", "related.txt").read_text("utf-8")
    table: dict[str, dict[str, float]] = {}
    for line in text.split("\n"):
        stem, strong, weak = line.split("|")
        table[stem] = dict.fromkeys(weak.split(), WEAK) | dict.fromkeys(strong.split(), STRONG)
    return table


def related(stem: str) -> dict[str, float]:
    """Return how near in meaning other stems are, 0 to 1; those not named are not near.

    >>> related("buy")["purchas"]
    0.85
    """
    return _table().get(stem, {})


def nearness(stem: str, stems: frozenset[str]) -> float:
    """Return how near the nearest of some stems is: 1 for the stem itself.

    >>> nearness("buy", frozenset({"purchas", "car"})), nearness("buy", frozenset({"car"}))
    (0.85, 0.0)
    """
    if stem in stems:
        return 1.0
    return max((near for other, near in related(stem).items() if other in stems), default=0.0)
