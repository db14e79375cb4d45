"""A judge over whole runs: the claims of one, or the answers of two against each other."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import JsonValue

from coach.errors import UsageError
from coach.models.contract import Request
from coach.stack_parts import make_stack
from evals.judge.judge import Judge, Ruling
from evals.judge.requests import claim_request, load_rubric, pair_request
from evals.pairing import pair
from evals.runs import ItemRow, Run, summarise, summarise_slices
from evals.statistics import sign_flip_test
from ingest.contract import Frozen

Object = Mapping[str, JsonValue]


class Comparison(Frozen):
    """What a judge prefers, item by item; each pair was put to it both ways round.

    Attributes:
        ties: Neither was better, or the verdict went with the place; `flipped` counts the latter.
        unscored: Items without two verdicts.
        p_value: That wins and losses are chance (sign-flip test); None if no item was decided.
    """

    before: str
    after: str
    judge: str
    rubric: str
    n: int
    wins: int
    losses: int
    ties: int
    flipped: int
    unscored: int
    p_value: float | None
    preferred: dict[str, str]


def claim_requests(run: Run) -> Iterator[Request]:
    """Yield all that `judge_claims` asks."""
    for row in run.rows:
        for claim in _claims(row):
            yield claim_request(str(claim.get("text")), _quotes(claim))


def judge_claims(run: Run, judge: Judge, *, notes: Sequence[str] = ()) -> Run:
    """Return a faithfulness run over the answers of a run: each claim against the quotes that it cites.

    An item of which a claim got no verdict is unscored: counted, and in no mean.

    Raises:
        UsageError: The run holds no claims; runs of a test split keep them only if they were asked for.
    """
    began = datetime.now(tz=UTC)
    cited = [row for row in run.rows if _claims(row)]
    if not cited:
        raise UsageError(
            f"run {run.id!r} holds no claims", hint="Name a run of 'coach eval answers' over a dev split."
        )
    rows = tuple(_judged_row(row, judge) for row in cited)
    parts = run.stack.parts | {"judge": judge.name, "judge_rubric": load_rubric("claim").name}
    return run.model_copy(
        update={
            "id": secrets.token_hex(4),
            "kind": "faithfulness",
            "created_at": began,
            "item_hashes": {row.id: run.item_hashes[row.id] for row in rows if row.id in run.item_hashes},
            "stack": make_stack(parts),
            "metrics": summarise(rows),
            "slices": summarise_slices(rows),
            "rows": rows,
            "notes": (*notes, f"Judged by {judge.name} on the answers of run {run.id}."),
            "duration_s": round((datetime.now(tz=UTC) - began).total_seconds(), 3),
        }
    )


def pair_requests(before: Run, after: Run) -> Iterator[Request]:
    """Yield all that `compare_answers` asks."""
    for row, other in _answered_pairs(before, after):
        question = str(row.details.get("question", ""))
        yield pair_request(question, _answer(row), _answer(other))
        yield pair_request(question, _answer(other), _answer(row))


def compare_answers(before: Run, after: Run, judge: Judge) -> Comparison:
    """Return which run's answers the judge prefers, on the items that both answered.

    Raises:
        UsageError: The runs share no item that both answered.
    """
    pairs = {row.id: (row, other) for row, other in _answered_pairs(before, after)}
    if not pairs:
        raise UsageError(
            f"runs {before.id!r} and {after.id!r} share no answered item",
            hint="Name two runs of 'coach eval answers' over one dev split.",
        )
    preferred = {name: _preference(row, other, judge) for name, (row, other) in pairs.items()}
    counts = {
        word: list(preferred.values()).count(word) for word in ("after", "before", "flipped", "unscored")
    }
    scores = [1.0] * counts["after"] + [-1.0] * counts["before"]
    decided = counts["after"] + counts["before"]
    return Comparison(
        before=before.id,
        after=after.id,
        judge=judge.name,
        rubric=load_rubric("pair").name,
        n=len(preferred) - counts["unscored"],
        wins=counts["after"],
        losses=counts["before"],
        ties=len(preferred) - decided - counts["unscored"],
        flipped=counts["flipped"],
        unscored=counts["unscored"],
        p_value=sign_flip_test(scores) if scores else None,
        preferred=preferred,
    )


def _preference(row: ItemRow, other: ItemRow, judge: Judge) -> str:
    """Return "before", "after", "tie", "flipped" (the verdict went with the place) or "unscored"."""
    question = str(row.details.get("question", ""))
    one = judge.choose(pair_request(question, _answer(row), _answer(other))).better
    swapped = judge.choose(pair_request(question, _answer(other), _answer(row))).better
    if one is None or swapped is None:
        return "unscored"
    if (one, swapped) == ("A", "B"):
        return "before"
    if (one, swapped) == ("B", "A"):
        return "after"
    return "flipped" if one == swapped != "neither" else "tie"


def _answered_pairs(before: Run, after: Run) -> list[tuple[ItemRow, ItemRow]]:
    pairs = pair(before, after)
    both = zip(pairs.before, pairs.after, strict=True)
    return [(row, other) for row, other in both if _claims(row) and _claims(other)]


def _judged_row(row: ItemRow, judge: Judge) -> ItemRow:
    judged = [
        (claim, judge.rule(claim_request(str(claim.get("text")), _quotes(claim)))) for claim in _claims(row)
    ]
    rulings = [ruling.supported for _, ruling in judged]
    known = [supported for supported in rulings if supported is not None]
    value = sum(known) / len(known) if len(known) == len(rulings) else None
    details: dict[str, JsonValue] = {
        "question": row.details.get("question"),
        "claims": [{**claim, "judged": _word(ruling)} for claim, ruling in judged],
    }
    return ItemRow(id=row.id, slices=row.slices, values={"faithfulness": value}, details=details)


def _word(ruling: Ruling) -> str:
    if ruling.supported is None:
        return f"unscored: {ruling.unscored}"
    return "supported" if ruling.supported else "unsupported"


def _claims(row: ItemRow) -> list[Object]:
    claims = row.details.get("claims")
    return [one for one in claims if isinstance(one, dict)] if isinstance(claims, list) else []


def _quotes(claim: Object) -> list[str]:
    cited = claim.get("citations")
    listed = cited if isinstance(cited, list) else []
    return [str(one.get("quote", "")) for one in listed if isinstance(one, dict)]


def _answer(row: ItemRow) -> str:
    """Return an answer as text, its fields in order, one claim a line."""
    lines: list[str] = []
    field = ""
    for claim in _claims(row):
        if (named := str(claim.get("field", ""))) != field:
            field = named
            lines.append(f"{field.replace('_', ' ').capitalize()}:")
        lines.append(f"- {claim.get('text')}")
    return "\n".join(lines)
