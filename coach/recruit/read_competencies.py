"""What a request is about: the field's vocabulary first, nearness of meaning where that says nothing.

A competency is spoken for by cues of its topic, by the words of its title, and by how near a sentence comes
to its questions. The last is measured against how near the same questions come to what every job advert
says, so that talk of the company and its perks speaks for nothing (cohort normalisation).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from coach.recruit.contract import Competency
from coach.recruit.fitted import Chances, load_arrays, load_regression
from coach.recruit.pool import Pool
from coach.recruit.read_names import Names, title_stems
from coach.recruit.read_text import Clause, Embed, clauses, is_terse, sentence_spans, sentences
from coach.recruit.request_network import TOPICS, PieceLogits, read_pieces
from coach.recruit.vocabulary import CUE, WEAK_CUE, mended, said_cues, stems, topics
from ingest.analysis import stem, terms, words
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
# Words of the field that mean something else in such company.
_IDIOMS = re.compile(
    r"\bforward[- ]deployed\b"
    r"|\b(?:estate|travel|insurance|human|live|call[- ]cent(?:er|re)|booking) agents?\b"
    r"|\battention to detail\b|\bstory points?\b|\b(?:long|cover) story\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s,;:()]+")
_NEAREST_EVERYWHERE = 3
_BACKGROUND = 0.5
_NEAR = 0.2
_NEIGHBOURS = 12
_MEANING = 1.0
_TITLE = 1.0
_MOST_FOR_A_CUE = 2
# What an advert's reader adds about the interview weighs more than what the advert says of the post.
_ASKED_FOR = 2.0
# Chances that a competency needs, and that the likeliest of all needs where none has them.
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


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a text has to say of competencies.

    Attributes:
        tally: Of all scores by competency; `named` are those of words alone.
        clauses: Of the text, and `vectors` what they mean, float32 (n_clauses, dim).
    """

    tally: _Tally
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
        self._cues = {name: topics()[topic] for name, topic in self.about.items()}
        self._of_interviews = {name for name, topic in self.about.items() if topic in _OF_INTERVIEWS}
        self.stems = frozenset(stem for cues in self._cues.values() for cue in cues for stem in cue)
        # "Agents: design" is about agents.
        self._subjects = {
            one.id: set(terms(one.title.partition(":")[0])) for one in pool.competencies if ":" in one.title
        }
        self.names = Names([one for one in pool.competencies if one.id in self.about], self.named)
        # Words of a title speak for a chapter that the vocabulary does not know; elsewhere they mislead.
        self._titles = {
            name: stems for name, stems in _title_stems(pool.competencies).items() if name not in self._cues
        }

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
        tally = _Tally()
        seen: Counter[tuple[str, frozenset[str]]] = Counter()
        text = _IDIOMS.sub(lambda match: " " * len(match[0]), text)
        is_note = is_terse(text)
        for clause in sentences(text) if is_note else clauses(text):
            self._count_cues(clause, tally, seen)
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
        listed = self._listed(found, dict(zip(names, chances.tolist(), strict=True)))
        ranked = sorted(zip(chances, names, strict=True), key=lambda one: (-one[0], one[1]))
        least = _LIKELY if listed or ranked[0][0] >= _LIKELY else max(_LIKELIEST, ranked[0][0])
        return [
            About(name, round(float(chance), 3), self._spoken(name, found, mine[:, names.index(name)]))
            for place, (chance, name) in enumerate(ranked)
            if name in listed or (place < _MOST and chance >= least)
        ]

    def _listed(self, found: Gathered, chances: Mapping[str, float]) -> set[str]:
        """Return the competencies whose names are items of a note.

        In a list of names ("RAG, agents and evals"), or if a note says nothing else, each is meant. A single
        name among other words has to be likely to some degree, for it may stand for something else; and what
        it has in common with a competency that is taken already was said of that one.
        """
        if not found.is_note:
            return set()
        listed: set[str] = set()
        for is_list, names in self.names.items(found.clauses):
            if is_list:
                listed.update(names)
            elif all(chances[name] < _LIKELY for name in names):
                listed.update(name for name in names if chances[name] >= _LISTED)
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
        said = set(terms(text))
        subject = [name for name, stems in self._subjects.items() if said and said <= stems]
        if subject:
            return subject
        tally = _Tally()
        for clause in clauses(text):
            self._count_cues(clause, tally, Counter())
        best = max(tally.scores.values(), default=0.0)
        return [
            name
            for name, score in sorted(tally.scores.items(), key=lambda one: (-one[1], one[0]))
            if score >= max(WEAK_CUE, _OUTRIGHT * best)
        ]

    def _count_cues(self, clause: Clause, tally: _Tally, seen: Counter[tuple[str, frozenset[str]]]) -> None:
        said = [mended(one, self.stems) if clause.is_note else stem(one) for one in words(clause.said)]
        held = set(said)
        for name, cues in self._cues.items():
            if name in self._of_interviews and not clause.is_request:
                continue
            for cue, worth in said_cues(cues, said):
                one = frozenset(cue)
                if seen[name, one] < _MOST_FOR_A_CUE:
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

    def _count_meaning(self, sentence: str, span: tuple[int, int], tally: _Tally) -> None:
        if not terms(sentence):
            return
        nearness = self._vectors @ self.embed(sentence) - _BACKGROUND * self._background - _NEAR
        for place in np.argsort(-nearness)[:_NEIGHBOURS]:
            if nearness[place] > 0:
                tally.add(self._of[place], _MEANING * float(nearness[place]), span)

    def _best(self, tally: _Tally, named: Mapping[str, float], *, is_note: bool) -> list[About]:
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
        return [About(name, round(score, 3), tally.best[name][1]) for name, score in kept[:_MOST]]


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
