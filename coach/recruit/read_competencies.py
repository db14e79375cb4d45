"""What a request is about: the field's vocabulary first, nearness of meaning where that says nothing.

A competency is spoken for by cues of its topic, by the words of its title, and by how near a sentence comes
to its questions. The last is measured against how near the same questions come to what every job advert
says, so that talk of the company and its perks speaks for nothing (cohort normalisation).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
import yaml

from coach.recruit.contract import Competency
from coach.recruit.pool import Pool
from coach.recruit.read_text import Clause, clauses, is_terse, sentence_spans, sentences
from ingest.analysis import STOPWORDS, stem, terms, words
from ingest.store.port import Vector

Embed = Callable[[str], Vector]
Cue = tuple[str, ...]
"""Stems."""

# What stands in any advert and any request; what a question has in common with it says nothing of its topic.
_EVERYWHERE = (
    "We are looking for an experienced engineer to join our growing team.",
    "You bring several years of professional experience in software engineering.",
    "About us: we are a company with offices in several cities.",
    "We offer a competitive salary, a pension, health insurance and paid holidays.",
    "You will work with product managers, designers and other departments.",
    "Excellent communication skills and a degree in computer science.",
    "Please send me a set of interview questions for a candidate.",
    "We interview a candidate next week for this position.",
    "We are an equal opportunity employer and welcome applicants of every background.",
    "The role: you will own and develop our AI products and features.",
    "Home office, flexible hours, equipment of your choice.",
    "Our customers use our AI assistant every day.",
)
_WORD = re.compile(r"[^\s,;:()]+")
_NEAREST_EVERYWHERE = 3
_BACKGROUND = 0.5
_NEAR = 0.2
_NEIGHBOURS = 12
_MEANING = 1.0
_CUE = 1.0
_TITLE = 1.0
_MOST_FOR_A_CUE = 2
# Shares of the best competency's score that another one needs.
_SHARE = 0.3
_MOST = 4
_ALONE = 0.35
_OUTRIGHT = 0.4
_SAME_TOPIC = 0.5
_SHARED_WORD = 0.3


@dataclass(frozen=True, slots=True)
class About:
    """A competency that a request speaks of.

    Attributes:
        score: Comparable within a request.
        words: Where the words stand that speak for it most.
    """

    id: str
    score: float
    words: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Tally:
    scores: dict[str, float] = field(default_factory=dict)
    best: dict[str, tuple[float, tuple[int, int]]] = field(default_factory=dict)

    def add(self, name: str, score: float, span: tuple[int, int]) -> None:
        self.scores[name] = self.scores.get(name, 0.0) + score
        if score > self.best.get(name, (0.0, span))[0]:
            self.best[name] = (score, span)


class CompetencyReader:
    """Reads what requests are about, for one pool."""

    def __init__(self, pool: Pool, embed: Embed) -> None:
        self._embed = embed
        self._ids = sorted(pool.vectors)
        by_id = pool.by_id()
        self._of = [by_id[one].competency for one in self._ids]
        self._vectors = np.stack([pool.vectors[one] for one in self._ids])
        everywhere = np.stack([embed(text) for text in _EVERYWHERE])
        nearest = np.sort(self._vectors @ everywhere.T, axis=1)[:, -_NEAREST_EVERYWHERE:]
        self._background: Vector = nearest.mean(axis=1)
        self._cues = _cues_of(pool.competencies, embed)
        # Words of a title speak for a chapter that the vocabulary does not know; elsewhere they mislead.
        self._titles = {
            name: stems for name, stems in _title_stems(pool.competencies).items() if name not in self._cues
        }

    def read(self, text: str) -> list[About]:
        """Return the competencies that a text speaks of, most first; nothing if it speaks of none.

        Args:
            text: With all that is ruled out or about the interview itself blanked.
        """
        tally = _Tally()
        seen: Counter[tuple[str, frozenset[str]]] = Counter()
        for clause in sentences(text) if is_terse(text) else clauses(text):
            self._count_cues(clause, tally, seen)
        named = dict(tally.scores)
        for start, end in sentence_spans(text):
            self._count_meaning(text[start:end], (start, end), tally)
        return self._best(tally, named)

    def named(self, text: str) -> list[str]:
        """Return the competencies that a few words name outright, most first."""
        tally = _Tally()
        for clause in clauses(text):
            self._count_cues(clause, tally, Counter())
        best = max(tally.scores.values(), default=0.0)
        return [
            name
            for name, score in sorted(tally.scores.items(), key=lambda one: (-one[1], one[0]))
            if score >= max(_CUE, _OUTRIGHT * best)
        ]

    def _count_cues(self, clause: Clause, tally: _Tally, seen: Counter[tuple[str, frozenset[str]]]) -> None:
        said = _stems(clause.said)
        held = set(said)
        for name, cues in self._cues.items():
            for cue in cues:
                one = frozenset(cue)
                if seen[name, one] < _MOST_FOR_A_CUE and one <= held and _stands(cue, said):
                    seen[name, one] += 1
                    # The second time a word is said it says half as much.
                    score = _CUE * len(cue) ** 0.5 / seen[name, one]
                    tally.add(name, score, _words_of(clause, one))
        for name, titled in self._titles.items():
            for word, worth in titled.items():
                one = frozenset((word,))
                if word in held and not seen[name, one]:
                    seen[name, one] += 1
                    tally.add(name, _TITLE * worth, _words_of(clause, one))

    def _count_meaning(self, sentence: str, span: tuple[int, int], tally: _Tally) -> None:
        if not terms(sentence):
            return
        nearness = self._vectors @ self._embed(sentence) - _BACKGROUND * self._background - _NEAR
        for place in np.argsort(-nearness)[:_NEIGHBOURS]:
            if nearness[place] > 0:
                tally.add(self._of[place], _MEANING * float(nearness[place]), span)

    def _best(self, tally: _Tally, named: Mapping[str, float]) -> list[About]:
        ranked = sorted(tally.scores.items(), key=lambda one: (-one[1], one[0]))
        if not ranked or (not named and ranked[0][1] < _ALONE):
            return []
        least = _SHARE * ranked[0][1]
        kept = [
            (name, score)
            for name, score in ranked
            if score >= least and (not named or named.get(name, 0) > 0)
        ]
        return [About(name, round(score, 3), tally.best[name][1]) for name, score in kept[:_MOST]]


def _stems(text: str) -> list[str]:
    """Return the stems of all words, function words included: "on call" is more than "call"."""
    return [stem(word) for word in words(text)]


def _stands(cue: Cue, said: Sequence[str]) -> bool:
    """Return whether the words of a cue stand side by side, where one of them is a function word."""
    if not STOPWORDS.intersection(cue):
        return True
    width = len(cue)
    return any(tuple(said[at : at + width]) == cue for at in range(len(said) - width + 1))


def _words_of(clause: Clause, cue: frozenset[str]) -> tuple[int, int]:
    """Return where the words of a cue stand in its clause, from the first of them to the last."""
    spans = [match.span() for match in _WORD.finditer(clause.said) if cue & set(_stems(match[0]))]
    if not spans:
        return clause.start, clause.end
    return clause.start + spans[0][0], clause.start + spans[-1][1]


def _title_stems(competencies: Sequence[Competency]) -> dict[str, dict[str, float]]:
    """Return what each word of a title is worth: all if no other title has it."""
    stems = {one.id: set(terms(f"{one.title} {re.sub(r'[-_/]', ' ', one.id)}")) for one in competencies}
    counts = Counter(stem for held in stems.values() for stem in held)
    return {
        name: {stem: 1.0 for stem in sorted(held) if counts[stem] == 1 and stem.isalpha()}
        for name, held in stems.items()
    }


def _cues_of(competencies: Sequence[Competency], embed: Embed) -> dict[str, list[Cue]]:
    """Return the cues of each competency whose title is near to a topic: those of the nearest one."""
    topics = _topics()
    names = list(topics)
    vectors = np.stack([embed(topic) for topic in names])
    stems = [set(terms(topic)) for topic in names]
    found: dict[str, list[Cue]] = {}
    for one in competencies:
        shared = [_SHARED_WORD * bool(held & set(terms(one.title))) for held in stems]
        nearness = vectors @ embed(one.title) + np.array(shared)
        place = int(np.argmax(nearness))
        if nearness[place] >= _SAME_TOPIC:
            found[one.id] = topics[names[place]]
    return found


@cache
def _topics() -> dict[str, list[Cue]]:
    text = resources.files("coach.recruit").joinpath("topics.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    return {topic: [tuple(_stems(cue)) for cue in cues] for topic, cues in raw.items()}
