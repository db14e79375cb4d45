"""What the scorer says of a claim and of an answer."""

from __future__ import annotations

from typing import Literal

from coach.types import Support
from ingest.contract import Frozen

ProblemKind = Literal["number", "unit", "date", "name", "negation", "quantifier", "direction", "absent"]


class Evidence(Frozen):
    """The stretch of a passage that comes nearest to a claim: ``passages[passage][start:end] == quote``."""

    passage: int
    start: int
    end: int
    quote: str


class Problem(Frozen):
    """A word or figure of a claim that its evidence does not bear out.

    Attributes:
        said: As the claim has it; for a dropped negation or quantifier, the words that lack it.
        found: What the evidence has in its place; empty if nothing.
    """

    kind: ProblemKind
    said: str
    found: str


class ClaimVerdict(Frozen):
    """One claim, judged.

    Attributes:
        start: Where it begins in the answer, in characters; ``answer[start:end] == claim``.
        support: "unchecked" if it states nothing that passages could bear out.
        risk: Probability that the passages do not bear it out, 0 to 1.
        evidence: None if no word of it stands in any passage.
    """

    claim: str
    start: int
    end: int
    support: Support
    risk: float
    evidence: Evidence | None
    problems: tuple[Problem, ...]


class AnswerVerdict(Frozen):
    """An answer, judged by its claims.

    Attributes:
        risk: Probability that the passages do not bear out some part of it, 0 to 1.
        unfaithful: Whether `risk` reaches the threshold; None, unscored, if it makes no claim.
    """

    claims: tuple[ClaimVerdict, ...]
    risk: float
    unfaithful: bool | None
