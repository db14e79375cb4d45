"""The field's vocabulary: which words speak for which topic, and which of them a text says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

import yaml

from coach.faithfulness.frequencies import rarity
from ingest.analysis import STOPWORDS, stem, words

Cue = tuple[str, ...]
"""Stems."""
Cues = dict[Cue, float]
"""What each is worth."""

CUE = 1.0
WEAK_CUE = 0.4
_WEAK_MARK = "~"
_SHORTEST_MENDED, _LONG_WORD = 6, 9


@cache
def _spellings() -> tuple[str, ...]:
    """Return the longer words of the vocabulary as they are written."""
    said = {word for cues in _written().values() for cue in cues for word in words(cue)}
    return tuple(sorted(word for word in said if len(word) >= _SHORTEST_MENDED - 1))


@cache
def topics() -> dict[str, Cues]:
    """Return the cues of each topic; see topics.yaml."""
    return {topic: dict(map(_cue, cues)) for topic, cues in _written().items()}


@cache
def _written() -> dict[str, list[str]]:
    text = resources.files("coach.recruit").joinpath("topics.yaml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = yaml.safe_load(text)
    return found


def _cue(written: str) -> tuple[Cue, float]:
    """Return the stems of a cue and what it is worth."""
    worth = WEAK_CUE if written.startswith(_WEAK_MARK) else CUE
    return tuple(stems(written.removeprefix(_WEAK_MARK))), worth


def mended(word: str, known: frozenset[str]) -> str:
    """Return the stem of a word, or of the term that it is near to if it is none: notes are in haste.

    Args:
        word: As `words` gives it.
        known: Stems of the terms that it may be.
    """
    from rapidfuzz.distance import OSA

    written = stem(word)
    if len(word) < _SHORTEST_MENDED or written in known or rarity(written) < 1:
        return written
    furthest = 2 if len(word) >= _LONG_WORD else 1
    near = (
        (OSA.distance(word, term, score_cutoff=furthest), term)
        for term in _spellings()
        if stem(term) in known
    )
    edits, best = min(near, default=(furthest + 1, ""))
    return stem(best) if edits <= furthest else written


def stems(text: str) -> list[str]:
    """Return the stems of all words, function words included: "on call" is more than "call"."""
    return [stem(word) for word in words(text)]


def said_cues(cues: Cues, said: Sequence[str]) -> Iterator[tuple[Cue, float]]:
    """Yield the cues that stand in a clause, without those that are a piece of another one."""
    held = set(said)
    found = [(cue, worth) for cue, worth in cues.items() if held.issuperset(cue) and _stands(cue, said)]
    for cue, worth in found:
        if not any(set(cue) < set(other) for other, _ in found):
            yield cue, worth


def _stands(cue: Cue, said: Sequence[str]) -> bool:
    """Return whether the words of a cue stand side by side, where one of them is a function word."""
    if not STOPWORDS.intersection(cue):
        return True
    width = len(cue)
    return any(tuple(said[at : at + width]) == cue for at in range(len(said) - width + 1))
