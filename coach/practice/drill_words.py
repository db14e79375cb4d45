"""What somebody says in a drill, as the moves that it comes nearest to; no model is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

from coach.faithfulness.claims import split
from coach.practice.drill import WAIT, WAITING, Drill
from ingest.store.values import Vector

MAX_SAID_CHARS = 2000
# Cosine from which on a sentence counts as a move, and a part of one. Chosen on 39 sentences, of which 37
# were understood; of 27 others 21, two as nothing, four as another move. No remark was taken for a move.
_NEAR, _NEAR_PART = 0.4, 0.5
_LEAST_WORDS = 2
# No move of the seven drills, nor a part of one, comes nearer than 0.59 to these: "Check a second signal".
_NEAR_WAITING = 0.6
_WAITING = (
    WAITING,
    "Wait.",
    "Wait and see.",
    "I would wait for now.",
    "Wait a few minutes.",
    "I wait for more information.",
    "I wait for more data.",
    "We do nothing yet.",
)
_BETWEEN = re.compile(r"[,;:]\s+(?:and\s+|then\s+)*|\s+and\s+then\s+|\s+then\s+|\s+and\s+")


class MoveReader:
    """Reads decisions; keeps the vectors of the moves of each drill. Safe to share between threads.

    Args:
        embed: Text to its vector, of unit norm.
    """

    def __init__(self, embed: Callable[[str], Vector]) -> None:
        self._embed = embed
        self._known: dict[str, tuple[tuple[str, ...], Vector]] = {}

    def read(self, drill: Drill, said: str) -> tuple[str, ...]:
        """Return the moves that words come nearest to, in the order in which they are said."""
        found: list[str] = []
        for one in split(said):
            found += self._sentence(drill, said[one.start : one.end])
        return tuple(dict.fromkeys(found))

    def _sentence(self, drill: Drill, sentence: str) -> list[str]:
        """Return the moves of a sentence: those of its parts if some part is one, else the one of it all."""
        parts = [one for one in _BETWEEN.split(sentence) if len(one.split()) >= _LEAST_WORDS]
        several = [*self._near(drill, parts, _NEAR_PART)] if len(parts) > 1 else []
        return several if len(set(several)) > 1 else [*self._near(drill, [sentence], _NEAR)]

    def _near(self, drill: Drill, texts: list[str], bound: float) -> Iterator[str]:
        ids, vectors = self._vectors(drill)
        for text in texts:
            scores = vectors @ self._embed(text)
            waiting = scores[-len(_WAITING) :]
            waiting[waiting < _NEAR_WAITING] = 0.0
            best = int(np.argmax(scores))
            if scores[best] >= bound:
                yield ids[best]

    def _vectors(self, drill: Drill) -> tuple[tuple[str, ...], Vector]:
        """Return a move's id and its vector for each wording of each move, those of waiting last."""
        key = drill.model_dump_json()
        if key not in self._known:
            said = [(move.id, text) for move in drill.moves for text in (move.text, *move.wordings)]
            said += [(WAIT, text) for text in _WAITING]
            stacked = np.stack([self._embed(text) for _, text in said])
            self._known[key] = (tuple(one for one, _ in said), stacked)
        return self._known[key]
