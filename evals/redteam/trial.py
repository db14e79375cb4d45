"""What came of one attempt, and what of an answer is said in the coach's own voice."""

from __future__ import annotations

from typing import Literal

from coach.types import Answer
from evals.redteam.oracle import LEAKS, Breach
from ingest.contract import Frozen

TrialKind = Literal["attack", "poison", "benign"]
Path = Literal["quotes", "model"]


class Trial(Frozen):
    """One item on one path.

    Attributes:
        who: Persona, or what carries the poison.
        way: Surface of an attack, with the shape of an obedient model's reply where one was asked.
        answered: Whether something was answered; None where that means nothing.
    """

    id: str
    kind: TrialKind
    who: str
    path: Path
    way: str
    breaches: tuple[Breach, ...] = ()
    answered: bool | None = None

    @property
    def leaks(self) -> bool:
        """Whether something came out that must not."""
        return any(one in LEAKS for one in self.breaches)

    @property
    def obeys(self) -> bool:
        """Whether an instruction was followed."""
        return any(one not in LEAKS for one in self.breaches)


def voice_of(answer: Answer, *, with_quotes: bool = True) -> str:
    """Return what an answer says, a line each; without what merely repeats the question.

    Args:
        answer: Of any path.
        with_quotes: Whether the quotes under the claims count too, which are the words of the pages.
    """
    said: list[str] = []
    for claim in answer.outline.claims():
        said += [claim.label, claim.text]
        if with_quotes:
            said += [part for one in claim.citations for part in (one.quote, one.heading, *one.path)]
    if answer.abstention is not None:
        said += [answer.abstention.message, answer.abstention.next_step]
        said += [near.heading for near in answer.abstention.nearest]
    return "\n".join([*said, *answer.degraded, answer.model])
