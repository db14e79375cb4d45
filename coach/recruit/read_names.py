"""Names of competencies as the items of a list: "RAG, agents and evals"."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from coach.recruit.contract import Competency
from coach.recruit.read_text import Clause
from ingest.analysis import STOPWORDS, stem, terms, words

ITEM = re.compile(r"[,;/&+|]|\b(?:and|or|plus)\b|\bas well as\b", re.IGNORECASE)
"""What may stand between the items of a list."""
_SHORTEST_NAME, _ABBREVIATED = 3, 4
"""A shorter word says nothing; one of so many letters may be the beginning of a longer one."""


class Names:
    """The names of some competencies: words of their titles, or what the field calls them."""

    def __init__(
        self,
        competencies: Sequence[Competency],
        named: Callable[[str], list[str]],
        heard: Callable[[str], Collection[str]],
    ) -> None:
        """Take competencies, and what gives those that words speak for, of which others are passed over.

        Args:
            competencies: Whose names these are.
            named: Gives the competencies that words speak for.
            heard: Gives the stems of the words that do so.
        """
        self._named = named
        self._heard = heard
        self._opening = {one.id: terms(one.title)[:1] for one in competencies}
        self._words = {one.id: title_stems(one.title, one.id) for one in competencies}

    def items(self, said: Sequence[Clause]) -> Iterator[tuple[bool, list[str]]]:
        """Yield what each item of some clauses that is a name may name, and whether it is one of a list.

        A list has two of them side by side in a sentence, or nothing else is said.
        """
        found = [
            (clause.sentence, self._meant(item))
            for clause in said
            for item in ITEM.split(clause.said)
            if terms(item)
        ]
        is_all = all(names for _, names in found)
        for place, (sentence, names) in enumerate(found):
            beside = (*found[max(0, place - 1) : place], *found[place + 1 : place + 2])
            if names:
                yield is_all or any(other and at == sentence for at, other in beside), names

    def is_name(self, said: str, competency: str) -> bool:
        """Return whether words are nothing but words of titles, which may be cut short: "evals"."""
        held = {word for word in terms(said) if len(word) >= _SHORTEST_NAME}
        return any(_begins(word, self._words.get(competency, ())) for word in held) and all(
            any(_begins(word, one) for one in self._words.values()) for word in held
        )

    def _meant(self, item: str) -> list[str]:
        """Return the competencies whose name some words are, by their titles or as the field calls them."""
        said = self._without_one(item)
        opening = [name for name, first in self._opening.items() if terms(said) == first]
        return opening or [name for name in self._named(said) if self.is_name(said, name)]

    def _without_one(self, item: str) -> str:
        """Return an item without the word that says nothing of the field, if it is one: "now cost"."""
        heard, spoken = self._heard(item), words(item)
        kept = [
            word
            for word in spoken
            if word in STOPWORDS
            or stem(word) in heard
            or any(_begins(stem(word), one) for one in self._words.values())
        ]
        others = [word for word in spoken if word not in kept and len(word) >= _SHORTEST_NAME]
        return " ".join(kept) if terms(" ".join(kept)) and len(others) <= 1 else item


def title_stems(title: str, competency: str) -> set[str]:
    """Return the stems of the words of a title, and of the id that stands for it."""
    return set(terms(f"{title} {competency.replace('-', ' ')}"))


def _begins(word: str, stems: Collection[str]) -> bool:
    """Return whether a word is one of some stems, or long enough to be the beginning of one."""
    return word in stems or (len(word) >= _ABBREVIATED and any(one.startswith(word) for one in stems))
