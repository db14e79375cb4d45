"""Prose read for what it holds: where a handbook labels nothing, wording and order tell.

The opening or best fitting sentences answer, the list items are the steps, sentences that warn are traps,
and sentences with a quantity are numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from coach.answer.limits import Limits
from coach.answer.ranking import Candidate, can_open
from coach.types import OutlineField

# A sentence this much worse than the best is not part of the answer.
_NEAR_THE_BEST = 0.6
# "120 s" alone says nothing.
_LEAST_TERMS = 2

# What makes a statement belong to a field; the first field that wants it has it.
_SIGNS: tuple[tuple[OutlineField, Callable[[Candidate], bool]], ...] = (
    ("probing", lambda candidate: candidate.statement.cues.probes),
    ("signals", lambda candidate: candidate.statement.cues.signals),
    ("follow_ups", lambda candidate: candidate.statement.cues.asks),
    ("traps", lambda candidate: candidate.statement.cues.warns),
    ("numbers", lambda candidate: candidate.statement.cues.has_quantity and candidate.score > 0),
)


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates of one section in text order."""
    return sorted(candidates, key=lambda candidate: candidate.statement.start)


def best(candidates: Iterable[Candidate], limit: int) -> list[Candidate]:
    """Return the best candidates of one section, at most `limit`, in text order."""
    return in_order(sorted(candidates, key=lambda c: (-c.score, c.statement.start))[:limit])


def spoken_words(candidates: Iterable[Candidate]) -> int:
    """Return how many words it takes to say them."""
    return sum(candidate.statement.words for candidate in candidates)


def openers(prose: Sequence[Candidate], limits: Limits) -> list[Candidate]:
    """Return the best fitting sentences, at most `limits.openers`, in text order.

    List items open only where there are no sentences: a list is told as one.
    """
    able = list(filter(can_open, prose)) or [c for c in prose if can_open(c, adrift=True)]
    able = [candidate for candidate in able if candidate.statement.shape == "sentence"] or able
    fit = sorted(able, key=lambda candidate: (-candidate.score, candidate.statement.start))
    chosen: list[Candidate] = []
    for candidate in fit[: limits.openers]:
        is_near = candidate.score >= _NEAR_THE_BEST * fit[0].score
        if not chosen or (is_near and spoken_words([*chosen, candidate]) <= limits.direct_words):
            chosen.append(candidate)
    return in_order(chosen)


def read_prose(
    prose: Iterable[Candidate], fields: dict[OutlineField, list[Candidate]], limits: Limits
) -> dict[OutlineField, list[Candidate]]:
    """Return what prose gives to the fields that hold nothing yet; a statement goes to one field."""
    rest = list(filter(_stands_alone, prose))
    made: dict[OutlineField, list[Candidate]] = {}
    wants_steps = not fields.get("steps")
    if wants_steps:
        made["steps"], rest = _lists(rest, limits.steps)
    for name, belongs in _SIGNS:
        if not fields.get(name):
            made[name] = best(filter(belongs, rest), getattr(limits, name))
            rest = _without(rest, made[name])
    if wants_steps and not made["steps"]:
        made["steps"] = best(filter(can_open, rest), limits.steps)
    return made


def _stands_alone(candidate: Candidate) -> bool:
    statement, cues = candidate.statement, candidate.statement.cues
    is_adrift = cues.dangles and not cues.asks and statement.shape == "sentence"
    return len(statement.terms) >= _LEAST_TERMS and not (cues.leads_in or is_adrift)


def _lists(prose: Sequence[Candidate], limit: int) -> tuple[list[Candidate], list[Candidate]]:
    """Return the items of the best lists and tables, at most `limit`, in text order; and everything else."""
    runs = [
        list(run)
        for (shape, _), run in groupby(prose, key=lambda c: (c.statement.shape, c.statement.label))
        if shape in ("item", "row")
    ]
    runs = sorted((run for run in runs if len(run) > 1), key=lambda run: -max(c.score for c in run))
    chosen: list[Candidate] = []
    for run in runs:
        room = limit - len(chosen)
        if room < min(len(run), 2):
            break
        chosen.extend(run[:room] if run[0].statement.ordered else best(run, room))
    return in_order(chosen), _without(prose, chosen)


def _without(candidates: Iterable[Candidate], taken: Sequence[Candidate]) -> list[Candidate]:
    gone = set(taken)
    return [candidate for candidate in candidates if candidate not in gone]
