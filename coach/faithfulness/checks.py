"""The checks that need no learning, gathered: what a claim says that its evidence does not bear out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from coach.faithfulness.claim import Claim
from coach.faithfulness.evidence import form_of
from coach.faithfulness.frequencies import rarity
from coach.faithfulness.lexicon import NUMBER_WORDS, RATE_WORDS, RATES, UNITS
from coach.faithfulness.polarity import find_directions, find_negations, find_quantifiers
from coach.faithfulness.quantities import Quantity, agrees, differs_in_unit
from coach.faithfulness.tokens import Token
from coach.faithfulness.verdicts import Problem

# An absent word this rare or rarer is worth naming.
_WORTH_NAMING = 0.45
_MAX_PROBLEMS = 12
_MOST_NAMES = 4
# A spelt number without a unit, or an ordinal, may count what the passage has without saying so.
_UNCOUNTED = frozenset({"", "ordinal"})


@dataclass(frozen=True)
class Findings:
    """What the checks found in one claim; `counts` are features, `problems` are shown.

    Attributes:
        counts: How often each check fired; a figure or name that stands in the passages, but not in the
            nearest lines, is "away".
    """

    problems: tuple[Problem, ...]
    counts: Counter[str]


def check(claim: Claim) -> Findings:
    """Return what a claim says that its evidence does not bear out."""
    found = [
        *_figures(claim),
        *_names(claim),
        *(("negation", one) for one in find_negations(claim)),
        *(("quantifiers", one) for one in find_quantifiers(claim)),
        *(("directions", one) for one in find_directions(claim)),
    ]
    named = {problem.said.casefold() for _, problem in found}
    found += [("absent", one) for one in _absent(claim) if one.said.casefold() not in named]
    shown = [
        problem for check, problem in found if not (check.endswith(("_away", "_spelt")) or _is_rate(problem))
    ]
    return Findings(
        problems=tuple(dict.fromkeys(shown))[:_MAX_PROBLEMS],
        counts=Counter(check for check, _ in found),
    )


def _is_rate(problem: Problem) -> bool:
    """Return whether a figure is said as "each second" or "daily", for which evidence may have "a second"."""
    return problem.kind == "number" and (
        problem.said.lower() in RATE_WORDS or problem.said.split(" ")[0].lower() in RATES
    )


def _figures(claim: Claim) -> Iterator[tuple[str, Problem]]:
    near = claim.near_quantities if claim.quantities else ()
    for ours in claim.quantities:
        if any(agrees(ours, theirs) for theirs in near):
            continue
        kind = "date" if ours.kind == "date" else "number"
        same_number = next((one for one in near if differs_in_unit(ours, one)), None)
        if same_number:
            yield "units_differing", Problem(kind="unit", said=ours.said, found=same_number.said)
            continue
        rival = next((one for one in near if one.kind == ours.kind and one.unit == ours.unit), None)
        problem = Problem(kind=kind, said=ours.said, found=rival.said if rival else "")
        if _stands_elsewhere(claim, ours):
            yield "figures_away", problem
        elif kind == "number" and ours.is_spelt and ours.unit in _UNCOUNTED and not rival:
            yield "figures_spelt", problem  # "two" where the passage counts two things without saying so
        else:
            yield f"{kind}s_missing", problem
        if rival:
            yield "figures_conflicting", problem


def _stands_elsewhere(claim: Claim, ours: Quantity) -> bool:
    stem = claim.tokens[ours.at].stem
    return any(
        agrees(ours, theirs)
        for line in claim.passages.lines_with(stem)
        for theirs in claim.line_quantities(line)
    )


def _names(claim: Claim) -> Iterator[tuple[str, Problem]]:
    for name in claim.names:
        if name.stem in claim.near_stems or form_of(name.stem) in claim.near_forms:
            continue
        said = claim.text[name.start : name.end]
        if name.stem in claim.passages.stems:
            yield "names_away", Problem(kind="name", said=said, found="")
        else:
            yield "names_missing", Problem(kind="name", said=said, found=_instead(claim, name))


def _instead(claim: Claim, token: Token) -> str:
    """Return the name that the evidence has where the claim has a token, or nothing."""
    for gap in claim.alignment.gaps if claim.alignment else ():
        if token in gap.ours:
            names = [one.text for one in gap.theirs if one.is_capital and one.is_content]
            return " ".join(names[:_MOST_NAMES])
    return ""


def _absent(claim: Claim) -> Iterator[Problem]:
    for token in claim.content:
        is_figure = token.value is not None or token.text in NUMBER_WORDS or token.text in UNITS
        if is_figure or claim.held[token.stem] or form_of(token.stem) in claim.passages.forms:
            continue
        if token.stem not in claim.passages.stems and rarity(token.stem) >= _WORTH_NAMING:
            yield Problem(kind="absent", said=claim.text[token.start : token.end], found="")
