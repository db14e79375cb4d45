"""What a request is about: the field's vocabulary first, nearness of meaning where that says nothing.

A competency is spoken for by cues of its topic, by the words of its title, and by how near a sentence comes
to its questions. The last is measured against how near the same questions come to what every job advert
says, so that talk of the company and its perks speaks for nothing (cohort normalisation).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coach.recruit.contract import Competency
from coach.recruit.fitted import Chances, load_arrays, load_regression
from coach.recruit.pool import Pool
from coach.recruit.read_cues import CueReader, Seen, Tally
from coach.recruit.read_names import Names
from coach.recruit.read_text import Clause, Embed, clauses, is_terse, sentence_spans, sentences
from coach.recruit.request_network import TOPICS, PieceLogits, read_pieces
from coach.recruit.vocabulary import CUE, WEAK_CUE, topics
from ingest.analysis import terms
from ingest.store.values import Vector

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
# Words of the field that mean something else in such company.
_IDIOMS = re.compile(
    r"\bforward[- ]deployed\b"
    r"|\b(?:estate|travel|insurance|human|live|call[- ]cent(?:er|re)|booking) agents?\b"
    r"|\battention to detail\b|\bstory points?\b|\b(?:long|cover) story\b",
    re.IGNORECASE,
)
_NEAREST_EVERYWHERE = 3
_BACKGROUND = 0.5
_NEAR = 0.2
_NEIGHBOURS = 12
_MEANING = 1.0
# Chances that a competency needs, and that one needs where none has them.
_LIKELY = 0.5
_LIKELIEST = 0.2
# The chance that one needs whose name is an item of a note: "RAG, agents and evals".
_LISTED = 0.1
_RULED_OUT = 0.5
_ASKED_BESIDE = 0.5
_LEAST_SHARED = 0.5
# Of competencies that no topic stands for, shares of the best score that another one needs.
_SHARE = 0.3
_MOST = 4
_ALONE = 0.35
# A score that is enough however much an advert says of something else.
_ENOUGH = 1.7
_ENOUGH_IN_A_NOTE = 0.9
_SAME_TOPIC = 0.5
_SHARED_WORD = 0.3


@dataclass(frozen=True, slots=True)
class About:
    """A competency that a request speaks of.

    Attributes:
        score: Comparable within a request.
        words: Where the words stand that speak for it most.
        is_named: Whether words name it; else it is only the nearest to them.
    """

    id: str
    score: float
    words: tuple[int, int]
    is_named: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a text has to say of competencies.

    Attributes:
        tally: Of all scores by competency; `named` are those of words alone.
        clauses: Of the text, and `vectors` what they mean, float32 (n_clauses, dim).
    """

    tally: Tally
    named: Mapping[str, float]
    clauses: Sequence[Clause]
    vectors: Vector
    is_note: bool


class CompetencyReader:
    """Reads what requests are about, for one pool.

    Attributes:
        stems: Of all words of the vocabulary.
        embed: Gives what a text means.
        names: Of the competencies, as people write them.
    """

    def __init__(self, pool: Pool, embed: Embed) -> None:
        self.embed = embed
        self._ids = sorted(pool.vectors)
        by_id = pool.by_id()
        self._of = [by_id[one].competency for one in self._ids]
        self._vectors = np.stack([pool.vectors[one] for one in self._ids])
        everywhere = np.stack([embed(text) for text in _EVERYWHERE])
        nearest = np.sort(self._vectors @ everywhere.T, axis=1)[:, -_NEAREST_EVERYWHERE:]
        self._background: Vector = nearest.mean(axis=1)
        self.about = _topics_of(pool.competencies, embed)
        self._cues = CueReader(pool.competencies, self.about)
        self.stems = self._cues.stems
        known = [one for one in pool.competencies if one.id in self.about]
        self.names = Names(known, self.named, self._cues.heard)

    def read(self, text: str, request: str) -> list[About]:
        """Return the competencies that a text speaks of, most first; nothing if it speaks of none.

        Args:
            text: A request with all that is ruled out or about the interview itself blanked.
            request: The same, whole.
        """
        found = self.gather(text)
        if not found.clauses:
            return []
        likely = self._likely(found, request) if self.about else []
        rest = self._best(found.tally, found.named, is_note=found.is_note)
        others = [one for one in rest if one.id not in self.about]
        return [*likely, *others[: max(0, _MOST - len(likely))]]

    def gather(self, text: str) -> Gathered:
        """Return what a text has to say of competencies."""
        tally = Tally()
        seen: Seen = Counter()
        text = _IDIOMS.sub(lambda match: " " * len(match[0]), text)
        is_note = is_terse(text)
        for clause in sentences(text) if is_note else clauses(text):
            self._cues.count(clause, tally, seen)
        named = dict(tally.scores)
        for start, end in sentence_spans(text):
            self._count_meaning(text[start:end], (start, end), tally)
        cut = [clause for clause in clauses(text) if terms(clause.said)]
        vectors = [self.embed(clause.said) for clause in cut]
        dim = self._vectors.shape[1]
        return Gathered(tally, named, cut, np.array(vectors, dtype=np.float32).reshape(-1, dim), is_note)

    def _likely(self, found: Gathered, request: str) -> list[About]:
        """Return the competencies that are taken for meant: by all that speaks for each, and by a network."""
        arrays = load_arrays("topics")
        place = {str(topic): at for at, topic in enumerate(arrays["topics"])}
        logits = found.vectors @ arrays["weights"].astype(np.float32).T + arrays["bias"]
        names = list(self.about)
        mine = logits[:, [place[self.about[name]] for name in names]]
        weighed = load_regression("competencies").chances(signs(names, found, mine))[:, 1]
        chances = (weighed + _told(request, found.clauses, [self.about[name] for name in names])) / 2
        by_name = dict(zip(names, chances.tolist(), strict=True))
        listed = self._listed(found, by_name)
        named = listed | found.named.keys()
        taken = listed | likely(by_name, named, self._cues.of_interviews, is_listed=bool(listed))
        return [
            About(name, round(by_name[name], 3), self._spoken(name, found, mine[:, at]), name in named)
            for at, name in sorted(enumerate(names), key=lambda one: (-by_name[one[1]], one[1]))
            if name in taken
        ]

    def _listed(self, found: Gathered, chances: Mapping[str, float]) -> set[str]:
        """Return the competencies whose names are items of a note.

        In a list of names ("RAG, agents and evals"), or if a note says nothing else, each is meant. A single
        name among other words has to be likely to some degree, for it may stand for something else.
        """
        if not found.is_note:
            return set()
        listed: set[str] = set()
        for is_list, names in self.names.items(found.clauses):
            listed.update(name for name in names if is_list or chances[name] >= _LISTED)
        return listed

    @staticmethod
    def _spoken(name: str, found: Gathered, logits: Vector) -> tuple[int, int]:
        """Return where the words stand that speak for a competency most."""
        if name in found.tally.best:
            return found.tally.best[name][1]
        clause = found.clauses[int(logits.argmax())]
        return clause.start, clause.end

    def ruled_out(self, request: str) -> Iterator[tuple[str, Clause]]:
        """Yield the competencies that a request rules out rather than asks for, with the clauses that do."""
        found = [clause for clause in clauses(request) if terms(clause.said)]
        pieces, places = read_pieces(request), [TOPICS.index(topic) for topic in self.about.values()]
        for clause, out in zip(found, _are_out(pieces, found, places), strict=True):
            yield from ((name, clause) for name, is_out in zip(self.about, out, strict=True) if is_out)

    def named(self, text: str) -> list[str]:
        """Return the competencies that a few words name outright, most first.

        The subject of several chapters ("agents") names them all.
        """
        return self._cues.named(text)

    def _count_meaning(self, sentence: str, span: tuple[int, int], tally: Tally) -> None:
        if not terms(sentence):
            return
        nearness = self._vectors @ self.embed(sentence) - _BACKGROUND * self._background - _NEAR
        for place in np.argsort(-nearness)[:_NEIGHBOURS]:
            if nearness[place] > 0:
                tally.add(self._of[place], _MEANING * float(nearness[place]), span)

    def _best(self, tally: Tally, named: Mapping[str, float], *, is_note: bool) -> list[About]:
        ranked = sorted(tally.scores.items(), key=lambda one: (-one[1], one[0]))
        if not ranked or (not named and ranked[0][1] < _ALONE):
            return []
        least = min(_SHARE * ranked[0][1], _ENOUGH_IN_A_NOTE if is_note else _ENOUGH)
        outright = min(CUE, (WEAK_CUE if is_note else 1.0) * max(named.values(), default=0.0))
        kept = [
            (name, score)
            for name, score in ranked
            if score >= least and (not named or named.get(name, 0) >= outright)
        ]
        return [
            About(name, round(score, 3), tally.best[name][1], name in named) for name, score in kept[:_MOST]
        ]


def likely(
    chances: Mapping[str, float], named: Collection[str], of_interviews: Collection[str], *, is_listed: bool
) -> set[str]:
    """Return the competencies that are likely enough; one that no words name raises no bar for others.

    Args:
        chances: Of each, at least one.
        named: Those that words name.
        of_interviews: Those that count only where nothing else does, unless words name them.
        is_listed: Whether some of the named ones are taken in any case.

    >>> chances = {"landscape": 0.54, "observability": 0.46, "agents-design": 0.26, "evaluation": 0.3}
    >>> sorted(likely(chances, {"observability", "agents-design"}, {"landscape"}, is_listed=False))
    ['agents-design', 'observability']
    """
    best = max((chance for name, chance in chances.items() if name in named), default=0.0)
    least = _LIKELY if best >= _LIKELY else _LIKELIEST
    is_named = is_listed or best >= _LIKELIEST
    near = _LIKELY if is_named else min(_LIKELY, max(_LIKELIEST, *chances.values()))
    ranked = sorted(chances, key=lambda name: (-chances[name], name))
    found = [name for name in ranked if chances[name] >= (least if name in named else near)]
    work = [name for name in found if name in named or name not in of_interviews]
    return set((work or found)[:_MOST])


def signs(names: Sequence[str], found: Gathered, topics: Vector) -> list[dict[str, float]]:
    """Return what speaks for each competency, by name.

    Args:
        names: Of the competencies.
        found: In a request.
        topics: How much each clause is of the topic of each, as logits, float32 (n_clauses, n_names).
    """
    cues = np.array([found.named.get(name, 0.0) for name in names])
    totals = np.array([found.tally.scores.get(name, 0.0) for name in names])
    meanings = totals - cues
    asked = np.array([clause.is_request and not found.is_note for clause in found.clauses])
    most = topics.max(axis=0)
    columns = {
        "cues": np.log1p(cues),
        "share of cues": cues / max(cues.max(), _LEAST_SHARED),
        "meaning": meanings,
        "share of meaning": meanings / max(meanings.max(), _NEAR),
        "topic": most,
        "topic behind the best": most - most.max(),
        "topic of two": np.sort(topics, axis=0)[-2:].mean(axis=0),
        "topic where asked": topics[asked].max(axis=0) if asked.any() else most,
        "topic of all": np.log(np.mean(np.exp(np.clip(topics, -20, 20)), axis=0)),
        "topic of a note": most * found.is_note,
        "has a cue": cues > 0,
        "is of a note": np.full(len(names), found.is_note),
        "score": np.log1p(totals),
        "is first": np.arange(len(names)) == totals.argmax(),
    }
    return [{sign: float(column[at]) for sign, column in columns.items()} for at in range(len(names))]


def _told(request: str, found: Sequence[Clause], asked: Sequence[str]) -> Chances:
    """Return the chance that some clause asks for each topic, float64 (n_topics,).

    A clause that rather rules a topic out does not ask for it, unless rules have already taken out the words
    that do. What no other clause asks for has -1, so that nothing else that speaks for it makes it likely.
    """
    pieces, places = read_pieces(request), [TOPICS.index(topic) for topic in asked]
    strongest = _likelihood(pieces.strongest("topic", found)[:, places])
    is_whole = np.array([request[clause.start : clause.end] == clause.said for clause in found])
    is_out = _are_out(pieces, found, places) & is_whole[:, None]
    best: Chances = (strongest * ~is_out).max(axis=0)
    return np.where(is_out.any(axis=0) & (best < _ASKED_BESIDE), -1.0, best)


def _are_out(pieces: PieceLogits, found: Sequence[Clause], places: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Return whether clauses rule topics out rather than ask for them, bool (n_clauses, n_topics)."""
    if not found:
        return np.zeros((0, len(places)), dtype=np.bool_)
    wanted, ruled_out = (_likelihood(pieces.means(part, found)[:, places]) for part in ("topic", "avoided"))
    return ruled_out >= np.maximum(wanted, _RULED_OUT)


def _likelihood(logits: Vector) -> Chances:
    """Return the chance that each of some logits stands for by itself."""
    found: Chances = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return found


def _topics_of(competencies: Sequence[Competency], embed: Embed) -> dict[str, str]:
    """Return the topic of each competency whose title is near to one: the nearest."""
    names = list(topics())
    vectors = np.stack([embed(topic) for topic in names])
    held_by = [set(terms(topic)) for topic in names]
    found: dict[str, str] = {}
    for one in competencies:
        shared = [_SHARED_WORD * bool(held & set(terms(one.title))) for held in held_by]
        nearness = vectors @ embed(one.title) + np.array(shared)
        place = int(np.argmax(nearness))
        if nearness[place] >= _SAME_TOPIC:
            found[one.id] = names[place]
    return found
