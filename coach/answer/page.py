"""An answer laid out for reading: titled sections, numbered citations and the list that they point to.

Every text in it is safe to print and still plain: whoever renders it escapes it for the medium.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from coach.answer.asked import wants_questions
from coach.answer.plain import printable, printable_lines
from coach.types import OUTLINE_FIELDS, AbstentionReason, Answer, Citation, Claim, OutlineField
from ingest.labels import is_label

MAX_QUOTE_CHARS = 120

Style = Literal["prose", "numbered", "bullets"]

_TITLES: dict[OutlineField, str] = {
    "direct_answer": "Direct answer",
    "probing": "What they are really probing",
    "steps": "Steps",
    "numbers": "Numbers",
    "signals": "Signals by level",
    "traps": "Traps",
    "follow_ups": "Follow-ups",
}
_STYLES: dict[OutlineField, Style] = {"direct_answer": "prose", "steps": "numbered"}
REASONS: dict[AbstentionReason, str] = {
    "empty": "There is nothing to search.",
    "off_topic": "The question seems to lie outside the handbook's field.",
    "not_covered": "The handbook does not cover this question.",
    "instruction": "This is an instruction, not a question.",
    "other_language": "The question is not in the handbook's language.",
}


class Line(NamedTuple):
    """A claim as it is read; `label` is empty where it repeats that of the line above.

    A `text` of several lines is code.
    """

    text: str
    label: str
    references: tuple[int, ...]
    is_partial: bool


class Block(NamedTuple):
    """A titled part of the page; a field of the outline may give several."""

    field: OutlineField
    title: str
    style: Style
    lines: tuple[Line, ...]


class Setting(NamedTuple):
    """How a claim is set: in the part of this title and style, with this label before it or none."""

    title: str
    style: Style
    label: str


class Reference(NamedTuple):
    """A numbered citation; `trail` names the place, outermost heading first."""

    number: int
    document: str
    trail: tuple[str, ...]
    start: int
    end: int
    quote: str


class Page(NamedTuple):
    """What a reader sees of an answer; the references of one section stand together."""

    question: str
    facts: tuple[str, ...]
    degraded: str
    blocks: tuple[Block, ...]
    references: tuple[Reference, ...]


def lay_out(answer: Answer) -> Page:
    """Return the page of an answer; equal citations share a number, in the order of reading."""
    numbers: dict[tuple[str, int, int], int] = {}
    references: list[Reference] = []

    def refer(citation: Citation) -> int:
        place = (citation.document, citation.start, citation.end)
        if place not in numbers:
            numbers[place] = len(numbers) + 1
            references.append(_reference(numbers[place], citation))
        return numbers[place]

    blocks: list[Block] = []
    for name in OUTLINE_FIELDS:
        for (title, style), claims in _parts(answer, name).items():
            lines: list[Line] = []
            above = ""
            for label, claim in claims:
                cited = tuple(dict.fromkeys(refer(citation) for citation in claim.citations))
                shown = "" if label == above else label
                text = printable_lines(claim.text) if "\n" in claim.text else printable(claim.text)
                lines.append(Line(text, shown, cited, claim.support == "partial"))
                above = label
            blocks.append(Block(name, title, style, tuple(lines)))
    return Page(
        printable(answer.question), _facts(answer), _degraded(answer), tuple(blocks), tuple(references)
    )


def _parts(answer: Answer, name: OutlineField) -> dict[tuple[str, Style], list[tuple[str, Claim]]]:
    """Return the labelled claims of a field by the part of the page in which they are set."""
    question, answers = answer.standalone or answer.question, bool(answer.outline.direct_answer)
    parts: dict[tuple[str, Style], list[tuple[str, Claim]]] = {}
    for claim in getattr(answer.outline, name):
        title, style, label = set_claim(name, claim, question, answers=answers)
        parts.setdefault((title, style), []).append((label, claim))
    return parts


def set_claim(name: OutlineField, claim: Claim, question: str, *, answers: bool) -> Setting:
    """Return how a claim of a field is set.

    What the handbook does not call a step has a part of its own under the handbook's name for it, and so
    has what another page answers; that stands among the follow-ups.

    Args:
        name: The field.
        claim: The claim.
        question: What was asked, standing alone.
        answers: Whether there is a direct answer; if not, the pages lend their questions.
    """
    label = printable(claim.label)
    if name == "steps" and is_label(label.rpartition(" > ")[2]):
        return Setting(label, "bullets", "")
    of_page = any(label in printable(citation.heading) for citation in claim.citations)
    if name == "follow_ups" and answers and label and of_page:
        return Setting(f"Another page on this: {label}", "prose", "")
    return Setting(title_of(name, question), _STYLES.get(name, "bullets"), label)


def shortened(text: str, max_chars: int) -> str:
    """Return a text of at most `max_chars`, cut between words where it is longer.

    >>> shortened("one two three", 9)
    'one two …'
    """
    text = printable(text)
    if len(text) <= max_chars:
        return text
    head = text[: max_chars - 1]
    return (head[: head.rfind(" ") + 1] or head) + "…"


def _reference(number: int, citation: Citation) -> Reference:
    trail = tuple(printable(heading) for heading in (*citation.path, citation.heading) if heading)
    quote = shortened(citation.quote, MAX_QUOTE_CHARS)
    return Reference(number, printable(citation.document), trail, citation.start, citation.end, quote)


def title_of(name: OutlineField, question: str) -> str:
    """Return the title of a part of the answer to a question that stands alone."""
    return "Questions to ask" if name == "steps" and wants_questions(question) else _TITLES[name]


def _facts(answer: Answer) -> tuple[str, ...]:
    facts = [answer.status, f"for {answer.level}"]
    if answer.support_rate is not None:
        claims = answer.outline.claims()
        supported = sum(claim.support == "supported" for claim in claims)
        facts.append(f"{supported} of {len(claims)} claims supported")
    if answer.model:
        facts.append(f"written by {printable(answer.model)}")
    if answer.dropped:
        facts.append(f"{answer.dropped} dropped")
    if "total" in answer.timing_ms:
        facts.append(f"{answer.timing_ms['total']:.0f} ms")
    return tuple(facts)


def _degraded(answer: Answer) -> str:
    """Return what is missing and, in brackets, what happened ("model:openai/a→outline: timeout")."""
    told = [printable(what) for what in answer.degraded]
    missing = ", ".join(what for what in told if ":" not in what)
    happened = ", ".join(what for what in told if ":" in what)
    pieces = [f"answered without {missing}" if missing else "", f"({happened})" if happened else ""]
    return f"Degraded: {' '.join(piece for piece in pieces if piece)}." if told else ""
