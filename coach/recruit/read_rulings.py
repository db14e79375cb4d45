"""What a request rules out, and which kinds of questions it asks for alone, clause by clause.

People say it in more ways than rules know ("HR does values on Monday", "spare her the whiteboard"). What
rules find is evidence beside the words of a clause, those of its sentence, and what both mean; a regression
weighs it, and a network reads the clause in its request. evals/training/README.md says what both have learnt
from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, get_args

import numpy as np

from coach.recruit.fitted import Chances, load_regression
from coach.recruit.read_kinds import KindCue, Scope, is_asked, is_negated, named_kinds, read_kinds
from coach.recruit.read_mentions import SENTENCE_CHARS, tokens
from coach.recruit.read_text import Clause, Embed, clauses, sentence_spans
from coach.recruit.request_network import agreed, read_pieces
from ingest.contract import QuestionKind
from ingest.store.values import Vector

KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
NOTHING, NO_TOPIC = "nothing", "no topic"
RULINGS = (NOTHING, NO_TOPIC, *(f"no {kind}" for kind in KINDS), *(f"only {kind}" for kind in KINDS))
"""What a clause may say: nothing of the sort, that something is left out, or that only a kind is wanted."""
LEAST_CHANCE, LEAST_CHANCES = 0.3, {NO_TOPIC: 0.7}
LEAST_CHANCE_UNNAMED = 0.5
"""Of a clause that rules out something else in so many words, such as "No trivia", for a kind to be meant."""
MOST_CHANCE_OF_NOTHING, LIKELY_CONTRARY = 0.7, 0.5
"""What rules find counts unless the clause is so likely to say nothing, or the contrary of another kind."""
_MAY_RULE = re.compile(
    r"\b(?:only|just|nothing|every|each|all|interview\w*|questions?|already|else(?:where)?|covered|rather|enough"
    r"|spare|stop\w*|please|pls)\b",
    re.IGNORECASE,
)
_LONG_CLAUSE, _MOST_CLAUSES = 20, 400


class Ruling(NamedTuple):
    """What a clause says, one of `RULINGS` but never the first, and how likely."""

    clause: Clause
    says: str
    chance: float


def rulings(text: str, scopes: Sequence[Scope], embed: Embed) -> list[Ruling]:
    """Return what clauses of a request rule out or ask for alone, as far as it is likely."""
    found = candidates(text)
    if not found:
        return []
    cues = read_kinds(text, scopes)
    chances = load_regression("rulings").chances(signs(text, found, cues), meanings(text, found, embed))
    return list(weighed(found, agreed(chances, read_pieces(text).means("ruling", found)), cues))


def weighed(found: Sequence[Clause], chances: Chances, cues: Sequence[KindCue]) -> Iterator[Ruling]:
    """Yield what clauses say.

    Args:
        found: The clauses.
        chances: Of each of `RULINGS`, (n_clauses, n_rulings).
        cues: What rules find in the text.
    """
    for clause, row in zip(found, chances.tolist(), strict=True):
        by_name = dict(zip(RULINGS, row, strict=True))
        yield from (Ruling(clause, says, by_name[says]) for says in _said(by_name, within(clause, cues)))


def _said(chances: Mapping[str, float], cues: Iterable[KindCue]) -> Iterator[str]:
    """Yield what a clause says: what is likely, and what rules find unless something else is."""
    said = {says for says, chance in chances.items() if chance >= LEAST_CHANCES.get(says, LEAST_CHANCE)}
    if chances[NOTHING] < MOST_CHANCE_OF_NOTHING:
        for cue in cues:
            ours, contrary = ("only", "no") if cue.wanted else ("no", "only")
            if all(chances[f"{contrary} {kind}"] < LIKELY_CONTRARY for kind in KINDS):
                said.add(f"{ours} {cue.kind}")
    yield from (says for says in RULINGS if says in said and says != NOTHING)


def within(clause: Clause, cues: Iterable[KindCue]) -> list[KindCue]:
    """Return the cues that begin in a clause."""
    return [cue for cue in cues if clause.start <= cue.start < clause.end]


def ruled_kinds(text: str, found: Iterable[Ruling]) -> list[KindCue]:
    """Return the kinds that are asked for alone or ruled out, with the words of each where it is named.

    Of contrary rulings on a kind the likelier one counts.
    """
    found = [one for one in found if not _is_vague(text, one)]
    best: dict[str, Ruling] = {}
    for one in sorted(found, key=lambda one: -one.chance):
        best.setdefault(one.says.partition(" ")[2], one)
    cues = [_cue(text, kind, best[kind]) for kind in KINDS if kind in best]
    return sorted(cues, key=lambda cue: cue.start)


def _is_vague(text: str, ruling: Ruling) -> bool:
    """Return whether a clause may leave out a kind, but rather something else, which it names."""
    verb, _, kind = ruling.says.partition(" ")
    names = {name for name, _ in named_kinds(text, ruling.clause.start, ruling.clause.end)}
    is_named = kind in names or not is_negated(ruling.clause.said)
    return verb == "no" and kind in KINDS and not is_named and ruling.chance < LEAST_CHANCE_UNNAMED


def _cue(text: str, kind: QuestionKind, ruling: Ruling) -> KindCue:
    start, end = ruling.clause.start, ruling.clause.end
    named = [span for name, span in named_kinds(text, start, end) if name == kind]
    return KindCue(kind, ruling.says.startswith("only "), *(named[0] if named else (start, end)))


def candidates(text: str) -> list[Clause]:
    """Return the clauses that may rule: those on the interview, and those whose sentence sounds like it.

    There are at most as many as a long advert has.
    """
    found = clauses(text)
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    may = [
        bool(_MAY_RULE.search(one)) or is_negated(one) or bool(named_kinds(one, 0, len(one)))
        for one in sentences
    ]
    return [clause for clause in found if clause.is_request or may[clause.sentence]][:_MOST_CLAUSES]


def meanings(text: str, found: Sequence[Clause], embed: Embed) -> Vector:
    """Return what clauses and their sentences mean, float32 (n_clauses, 2 dim)."""
    spans = sentence_spans(text)
    sentences = {one.sentence: embed(text[slice(*spans[one.sentence])]) for one in found}
    return np.array([np.concatenate([embed(one.said), sentences[one.sentence]]) for one in found])


def signs(text: str, found: Sequence[Clause], cues: Sequence[KindCue]) -> list[dict[str, float]]:
    """Return what stands in each clause and its sentence, by name; `cues` are what rules find in the text."""
    spans = sentence_spans(text)
    return [
        dict.fromkeys(_words(one.said.lower()), 1.0)
        | {f"said {token}": 0.5 for token in set(tokens(_near(text, one, *spans[one.sentence]).lower()))}
        | dict.fromkeys(_facts(text, one, cues), 1.0)
        | {"length": min(len(one.said.split()), _LONG_CLAUSE) / _LONG_CLAUSE}
        for one in found
    ]


def _near(text: str, clause: Clause, start: int, end: int) -> str:
    """Return a clause's sentence, which stands at these places, as far as it is near."""
    return text[max(start, clause.start - SENTENCE_CHARS) : min(end, clause.end + SENTENCE_CHARS)]


def _words(said: str) -> Iterator[str]:
    found = tokens(said)
    yield from found
    yield from map(" ".join, pairwise(found))


def _facts(text: str, clause: Clause, cues: Sequence[KindCue]) -> Iterator[str]:
    """Yield what rules find in a clause."""
    found = {"is of a note": clause.is_note, "is asked": clause.is_request}
    found |= {"is negated": is_negated(clause.said), "is exclusive": is_asked(clause.said)}
    held = [name for name, holds in found.items() if holds]
    yield from held
    for kind, _ in named_kinds(text, clause.start, clause.end):
        yield from ("names a kind", f"names {kind}")
        yield from (f"{name}, names {kind}" for name in held)
        yield from (f"{name}, names a kind" for name in held)
    for cue in within(clause, cues):
        yield from (f"rules {cue.wanted}", f"rules {cue.wanted} {cue.kind}")
