"""Whether spans support a claim, without a model: the judge of citation recall and precision."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from coach.types import Support
from ingest.analysis import words

if TYPE_CHECKING:
    from coach.faithfulness import Scorer

# Kinds of problem that leave no claim supported, however much of it the spans repeat.
_DECISIVE = frozenset({"number", "unit", "date", "negation", "quantifier", "direction"})


class SpanJudge:
    """Judges a claim by its spans: what repeats a span word for word follows from it, else the scorer says.

    It shares no code with the check that the coach makes before it shows a claim, so it can contradict it.
    """

    def __init__(self) -> None:
        self._scorer: Scorer | None = None
        self._judge = lru_cache(maxsize=100_000)(self._judge_afresh)

    def __call__(self, claim: str, spans: Sequence[str]) -> Support:
        """Return the support that the spans, read together, give the claim."""
        return self._judge(claim, tuple(spans))

    def _judge_afresh(self, claim: str, spans: tuple[str, ...]) -> Support:
        said = words(claim)
        if said and any(_holds_run(words(span), said) for span in spans):
            return "supported"
        if self._scorer is None:
            from coach.faithfulness import Scorer

            self._scorer = Scorer()
        verdict = self._scorer.check(claim, spans)
        is_contradicted = any(problem.kind in _DECISIVE for problem in verdict.problems)
        return "partial" if verdict.support == "supported" and is_contradicted else verdict.support


def _holds_run(text: Sequence[str], run: Sequence[str]) -> bool:
    """Return whether the words of `run` stand in `text`, in a row."""
    return any(text[at : at + len(run)] == run for at in range(len(text) - len(run) + 1))
