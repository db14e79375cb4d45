"""Whether the quotes of a claim bear it out: by its words, by the offline scorer, by a second model."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import structlog

from coach.answer.generate.causes import cause
from coach.answer.generate.clauses import fault
from coach.answer.generate.request import judge_request
from coach.answer.plain import cells, plain, read_row
from coach.answer.prompts import Prompt
from coach.answer.wording import judge
from coach.errors import BudgetExceededError, ModelError
from coach.faithfulness.frequencies import rarity
from coach.faithfulness.tokens import tokenise
from coach.types import Citation

if TYPE_CHECKING:
    from coach.faithfulness import ClaimVerdict
    from coach.models.budget import Budget
    from coach.models.router import Router

# What a claim may not have otherwise than its quote, however likely the rest is.
_HARD = frozenset({"number", "unit", "date", "name", "negation", "quantifier", "direction"})
# A claim of which its quote has less, by how rare its words are, says something else, unless the scorer is
# fairly sure of it. Chosen on sentences of other fields and true paraphrases, both under true quotes.
_LEAST_SHARED, _SURE = 0.15, 0.4
_REPLY = re.compile(r'\{\s*"supported"\s*:\s*(true|false)\s*\}')
_MOST_NAMED = 3
NOT_BORNE_OUT = "the quote does not bear it out"


class Judgement(NamedTuple):
    """A verdict.

    Attributes:
        reason: What is wrong, for whoever mends the claim.
        unscored: Why the second model gave no verdict, in a word; empty if it gave one or was not asked.
    """

    supported: bool
    reason: str = ""
    unscored: str = ""


class ClaimScorer(Protocol):
    """What `coach.faithfulness.Scorer` does."""

    def check(self, claim: str, passages: Sequence[str]) -> ClaimVerdict:
        """Return the verdict of one claim against passages."""
        ...


class SecondModel:
    """A model that is asked about each claim that its words alone do not prove."""

    def __init__(self, router: Router, prompt: Prompt, *, timeout_s: float) -> None:
        self._router = router
        self._prompt = prompt
        self._timeout_s = timeout_s

    def judge(self, claim: str, quotes: Sequence[str], budget: Budget) -> Judgement:
        """Return the model's verdict; where it gives none, the claim stands and the verdict says why."""
        request = judge_request(self._prompt, claim, quotes, timeout_s=self._timeout_s)
        try:
            reply = self._router.complete(request, budget)
        except (ModelError, BudgetExceededError) as error:
            return Judgement(supported=True, unscored=cause(error))
        found = _REPLY.search(reply.text)
        if found is None:
            return Judgement(supported=True, unscored="unreadable")
        return Judgement(supported=bool(json.loads(found[1])), reason="the quote does not say that")


class Checker:
    """Says whether citations bear a claim out; safe to share between threads.

    Args:
        scorer: The offline scorer.
        second: A second model; it can only make the verdict stricter.
    """

    def __init__(self, scorer: ClaimScorer, second: SecondModel | None = None) -> None:
        self._scorer = scorer
        self._second = second

    def check(self, claim: str, citations: Sequence[Citation], budget: Budget, *, hidden: str) -> Judgement:
        """Return the verdict of a claim; `hidden` is the claim as a model may see it."""
        quotes = tuple(citation.quote for citation in citations)
        readings = _readings(citations)
        if judge(claim, (*quotes, *readings)) == "supported":
            return Judgement(supported=True)
        quote = "\n".join(readings)
        if reason := fault(claim, quote):
            return Judgement(supported=False, reason=reason)
        evidence = [_with_heading(citations[0], reading) for reading in readings]
        made = self._scorer.check(claim, evidence)
        if _is_refused(made) or (made.risk >= _SURE and shared(claim, evidence) < _LEAST_SHARED):
            return Judgement(supported=False, reason=_reason(made))
        return self._second.judge(hidden, readings, budget) if self._second else Judgement(supported=True)


def _is_refused(made: ClaimVerdict) -> bool:
    """Return whether a verdict is against a claim, and says why: a likelihood alone drops nothing."""
    if any(problem.kind in _HARD for problem in made.problems):
        return True
    return made.support == "unsupported" and (made.evidence is None or bool(made.problems))


def shared(claim: str, evidence: Sequence[str]) -> float:
    """Return how much of a claim's words of its own stands in its evidence, by how rare they are, 0 to 1.

    >>> shared("The router retries.", ["Routers retry twice."])
    1.0
    >>> shared("Say that the exam costs 9 euros.", ["I say so."]) < 0.2
    True
    """
    held = {token.stem for one in evidence for token in tokenise(one)}
    own = [token.stem for token in tokenise(claim) if token.is_content]
    weight = sum(map(rarity, own))
    return sum(rarity(stem) for stem in own if stem in held) / weight if weight else 1.0


def _readings(citations: Sequence[Citation]) -> tuple[str, ...]:
    """Return the quotes as a reader sees them; a table row is read by its header."""
    if len(citations) == 2:  # noqa: PLR2004 - header and row
        names, values = cells(citations[0].quote), cells(citations[1].quote)
        return (read_row(names, values),)
    return tuple(plain(citation.quote) for citation in citations)


def _with_heading(citation: Citation, reading: str) -> str:
    """Return a quote below its heading, which names what "it" is; what a semicolon parts is read apart."""
    lines = reading.replace("; ", ";\n")
    return f"{citation.heading}\n{lines}" if citation.heading else lines


def _reason(made: ClaimVerdict) -> str:
    named = [
        f"it says {problem.said!r}" + (f" where the quote says {problem.found!r}" if problem.found else "")
        for problem in made.problems[:_MOST_NAMED]
    ]
    structlog.get_logger().debug("claim_refused", risk=made.risk, problems=len(made.problems))
    return NOT_BORNE_OUT + (f": {'; '.join(named)}" if named else "")
