"""Judges that play a script, and what they judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from coach.models.fake import FakeModel, Line, says
from coach.settings import TokenPrice
from coach.types import Stack
from evals.judge.calibration import Labelled
from evals.judge.judge import Judge
from evals.runs import ItemRow, Run
from tests.support.sample_runs import sample_run

YES, NO = '{"supported": true}', '{"supported": false}'
PRICE = TokenPrice(input_usd=2, cached_input_usd=1, output_usd=8)


def judge_of(
    folder: Path, *script: Line, always: Line | None = None, price: TokenPrice | None = None
) -> tuple[Judge, FakeModel]:
    """Return a judge whose model plays a script, and the model."""
    model = FakeModel(*script, name="acme/judge-2026-01-01", always=always)
    return Judge(model, folder, clock=model.clock, price=price), model


def sees(answer: Callable[[str], str]) -> Line:
    """Return a line that answers by the case that it is shown."""
    return says(lambda request: answer(request.messages[1].content))


def by_word(case: str) -> str:
    """Return the verdict of a judge that calls a claim wrong if it has the word."""
    return NO if "wrong" in case else YES


def labelled(name: str, answer: str, *, faithful: bool, question: str = "") -> Labelled:
    """Return an answer that people judged."""
    label = "faithful" if faithful else "unfaithful"
    return Labelled(id=name, question=question, passages=("All is well.",), answer=answer, label=label)


def answered(name: str, claims: Sequence[str], *, run: str = "before", writer: str = "outline") -> Run:
    """Return a run of one answered item with these claims, and one refused item."""
    listed = [{"field": "steps", "text": one, "citations": [{"quote": f"Quote of {one}"}]} for one in claims]
    rows = [
        ItemRow(
            id="q1",
            slices={"style": "plain"},
            values={"citation_recall": 1.0},
            details={"question": name, "claims": listed},
        ),
        ItemRow(id="q2", slices={}, values={}, details={"question": "?", "claims": []}),
    ]
    return sample_run(rows, name=run, stack=Stack(hash="h", parts={"writer": writer}))
