"""`make fit-requests`: fit what tells the numbers of a request apart, and what it is about.

Reads requests whose authors labelled them and named the words that decide each label. What is printed is of
authors that the fit had not seen: a sixth of them is left out in turn.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.progress import track

from coach.coach import Coach
from coach.recruit.fitted import Chances, Regression
from coach.recruit.read_competencies import CompetencyReader
from coach.recruit.read_level import (
    LevelCue,
    chosen_level,
    level_cues,
    level_signs,
)
from coach.recruit.read_mentions import ROLES, Mention, Role, mentions, signs
from coach.recruit.read_number_words import Number
from coach.recruit.read_numbers import chosen_numbers
from coach.recruit.recruiter import Recruiter
from coach.settings import Settings
from evals.training.fit_competencies import fit_competencies
from evals.training.fit_rulings import fit_rulings
from evals.training.plain_requests import plain_requests
from evals.training.requests import Request, author_groups, fit, load, write

DATA = Path(__file__).with_name("requests.jsonl")
CLAUSES = Path(__file__).with_name("rulings.jsonl")
DEVELOPMENT = Path(__file__).parents[1] / "golden" / "requests" / "dev.jsonl"
UNREAD = np.array([0.2, 0.0, 0.0, 0.0, 0.0])
"""The chances of `WHOLE_LEVELS` where no network has read a request: a cue needs a little to count."""
_LABELS: tuple[tuple[str, Role], ...] = (("less", "less"), ("minutes", "minutes"), ("count", "count"))


class Told(NamedTuple):
    """The mentions of a request, with what stands around each and what it is."""

    request: Request
    mentions: list[Mention]
    signs: list[dict[str, float]]
    roles: list[Role]


def main() -> None:
    """Fit, print and write."""
    argparse.ArgumentParser(prog="python -m evals.training.fit_requests", description=__doc__).parse_args()
    requests = [*load(DATA), *plain_requests(), *load(DEVELOPMENT)]
    told = [tell(one) for one in requests]
    measure_numbers(told)
    write("numbers", fit_roles(told))
    fit_levels(requests)
    with Coach(Settings()) as coach:
        embed = cache(coach.embed)
        fit_rulings([*(one for one in requests if one.names_words), *load(CLAUSES)], embed)
        pool = Recruiter(coach).pool
        fit_competencies(requests, CompetencyReader(pool, embed), pool)


def tell(request: Request) -> Told:
    """Return a request's mentions with their roles, by the words that its author named."""
    found = mentions(request.text)
    if not request.names_words:
        roles = [_by_value(one, request) for one in found]
        return Told(request, found, list(signs(request.text, found)), roles)
    roles = ["other"] * len(found)
    for label, role in _LABELS:
        wanted = request.labels.get(label)
        for words in request.words(label):
            for at in _meant(request.touched(words, found), found, role, wanted):
                roles[at] = role
    return Told(request, found, list(signs(request.text, found)), roles)


def _by_value(one: Mention, request: Request) -> Role:
    """Return what a mention is by what the labels say alone."""
    count, minutes = request.labels["count"], request.labels["minutes"]
    if not one.is_length and count is not None and _is_alike(one, count):
        return "count"
    return "minutes" if one.is_length and minutes is not None and _is_alike(one, minutes) else "other"


def _is_alike(one: Mention, label: float | list[float]) -> bool:
    return [one.low, one.high] == label if isinstance(label, list) else one.low <= label <= one.high


def _meant(hit: Sequence[int], found: Sequence[Mention], role: Role, wanted: float | None) -> Sequence[int]:
    """Return which of the mentions in an author's words are what the words are about."""
    if role == "count":
        equal = [at for at in hit if wanted is not None and found[at].low <= wanted <= found[at].high]
        return equal or hit[:1]
    lengths = [at for at in hit if found[at].is_length] or list(hit)
    if role == "less" or wanted is None or len(lengths) == 1:
        return lengths
    return [at for at in lengths if found[at].high >= wanted][:1] or lengths


def fit_roles(told: Sequence[Told]) -> Regression:
    """Return the regression of `coach.recruit.read_mentions.ROLES`."""
    rows = [row for one in told for row in one.signs]
    return fit(rows, [ROLES.index(role) for one in told for role in one.roles])


def measure_numbers(told: Sequence[Told]) -> None:
    """Print how often numbers and lengths of authors that were left out are read as they meant them."""
    right: Counter[str] = Counter()
    for seen, own in track(list(_by_group(told)), "measuring"):
        model = fit_roles(seen)
        for one in own:
            right.update(hits(one, model.chances(one.signs)))
    shares = ", ".join(f"{name} {many / len(told):.3f}" for name, many in sorted(right.items()))
    sys.stdout.write(f"{len(told)} requests of authors left out: {shares}\n")


def _by_group(told: Sequence[Told]) -> Iterator[tuple[list[Told], list[Told]]]:
    for group in author_groups(one.request.author for one in told):
        own = [one for one in told if one.request.author in group]
        yield [one for one in told if one.request.author not in group], own


def hits(one: Told, chances: Chances) -> Iterator[str]:
    """Yield "count", "minutes" and "both" as far as they are read rightly, for chances (n_mentions, 4)."""
    read = chosen_numbers(one.request.text, list(zip(one.mentions, chances, strict=True)))
    found = {number.field: number for number in read}
    rounds = found["rounds"].value if "rounds" in found else 1
    labels = one.request.labels
    count = _is_read(found.get("count"), labels["count"], rounds)
    minutes = _is_read(found.get("minutes"), labels["minutes"], rounds)
    yield from ["count"] * count + ["minutes"] * minutes + ["both"] * (count and minutes)


def _is_read(found: Number | None, label: float | list[float] | None, rounds: float) -> bool:
    """Return whether a number is what its author meant: of one round, or of all where a text has several."""
    if found is None or label is None:
        return found is None and label is None
    wanted = label if isinstance(label, list) else [label, label]
    return any(found.low * times <= wanted[1] and wanted[0] <= found.high * times for times in (1, rounds))


class Levels(NamedTuple):
    """The cues of a request with what stands around each, and 1 for those said of the person sought."""

    request: Request
    cues: list[LevelCue]
    signs: list[dict[str, float]]
    meant: list[int]


def fit_levels(requests: Sequence[Request]) -> None:
    """Fit, print and write what tells words on the person sought from those on others."""
    found = [tell_levels(one) for one in requests]
    right = 0
    for group in track(author_groups(one.author for one in requests), "levels"):
        model = fit_cues([one for one in found if one.request.author not in group])
        for one in (one for one in found if one.request.author in group):
            chances = model.chances(one.signs)[:, 1].tolist()
            right += chosen_level(one.cues, chances, UNREAD)[0] == one.request.labels["level"]
    sys.stdout.write(f"level of authors left out: {right / len(requests):.3f}\n")
    write("levels", fit_cues(found))


def tell_levels(request: Request) -> Levels:
    """Return a request's cues with their labels, by the words that its author named."""
    cues, wanted = level_cues(request.text), request.labels["level"]
    phrases = request.words("level") if request.names_words else []
    spans = [(start, start + len(words)) for words in phrases if (start := request.text.find(words)) >= 0]

    def is_meant(cue: LevelCue) -> bool:
        touched = any(cue.start < end and start < cue.end for start, end in spans)
        return cue.level == wanted and (touched or not spans)

    meant = [int(is_meant(cue)) for cue in cues]
    return Levels(request, cues, list(level_signs(request.text, cues)), meant)


def fit_cues(found: Sequence[Levels]) -> Regression:
    """Return the regression of what is said of the person sought."""
    return fit([row for one in found for row in one.signs], [label for one in found for label in one.meant])


if __name__ == "__main__":
    main()
