"""Part of `make fit-requests`: what tells what clauses rule out or ask for alone."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rich.progress import track

from coach.recruit.fitted import Chances, Regression
from coach.recruit.read_kinds import negated, read_kinds
from coach.recruit.read_rulings import (
    KINDS,
    NO_TOPIC,
    RULINGS,
    candidates,
    meanings,
    ruled_kinds,
    signs,
    weighed,
)
from coach.recruit.read_text import Clause, Embed
from evals.training.requests import Request, author_groups, fit, write
from ingest.store.values import Vector


class Ruled(NamedTuple):
    """The clauses of a request that may rule, and for each its signs, its meaning and its ruling's place."""

    request: Request
    clauses: list[Clause]
    signs: list[dict[str, float]]
    meanings: Vector
    places: list[int]


def fit_rulings(requests: Sequence[Request], embed: Embed) -> None:
    """Fit, print and write what tells what clauses rule out or ask for alone."""
    found = [ruled for one in track(requests, "rulings") if (ruled := rule(one, embed)).clauses]
    right: Counter[str] = Counter()
    many = Counter(_sort(one.author) for one in requests)
    right.update(_sort(one.author) for one in requests if not candidates(one.text) and not _kinds_meant(one))
    for group in track(author_groups(one.request.author for one in found), "fitting"):
        model = fit_clauses([one for one in found if one.request.author not in group])
        for one in (one for one in found if one.request.author in group):
            right[_sort(one.request.author)] += is_ruled(one, model.chances(one.signs, one.meanings))
    for sort, number in sorted(many.items()):
        sys.stdout.write(f"kinds of {sort} of authors left out: {right[sort] / number:.3f} of {number}\n")
    write("rulings", fit_clauses(found))


def is_ruled(one: Ruled, chances: Chances) -> bool:
    """Return whether chances of a request's clauses, (n_clauses, n_rulings), rule the kinds that it means."""
    text = one.request.text
    cues = ruled_kinds(text, weighed(one.clauses, chances, read_kinds(text, negated(text))))
    return {f"{'only' if cue.wanted else 'no'} {cue.kind}" for cue in cues} == _kinds_meant(one.request)


def _sort(author: str) -> str:
    return author.rpartition("-")[0]


def _kinds_meant(request: Request) -> set[str]:
    """Return the rulings on kinds that a request's author meant."""
    labels = request.labels
    return {f"no {name}" for name in labels["avoid"] if name in KINDS} | {
        f"only {one}" for one in labels["kinds"] or ()
    }


def rule(request: Request, embed: Embed) -> Ruled:
    """Return a request's clauses with their rulings, by the words that its author named."""
    text = request.text
    found = candidates(text)
    if not found:
        return Ruled(request, [], [], np.zeros((0, 0), np.float32), [])
    return Ruled(
        request,
        found,
        signs(text, found, read_kinds(text, negated(text))),
        meanings(text, found, embed),
        ruling_places(request, found),
    )


def ruling_places(request: Request, found: Sequence[Clause]) -> list[int]:
    """Return the place of each clause's ruling in `RULINGS`, by the words that the author named."""
    places = [0] * len(found)
    for label in ("avoid", "kinds"):
        for name, phrases in request.words_by_name(label).items():
            told = f"{'no' if label == 'avoid' else 'only'} {name}"
            place = RULINGS.index(told) if told in RULINGS else RULINGS.index(NO_TOPIC)
            for phrase in phrases:
                for at in request.touched(phrase, found):
                    places[at] = place
    return places


def fit_clauses(found: Sequence[Ruled]) -> Regression:
    """Return the regression of `RULINGS`."""
    rows = [row for one in found for row in one.signs]
    labels = [place for one in found for place in one.places]
    return fit(rows, labels, meanings=np.concatenate([one.meanings for one in found]))
