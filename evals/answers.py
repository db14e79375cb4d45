"""Answers, measured: do claims follow from what they cite, is what matters said, is a no an honest one?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from coach.answer.sentences import Span, sentences
from coach.types import OUTLINE_FIELDS, Answer, Citation, Claim, Support
from evals.golden import GoldenItem
from evals.metrics.abstention import abstention
from evals.metrics.citations import CitationScores, CitedClaim, citation_scores
from evals.metrics.key_facts import names_fact
from evals.metrics.repetition import repetition
from evals.metrics.spoken import fits_time_box, spoken_minutes

Judge = Callable[[str, Sequence[str]], Support]
"""The support that passages, read together, give a claim."""
_SPOKEN_FIELDS = ("direct_answer", "steps")
_ANSWERED = ("citation_recall", "citation_precision", "quote_validity", "support_rate", "repetition")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one answer gave: metric values, and what a report shows beside them."""

    values: dict[str, float | None]
    details: dict[str, JsonValue]


def measure_answer(
    item: GoldenItem,
    answer: Answer,
    *,
    judge: Judge,
    read: Callable[[str], str],
    box_minutes: float | None,
) -> Measured:
    """Return the value of each metric that applies to an answer.

    An abstention has no claims, so nothing is said of citations; that it names none of the key facts of an
    answerable question is counted, for the reader got none of them.

    Args:
        item: What was asked and is expected.
        answer: What came of it.
        judge: Says whether spans support a claim.
        read: Document text by name; raises KeyError for a name that is not in the index.
        box_minutes: Time box of the page that answers the item; None if it has none.
    """
    claims = answer.outline.claims()
    said = _sentences(claims)
    facts = {fact: names_fact(fact, said) for fact in item.key_facts} if item.answerable else {}
    forbidden = {text: names_fact(text, said, only_asserted=True) for text in item.must_not}
    cited = [CitedClaim(claim.text, tuple(one.quote for one in claim.citations)) for claim in claims]
    scores = citation_scores(cited, lambda claim, spans: _as_verdict(judge(claim, spans)))
    values: dict[str, float | None] = {}
    if answer.status == "answered":
        values |= _of_answered(item, answer, scores, read)
        values |= _spoken(answer, box_minutes)
    elif answer.abstention:
        values["refusals_without_next_step"] = float(not answer.abstention.next_step.strip())
    if facts:
        values["key_fact_recall"] = _share(facts.values())
    if forbidden:
        values["must_not"] = _share(forbidden.values())
    values |= abstention(answerable=item.answerable, abstained=answer.status == "abstained")
    details: dict[str, JsonValue] = {
        "question": item.query,
        "answerable": item.answerable,
        "status": answer.status,
        "relevant": [one.model_dump(mode="json", exclude_none=True) for one in item.places],
        "abstention": answer.abstention.model_dump(mode="json") if answer.abstention else None,
        "claims": _claim_rows(item, answer, scores, read),
        "key_facts": dict(facts),
        "must_not": dict(forbidden),
    }
    return Measured(values, details)


def unscored_answer(item: GoldenItem) -> dict[str, float | None]:
    """Return the metrics of an item that could not be asked, each without a value."""
    facts = ("key_fact_recall",) if item.key_facts and item.answerable else ()
    forbidden = ("must_not",) if item.must_not else ()
    asked = abstention(answerable=item.answerable, abstained=False)
    return dict.fromkeys((*(_ANSWERED if item.answerable else ()), *facts, *forbidden, *asked))


def is_valid(citation: Citation, read: Callable[[str], str]) -> bool:
    """Return whether a citation's quote stands in its document exactly where it says, and is not blank."""
    try:
        text = read(citation.document)
    except KeyError:
        return False
    quoted = text[citation.start : citation.end] if citation.start >= 0 else ""
    return bool(quoted.strip()) and quoted == citation.quote


def _of_answered(
    item: GoldenItem, answer: Answer, scores: CitationScores, read: Callable[[str], str]
) -> dict[str, float | None]:
    claims = answer.outline.claims()
    citations = [citation for claim in claims for citation in claim.citations]
    values = {
        "citation_recall": scores.recall,
        "citation_precision": scores.precision,
        "quote_validity": _share(is_valid(one, read) for one in citations),
        "support_rate": answer.support_rate,
        "repetition": repetition([claim.text for claim in claims]),
    }
    if item.places:
        values["citation_relevance"] = _share(_is_relevant(one, item) for one in citations)
    return values


def _spoken(answer: Answer, box_minutes: float | None) -> dict[str, float | None]:
    """Return how long answer and steps take to say, and whether that fits the page's time box, if known."""
    claims = [claim for field in _SPOKEN_FIELDS for claim in getattr(answer.outline, field)]
    minutes = spoken_minutes(" ".join(claim.text for claim in claims))
    values: dict[str, float | None] = {"spoken_minutes": minutes}
    if box_minutes is not None:
        values["time_box"] = fits_time_box(minutes, box_minutes)
    return values


def _claim_rows(
    item: GoldenItem, answer: Answer, scores: CitationScores, read: Callable[[str], str]
) -> list[JsonValue]:
    fields = [(name, claim) for name in OUTLINE_FIELDS for claim in getattr(answer.outline, name)]
    return [
        {
            "field": name,
            "label": claim.label,
            "text": claim.text,
            "support": claim.support,
            "judged": "unchecked" if holds is None else "supported" if holds else "unsupported",
            "citations": [
                {
                    "document": one.document,
                    "heading": one.heading,
                    "start": one.start,
                    "end": one.end,
                    "quote": one.quote,
                    "valid": is_valid(one, read),
                    "precise": precise,
                    "relevant": _is_relevant(one, item),
                }
                for one, precise in zip(claim.citations, useful, strict=True)
            ],
        }
        for (name, claim), holds, useful in zip(fields, scores.supported, scores.useful, strict=True)
    ]


def _is_relevant(citation: Citation, item: GoldenItem) -> bool:
    return any(place.holds(citation) for place in item.places)


def _sentences(claims: Sequence[Claim]) -> list[str]:
    return [
        claim.text[span.start : span.end]
        for claim in claims
        for span in sentences(claim.text, Span(0, len(claim.text)))
    ]


def _as_verdict(support: Support) -> bool | None:
    return None if support == "unchecked" else support == "supported"


def _share(flags: Iterable[bool]) -> float | None:
    listed = list(flags)
    return sum(listed) / len(listed) if listed else None
