"""The scorer: claims of an answer held against its passages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coach.faithfulness.claims import split
from coach.faithfulness.evidence import Passages
from coach.faithfulness.tokens import tokenise
from coach.faithfulness.verdicts import AnswerVerdict, ClaimVerdict, Evidence, Problem


class Scorer:
    """Judges claims and answers against passages."""

    def __init__(self, weights_dir: Path | None = None, *, learned: bool = True) -> None:
        self._weights_dir = weights_dir
        self._learned = learned

    def check(self, claim: str, passages: Sequence[str]) -> ClaimVerdict:
        """Return the verdict of one claim against passages."""
        return self._check(claim, 0, Passages(passages))

    def score(self, answer: str, passages: Sequence[str], question: str = "") -> AnswerVerdict:
        """Return the verdict of an answer, claim by claim."""
        del question
        read = Passages(passages)
        claims = tuple(
            self._check(answer[one.start : one.end], one.start, read)
            for one in split(answer)
            if one.kind == "claim"
        )
        risk = max((claim.risk for claim in claims), default=0.0)
        return AnswerVerdict(claims=claims, risk=risk, unfaithful=risk >= 0.5 if claims else None)

    def _check(self, claim: str, start: int, passages: Passages) -> ClaimVerdict:
        tokens = [token for token in tokenise(claim) if token.is_content]
        missing = [token for token in tokens if token.stem not in passages.stems]
        risk = len(missing) / len(tokens) if tokens else 0.0
        best = next(iter(passages.nearest(tokens, limit=1)), None)
        return ClaimVerdict(
            claim=claim,
            start=start,
            end=start + len(claim),
            support="unsupported" if risk >= 0.5 else "partial" if risk >= 0.25 else "supported",
            risk=risk,
            evidence=best
            and Evidence(
                passage=best.passage,
                start=best.start,
                end=best.end,
                quote=passages.texts[best.passage][best.start : best.end],
            ),
            problems=tuple(
                Problem(kind="number" if token.value is not None else "absent", said=token.text, found="")
                for token in missing
            ),
        )
