"""What an interviewer needs for one question, all of it quoted from the handbook."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from coach.answer.digest import digest, heading
from coach.answer.plain import plain
from coach.answer.statements import Statement
from coach.answer.verify import verify
from coach.errors import NotFoundError
from coach.guard.screened import is_aside
from coach.recruit.contract import ChosenQuestion, PoolQuestion
from coach.recruit.rubric import Citer, Rubric, head_of, read_rubric
from coach.types import Citation, Claim, Outline, OutlineField
from ingest.contract import Frozen, ParsedDocument, PartKind, Section

_FIELDS: dict[PartKind, OutlineField] = {
    "direct_answer": "direct_answer",
    "body": "direct_answer",
    "step": "steps",
    "number": "numbers",
    "trap": "traps",
    "signal": "signals",
    "probing": "probing",
}
_MOST: dict[OutlineField, int] = {"direct_answer": 8, "numbers": 4, "traps": 5}
_MOST_OTHERS = 8
_ASKED = re.compile(r"[^?]*\?")
# Said when a key point has not come up; none of them gives it away.
NEUTRAL = (
    "What else would you look at here, and why?",
    "How would you know that it worked?",
    "What could go wrong with that, and what would you do then?",
    "How would you go about this with half the time?",
)
_ASK_AS_WRITTEN = (
    "Ask the question as it is written, to every candidate, and give no hint that the page below would give.",
    "Ask nothing about age, family, health, origin, belief or plans in private life, also not as small talk.",
)
_BY_KIND = {
    "behavioural": "Ask for no names and no confidential figures of an employer; what was done is enough.",
    "design": "Do not ask for the product that you use; the reasoning counts, not the name of a tool.",
    "debugging": "Do not confirm or deny the cause while the candidate still narrows it down.",
    "scenario": "Do not add facts that other candidates were not given.",
    "conceptual": "Do not ask for a definition word for word; ask what follows from it.",
}


class Probe(Frozen):
    """A further question, as it is asked.

    Attributes:
        ask: The words.
        when: What must not have come up for it to be asked; empty means that it follows the answer.
        listen_for: What the handbook says to it; empty where that is the anchor of the key point.
        citation: Where it stands, or the key point that it is for.
    """

    ask: str
    when: str = ""
    listen_for: str = ""
    citation: Citation


class QuestionPack(Frozen):
    """A question of a set, ready to be asked and judged by a person.

    Attributes:
        source: The page's heading; the page is `question.start` to `question.end` of its document.
        outline: What a full answer says, each claim with its quote.
        probes: At least those for which the set leaves time come first; `asked` is how many that are.
        red_flags: What to be wary of, each with its quote.
        do_not_ask: Sentences for the interviewer.
    """

    question: PoolQuestion
    minutes: float
    reasons: tuple[str, ...]
    source: Citation
    outline: Outline
    rubric: Rubric
    probes: tuple[Probe, ...]
    asked: int
    red_flags: tuple[Claim, ...]
    do_not_ask: tuple[str, ...]

    def citations(self) -> tuple[Citation, ...]:
        """Return every citation of the pack."""
        return (
            self.source,
            *(one for claim in (*self.outline.claims(), *self.red_flags) for one in claim.citations),
            *(point.citation for point in self.rubric.points),
            *(anchor.citation for point in self.rubric.points for anchor in point.anchors),
            *(probe.citation for probe in self.probes),
        )


def make_pack(chosen: ChosenQuestion, load: Callable[[str], ParsedDocument]) -> QuestionPack:
    """Return the pack of a question.

    Raises:
        NotFoundError: The index does not hold the question any more.
    """
    parsed, section = find_section(chosen.question, load)
    citer = Citer(parsed, section)
    statements = digest(parsed, section).statements
    title = heading(parsed, section)
    outline = verify(_outline(citer, statements), load).outline
    parts = [one for one in section.parts if not is_aside(parsed, section, one.start, one.end, is_code=False)]
    rubric = read_rubric(citer, parts, statements)
    source = citer.cite(title.start, title.end) if title else citer.cite(section.start, section.end)
    probes = (*_follow_ups(citer, statements), *_neutral(rubric, source))
    return QuestionPack(
        question=chosen.question,
        minutes=chosen.minutes,
        reasons=chosen.reasons,
        source=source,
        outline=outline.model_copy(update={"traps": ()}),
        rubric=rubric,
        probes=probes,
        asked=min(chosen.probes, len(probes)),
        red_flags=outline.traps,
        do_not_ask=tuple(_do_not_ask(chosen.question, outline)),
    )


def find_section(
    question: PoolQuestion, load: Callable[[str], ParsedDocument]
) -> tuple[ParsedDocument, Section]:
    """Return the page of a question. Raises NotFoundError if the index does not hold it any more."""
    try:
        parsed = load(question.document)
    except KeyError as error:
        raise NotFoundError(f"there is no document {question.document!r} any more") from error
    section = next((one for one in parsed.sections if one.id == question.id), None)
    if section is None:
        raise NotFoundError(f"there is no question {question.text!r} any more", hint="Build the set anew.")
    return parsed, section


def _outline(citer: Citer, statements: Sequence[Statement]) -> Outline:
    fields: dict[OutlineField, list[Claim]] = {}
    for one in statements:
        name = _FIELDS.get(one.kind)
        if name is None or one.shape == "code":
            continue
        held = fields.setdefault(name, [])
        if len(held) < _MOST.get(name, _MOST_OTHERS):
            label = one.label if one.kind == "signal" else ""
            citations = (citer.cite(one.start, one.end),)
            held.append(Claim(text=one.text, support="unchecked", citations=citations, label=label))
    return Outline(**{name: tuple(claims) for name, claims in fields.items()})


def _follow_ups(citer: Citer, statements: Sequence[Statement]) -> Iterator[Probe]:
    for one in statements:
        if one.kind == "follow_up":
            citation = citer.cite(one.start, one.end)
            asked = _ASKED.match(one.text)
            ask = asked[0] if asked else f"{head_of(citation.quote)}?"
            said = plain(citation.quote)
            yield Probe(ask=ask, listen_for=said.removeprefix(ask).strip(), citation=citation)


def _neutral(rubric: Rubric, source: Citation) -> Iterator[Probe]:
    """Yield a probe for each key point of a rubric, or some that fit any page if there is none."""
    if rubric.derived:
        yield from (Probe(ask=ask, citation=source) for ask in NEUTRAL)
        return
    for place, point in enumerate(rubric.points):
        yield Probe(ask=NEUTRAL[place % len(NEUTRAL)], when=point.name, citation=point.citation)


def _do_not_ask(question: PoolQuestion, outline: Outline) -> Iterator[str]:
    yield from _ASK_AS_WRITTEN
    if question.kind in _BY_KIND:
        yield _BY_KIND[question.kind]
    if outline.numbers:
        yield "Do not ask for the figures by heart; how a candidate arrives at a size is what counts."
