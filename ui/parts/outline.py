"""An answer as the page shows it: sections of claims, numbered citations, notices."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ui.asking import Progress
from ui.models import OUTLINE_FIELDS, Abstention, Answer, Citation, Claim, Place
from ui.parts.passage import read_passage
from ui.parts.plain import visible

TITLES = {
    "direct_answer": "Direct answer",
    "steps": "Steps",
    "numbers": "Numbers",
    "traps": "Traps",
    "probing": "What they are really probing",
    "signals": "Signals by level",
    "follow_ups": "Follow-ups",
}
REASONS = {
    "empty": "There is nothing to search",
    "off_topic": "Outside the handbook’s field",
    "not_covered": "The handbook does not cover this",
    "instruction": "That is an instruction, not a question",
    "other_language": "Not in the handbook’s language",
}
_MISSING = {
    "reranker": "the found sections are in the order of the search, not in the better order of the reranker",
    "writer": "quotes complete what the model could not write",
}


Style = Literal["prose", "numbered", "bullets", "asks"]
_STYLES: dict[str, Style] = {"direct_answer": "prose", "steps": "numbered", "follow_ups": "asks"}


class Said(NamedTuple):
    """A claim with the label before it; it may be empty."""

    label: str
    claim: Claim


class Part(NamedTuple):
    """A titled part of the answer; a field of the outline may give several."""

    field: str
    title: str
    style: Style
    said: tuple[Said, ...]


class Reference(NamedTuple):
    """A numbered citation."""

    number: int
    citation: Citation


def number_citations(progress: Progress) -> dict[tuple[str, int, int], Reference]:
    """Return place -> reference; equal citations share a number, in the order of reading.

    While claims still come, numbers may move: a later claim can belong to an earlier part.
    """
    references: dict[tuple[str, int, int], Reference] = {}
    for part in parts_of(progress):
        for said in part.said:
            for citation in said.claim.citations:
                place = (citation.document, citation.start, citation.end)
                references.setdefault(place, Reference(len(references) + 1, citation))
    return references


def parts_of(progress: Progress) -> list[Part]:
    """Return the parts of an answer as they are shown.

    What the handbook does not call a step has a part of its own under the handbook's name for it, and so
    has what another page answers; that stands among the follow-ups.
    """
    answers = bool(progress.claims.get("direct_answer"))
    parts: dict[tuple[str, str], Part] = {}
    for name in OUTLINE_FIELDS:
        for claim in progress.claims.get(name, ()):
            title, style, label = _setting(name, claim, answers=answers)
            above = parts.get((name, title), Part(name, title, style, ()))
            parts[name, title] = above._replace(said=(*above.said, Said(label, claim)))
    return list(parts.values())


def _setting(name: str, claim: Claim, *, answers: bool) -> tuple[str, Style, str]:
    """Return title and style of the part in which a claim stands, and the label before it."""
    label = visible(claim.label)
    names_page = any(label in visible(citation.heading) for citation in claim.citations)
    if name == "steps" and label and not names_page:
        return label, "bullets", ""
    if name == "follow_ups" and label and names_page and answers:
        return f"Another page on this: {label}", "prose", ""
    return TITLES[name], _STYLES.get(name, "bullets"), label


def trail(place: Place | Citation) -> str:
    """Return where something stands, outermost heading first."""
    return " › ".join(visible(name) for name in (*place.path, place.heading) if name)


def support(progress: Progress) -> tuple[int, int]:
    """Return how many of the claims shown are supported, and how many there are."""
    claims = [claim for several in progress.claims.values() for claim in several]
    return sum(claim.support == "supported" for claim in claims), len(claims)


def notices(progress: Progress) -> list[str]:
    """Return what a reader has to know of the answer before trusting it."""
    told = [f"Degraded answer: {_missing(word)}." for word in dict.fromkeys(progress.degraded)]
    if progress.corpus_changed:
        told.append(
            "The handbook has changed since this answer was given; marked passages may have moved. "
            "Ask again for a fresh one."
        )
    return told


def _missing(word: str) -> str:
    name, _, rest = word.partition(":")
    if name == "model":
        return f"a model did not answer and the next was asked ({visible(rest).strip()})"
    if name == "switch":
        return f"the service is limited for now ({visible(rest).strip()})"
    if name == "budget":
        return f"the budget for {visible(rest).strip()} was used up"
    return _MISSING.get(word, f"made without {visible(word)}")


def as_data(progress: Progress) -> dict[str, object]:
    """Return an answer as the JSON that ui/components/answer.js draws; every string in it is plain text."""
    references = number_citations(progress)
    answer = progress.answer
    supported, total = support(progress)
    return {
        "id": answer.id if answer else "",
        "question": visible(progress.question),
        "level": progress.level,
        "standalone": visible(answer.standalone) if answer else "",
        "settled": progress.is_settled,
        "supported": supported,
        "total": total,
        "facts": _facts(answer) if answer else [],
        "notices": notices(progress),
        "sections": [
            {
                "field": part.field,
                "title": part.title,
                "style": part.style,
                "claims": [_claim(said, references) for said in part.said],
            }
            for part in parts_of(progress)
        ],
        "references": [_reference(one) for one in references.values()],
        "abstention": _card(answer.abstention) if answer and answer.abstention else None,
    }


def _facts(answer: Answer) -> list[str]:
    facts = [f"for {answer.level}"]
    if answer.model:
        facts.append(f"written by {visible(answer.model)}")
    if answer.dropped:
        facts.append(f"{answer.dropped} unproved left out")
    if "total" in answer.timing_ms:
        facts.append(f"{answer.timing_ms['total']:.0f} ms")
    return facts


def _claim(said: Said, references: dict[tuple[str, int, int], Reference]) -> dict[str, object]:
    label, claim = said
    places = ((one.document, one.start, one.end) for one in claim.citations)
    return {
        "text": visible(claim.text),
        "label": label,
        "support": claim.support,
        "refs": list(dict.fromkeys(references[place].number for place in places)),
    }


def _reference(reference: Reference) -> dict[str, object]:
    citation = reference.citation
    return {
        "number": reference.number,
        "document": visible(citation.document),
        "trail": trail(citation),
        "start": citation.start,
        "end": citation.end,
        "quote": _reading(citation.quote),
    }


def _reading(quote: str) -> str:
    """Return a quote without the signs that only dress it."""
    blocks = read_passage(visible(quote), 0)
    return " ".join("".join(run.text for run in cell) for block in blocks for cell in block.cells)


def _card(abstention: Abstention) -> dict[str, object]:
    return {
        "title": REASONS.get(abstention.reason, "No answer from the handbook"),
        "message": visible(abstention.message),
        "next": visible(abstention.next_step),
        "nearest": [
            {"document": near.document, "trail": trail(near), "start": near.start, "end": near.end}
            for near in abstention.nearest
        ],
    }
