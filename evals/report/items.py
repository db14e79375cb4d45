"""The items that went worst, in the form in which a report shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from evals.catalogue import metric
from evals.runs import ItemRow, Run

MOST_ITEMS = 12
_FIRST_CLAIMS = 6
_MOST_TEXT_CHARS = 1200


@dataclass(frozen=True, slots=True)
class Source:
    """A passage: where it stands and what it says.

    Attributes:
        note: What was found about it ("grade 2", "quote is not there"), or empty.
    """

    place: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim beside its verdict and what it cites."""

    field: str
    text: str
    verdict: str
    sources: tuple[Source, ...]

    @property
    def is_supported(self) -> bool:
        """Whether nothing is wrong with it or its citations."""
        return self.verdict == "supported" and not any(source.note for source in self.sources)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the answer should say, or must not."""

    text: str
    said: bool


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as a reader sees it; what the run does not hold is empty.

    Attributes:
        lost: Mean of what it lost on the headline metrics that apply to it; None if nothing was scored.
        first_claims: Those that something is wrong with, then the first others; `more_claims` is the rest.
        error: Why it could not be scored.
    """

    id: str
    lost: float | None
    values: tuple[tuple[str, str], ...]
    slices: tuple[tuple[str, str], ...]
    question: str
    status: str
    message: str
    answer: str
    label: str
    error: str
    expected: tuple[Source, ...]
    hits: tuple[Source, ...]
    passages: tuple[Source, ...]
    first_claims: tuple[ClaimView, ...]
    more_claims: tuple[ClaimView, ...]
    key_facts: tuple[Fact, ...]
    must_not: tuple[Fact, ...]


def worst_items(run: Run, *, most: int = MOST_ITEMS) -> tuple[ItemView, ...]:
    """Return the items that lost most, the worst first; ties by id. Items without details are left out."""
    lost = {row.id: loss(row) for row in run.rows if row.details}
    chosen = [row for row in run.rows if lost.get(row.id)]
    chosen.sort(key=lambda row: (-(lost[row.id] or 0.0), row.id))
    return tuple(_view(row, lost[row.id]) for row in chosen[:most])


def unscored_items(run: Run) -> tuple[ItemView, ...]:
    """Return the items of which no metric at all could be scored, in the order of the run."""
    silent = [row for row in run.rows if row.details and row.values and not _scored(row)]
    return tuple(_view(row, None) for row in silent)


def loss(row: ItemRow) -> float | None:
    """Return how far an item stays behind on the headline metrics that are shares; None if none was scored.

    >>> loss(ItemRow(id="a", slices={}, values={"success@5": 0.0, "false_refusals": 0.0, "mrr@10": None}))
    0.5
    """
    lost = [
        metric(name).gain(value, 1.0 if metric(name).better == "higher" else 0.0)
        for name, value in _scored(row).items()
        if metric(name).headline and metric(name).share
    ]
    return sum(lost) / len(lost) if lost else None


def _scored(row: ItemRow) -> dict[str, float]:
    return {name: value for name, value in row.values.items() if value is not None}


def _view(row: ItemRow, lost: float | None) -> ItemView:
    details = row.details
    claims = [_claim(one) for one in _objects(details, "claims")]
    wrong = [one for one in claims if not one.is_supported]
    right = [one for one in claims if one.is_supported]
    shown = max(_FIRST_CLAIMS, len(wrong))
    ordered = (*wrong, *right)
    abstention = details.get("abstention")
    refusal = abstention if isinstance(abstention, dict) else {}
    return ItemView(
        id=row.id,
        lost=lost,
        values=tuple(
            (name, "unscored" if value is None else f"{value:.2f}") for name, value in row.values.items()
        ),
        slices=tuple(row.slices.items()),
        question=_text(details, "question"),
        status=_text(details, "status"),
        message=" ".join(filter(None, (_text(refusal, "message"), _text(refusal, "next_step")))),
        answer=_text(details, "answer"),
        label=_text(details, "label"),
        error=_text(details, "error"),
        expected=tuple(_expected(one) for one in _objects(details, "relevant")),
        hits=tuple(_hit(one) for one in _objects(details, "hits")),
        passages=_passages(details),
        first_claims=ordered[:shown],
        more_claims=ordered[shown:],
        key_facts=_facts(details, "key_facts"),
        must_not=_facts(details, "must_not"),
    )


def _claim(given: Mapping[str, JsonValue]) -> ClaimView:
    cited = [_citation(one) for one in _objects(given, "citations")]
    evidence = [Source("", text, "") for text in _texts(given, "evidence")]
    return ClaimView(
        field=_text(given, "field").replace("_", " "),
        text=_text(given, "text"),
        verdict=_text(given, "judged") or _text(given, "support") or _text(given, "verdict") or "unchecked",
        sources=(*cited, *evidence),
    )


def _citation(given: Mapping[str, JsonValue]) -> Source:
    found = (
        ("quote is not there", given.get("valid") is False),
        ("does not support the claim", given.get("precise") is False),
    )
    return Source(_place(given), _text(given, "quote"), "; ".join(what for what, is_so in found if is_so))


def _expected(given: Mapping[str, JsonValue]) -> Source:
    return Source(_place(given), "", f"grade {given.get('grade', 2)}")


def _hit(given: Mapping[str, JsonValue]) -> Source:
    grade = given.get("grade")
    return Source(_place(given), _text(given, "text"), f"grade {grade}" if grade else "")


def _passages(details: Mapping[str, JsonValue]) -> tuple[Source, ...]:
    plain = [
        Source(f"passage {number}", text, "") for number, text in enumerate(_texts(details, "passages"), 1)
    ]
    placed = [Source(_place(one), _text(one, "text"), "") for one in _objects(details, "passages")]
    return (*plain, *placed)


def _facts(details: Mapping[str, JsonValue], key: str) -> tuple[Fact, ...]:
    facts = details.get(key)
    if not isinstance(facts, dict):
        return ()
    return tuple(Fact(text, said is True) for text, said in facts.items())


def _place(given: Mapping[str, JsonValue]) -> str:
    named = " › ".join(filter(None, (_text(given, "document"), _text(given, "heading"))))
    start, end = given.get("start"), given.get("end")
    return f"{named} {start}–{end}" if isinstance(start, int) and isinstance(end, int) else named


def _text(given: Mapping[str, JsonValue], key: str) -> str:
    value = given.get(key)
    if not isinstance(value, str):
        return ""
    return value if len(value) <= _MOST_TEXT_CHARS else value[:_MOST_TEXT_CHARS] + " …"


def _texts(given: Mapping[str, JsonValue], key: str) -> list[str]:
    value = given.get(key)
    listed: Sequence[JsonValue] = value if isinstance(value, list) else [value]
    return [_text({key: one}, key) for one in listed if isinstance(one, str)]


def _objects(given: Mapping[str, JsonValue], key: str) -> Iterable[Mapping[str, JsonValue]]:
    value = given.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
