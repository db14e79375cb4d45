"""Any answers against any passages, judged by the offline scorer, and the scorer against labels of people."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from coach.errors import UsageError
from coach.faithfulness.verdicts import ClaimVerdict
from evals.metrics.auroc import auroc
from evals.metrics.confusion import confusion
from ingest.contract import Frozen

if TYPE_CHECKING:
    from coach.faithfulness import Scorer

Label = Literal["faithful", "unfaithful"]


def _as_text(value: object) -> object:
    """Return an id that is a number as text, and a question that is null as none."""
    return "" if value is None else str(value) if isinstance(value, int) else value


class Item(BaseModel):
    """An answer with the passages it was written from; other fields of the file are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
    question: Annotated[str, BeforeValidator(_as_text)] = ""
    passages: tuple[str, ...]
    answer: str
    label: Label | None = None


class Row(Frozen):
    """What the scorer says of one item.

    Attributes:
        verdict: "unscored" if the answer makes no claim.
    """

    id: str
    risk: float
    verdict: Literal["faithful", "unfaithful", "unscored"]
    label: Label | None
    claims: tuple[ClaimVerdict, ...]


class Metrics(Frozen):
    """The scorer against labels; unfaithful is the positive class, unscored items are left out.

    A measure that cannot be computed, for want of a class or of labels, is None.

    Attributes:
        n: Labelled items that were scored.
        unscored: Items, labelled or not, whose answers make no claim.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    balanced_accuracy: float | None
    auroc: float | None
    n: int
    unscored: int


def load_items(path: Path) -> list[Item]:
    """Return the items of a JSON-lines file, in order; blank lines are passed over.

    Raises:
        UsageError: The file cannot be read, a line is not an item, or an id comes twice; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {path}: {error}", hint="Name a file of JSON lines in UTF-8."
        ) from error
    items: dict[str, Item] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        item = _item(line, f"{path}:{number}")
        if item.id in items:
            raise UsageError(f"{path}:{number}: the id {item.id!r} stands further up already")
        items[item.id] = item
    if not items:
        raise UsageError(f"{path} holds no item")
    return list(items.values())


def _item(line: str, where: str) -> Item:
    try:
        return Item.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{where} is not an item: {field + ': ' if field else ''}{first['msg']}",
            hint='A line is {"id", "question", "passages": [...], "answer", "label"?}; docs/faithfulness.md.',
        ) from error


def judge(items: Iterable[Item], scorer: Scorer) -> Iterator[Row]:
    """Yield one row an item, in order."""
    for item in items:
        found = scorer.score(item.answer, item.passages, item.question)
        verdict = "unscored" if found.unfaithful is None else "unfaithful" if found.unfaithful else "faithful"
        yield Row.model_validate(
            {
                "id": item.id,
                "risk": found.risk,
                "verdict": verdict,
                "label": item.label,
                "claims": found.claims,
            }
        )


def measure(rows: Sequence[Row]) -> Metrics:
    """Return the scorer's measures against the labels that the rows have."""
    scored = [row for row in rows if row.label is not None and row.verdict != "unscored"]
    labels = [row.label == "unfaithful" for row in scored]
    counts = confusion(labels, [row.verdict == "unfaithful" for row in scored])
    return Metrics(
        precision=counts.precision,
        recall=counts.recall,
        f1=counts.f1,
        balanced_accuracy=counts.balanced_accuracy,
        auroc=auroc(labels, [row.risk for row in scored]),
        n=len(scored),
        unscored=sum(row.verdict == "unscored" for row in rows),
    )


class Stopwatch:
    """How many answers a second were judged."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def rate(self, answers: int) -> float:
        """Return answers a second since it was made."""
        return answers / max(time.perf_counter() - self._began, 1e-9)
