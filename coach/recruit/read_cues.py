"""Which competencies words speak for: the field's vocabulary, and titles that it does not know."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coach.recruit.contract import Competency
from coach.recruit.read_names import ITEM, title_stems
from coach.recruit.read_text import Clause, clauses
from coach.recruit.vocabulary import CUE, WEAK_CUE, Cue, mended, said_cues, stems, topics
from ingest.analysis import stem, terms, words

# What interviews are about and posts are not: in an advert only words on the interview count for these.
_OF_INTERVIEWS = frozenset(
    {
        "behavioural toolkit",
        "case files of named failures",
        "interview landscape",
        "study plans",
        "templates and reference tables",
    }
)
_WORD = re.compile(r"[^\s,;:()]+")
_TITLE = 1.0
_MOST_FOR_A_CUE = 2
# What an advert's reader adds about the interview weighs more than what the advert says of the post.
_ASKED_FOR = 2.0
_OUTRIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Tally:
    """What speaks for each competency, and where the words stand that speak for it most."""

    scores: dict[str, float] = field(default_factory=dict)
    best: dict[str, tuple[float, tuple[int, int]]] = field(default_factory=dict)

    def add(self, name: str, score: float, span: tuple[int, int]) -> None:
        """Add a score of words that stand somewhere."""
        self.scores[name] = self.scores.get(name, 0.0) + score
        if score > self.best.get(name, (0.0, span))[0]:
            self.best[name] = (score, span)


Seen = Counter[tuple[str, frozenset[str]]]
"""How often each cue of each competency was said already."""


class CueReader:
    """Reads which of some competencies words speak for.

    Attributes:
        stems: Of all words of the vocabulary.
        of_interviews: The competencies that posts are never about.
    """

    def __init__(self, competencies: Sequence[Competency], about: Mapping[str, str]) -> None:
        """Take competencies, and the topic of each that the vocabulary knows."""
        self._cues = {name: topics()[topic] for name, topic in about.items()}
        self.of_interviews = {name for name, topic in about.items() if topic in _OF_INTERVIEWS}
        self.stems = frozenset(stem for cues in self._cues.values() for cue in cues for stem in cue)
        # "Agents: design" is about agents.
        self._subjects = {
            one.id: set(terms(one.title.partition(":")[0])) for one in competencies if ":" in one.title
        }
        # Words of a title speak for a chapter that the vocabulary does not know; elsewhere they mislead.
        self._titles = {
            name: stems for name, stems in _title_stems(competencies).items() if name not in self._cues
        }

    def heard(self, text: str) -> set[str]:
        """Return the stems of the words that speak for some competency, alone or with others beside them."""
        said = [one for clause in clauses(text) for one in self._stems_in(clause.said, clause)]
        return {word for cues in self._cues.values() for cue, _ in said_cues(cues, said) for word in cue}

    def named(self, text: str) -> list[str]:
        """Return the competencies that a few words name outright, most first.

        The subject of several chapters ("agents") names them all.
        """
        said = set(terms(text))
        subject = [name for name, stems in self._subjects.items() if said and said <= stems]
        if subject:
            return subject
        tally = Tally()
        for clause in clauses(text):
            self.count(clause, tally, Counter())
        best = max(tally.scores.values(), default=0.0)
        return [
            name
            for name, score in sorted(tally.scores.items(), key=lambda one: (-one[1], one[0]))
            if score >= max(WEAK_CUE, _OUTRIGHT * best)
        ]

    def count(self, clause: Clause, tally: Tally, seen: Seen) -> None:
        """Add to a tally what the words of a clause speak for; what was seen before counts for less."""
        said = self._stems_in(clause.said, clause)
        held = set(said)
        found = {
            name: list(said_cues(cues, said))
            for name, cues in self._cues.items()
            if clause.is_request or name not in self.of_interviews
        }
        outdone = self._outdone(clause, found)
        for name, cues in found.items():
            for cue, worth in cues:
                one = frozenset(cue)
                if seen[name, one] < _MOST_FOR_A_CUE and not one <= outdone[name]:
                    seen[name, one] += 1
                    # The second time a word is said it says half as much.
                    score = worth * len(cue) ** 0.5 / seen[name, one]
                    score *= _ASKED_FOR if clause.is_request and not clause.is_note else 1.0
                    tally.add(name, score, _words_of(clause, one))
        for name, titled in self._titles.items():
            for word, worth in titled.items():
                one = frozenset((word,))
                if word in held and not seen[name, one]:
                    seen[name, one] += 1
                    tally.add(name, _TITLE * worth, _words_of(clause, one))

    def _stems_in(self, said: str, clause: Clause) -> list[str]:
        return [mended(one, self.stems) if clause.is_note else stem(one) for one in words(said)]

    def _outdone(
        self, clause: Clause, found: Mapping[str, Sequence[tuple[Cue, float]]]
    ) -> dict[str, set[str]]:
        """Return the words that speak for a competency only beside others that speak for another with them.

        In "RAG retrieval" that is "RAG" for ingestion; in "RAG, retrieval" there is nothing of the sort.
        """
        lost: dict[str, set[str]] = {name: set() for name in found}
        kept: dict[str, set[str]] = {name: set() for name in found}
        for item in ITEM.split(clause.said):
            said = set(self._stems_in(item, clause))
            held = {name: _held(cues, said, WEAK_CUE) for name, cues in found.items()}
            strong = [_held(cues, said, CUE) for cues in found.values()]
            for name, own in held.items():
                (lost if any(own < other for other in strong) else kept)[name].update(own)
        return {name: lost[name] - kept[name] for name in found}


def _held(cues: Sequence[tuple[Cue, float]], said: set[str], least: float) -> set[str]:
    """Return the words of the cues that stand in some words and are worth enough."""
    return {word for cue, worth in cues if worth >= least and said.issuperset(cue) for word in cue}


def _words_of(clause: Clause, cue: frozenset[str]) -> tuple[int, int]:
    """Return where the words of a cue stand in its clause, from the first of them to the last."""
    spans = [match.span() for match in _WORD.finditer(clause.said) if cue & set(stems(match[0]))]
    if not spans:
        return clause.start, clause.end
    return clause.start + spans[0][0], clause.start + spans[-1][1]


def _title_stems(competencies: Sequence[Competency]) -> dict[str, dict[str, float]]:
    """Return what each word of a title is worth: all if no other title has it."""
    stems = {one.id: title_stems(one.title, one.id) for one in competencies}
    counts = Counter(stem for held in stems.values() for stem in held)
    return {
        name: {stem: 1.0 for stem in sorted(held) if counts[stem] == 1 and stem.isalpha()}
        for name, held in stems.items()
    }
