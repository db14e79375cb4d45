"""One section's statements, each put where it belongs in an outline.

Typed parts go to the field of their type; what the handbook does not type is read as prose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coach.answer.asked import levels_named
from coach.answer.limits import Limits
from coach.answer.prose import in_order, openers, read_prose, spoken_words
from coach.answer.ranking import Candidate, Question, Source, rank
from coach.types import OutlineField
from ingest.contract import PartKind

_FIELD_OF: Mapping[PartKind, OutlineField] = {
    "direct_answer": "direct_answer",
    "step": "steps",
    "number": "numbers",
    "trap": "traps",
    "probing": "probing",
    "signal": "signals",
    "follow_up": "follow_ups",
}
# A row of an example says what was assumed for it as if it held; the sentence above its table tells.
_EXAMPLE = re.compile(r"\bexample", re.IGNORECASE)
# A labelled answer this much over the budget is an article, and is read as prose.
_ARTICLE = 1.4
# How much more of the question a statement must cover than heading and direct answer to be said first.
_POINTED = 0.15
_POINTED_AT_LEAST = 0.5
_OPENING = 2
_OPENING_WORDS = 50
_MAX_CODES = 2


@dataclass(slots=True)
class Allotment:
    """What one section offers to each field, in the order in which to say it.

    Attributes:
        point: The statement that was moved to the front of the direct answer, if one was.
    """

    fields: dict[OutlineField, list[Candidate]] = field(default_factory=dict)
    asides: list[Candidate] = field(default_factory=list)
    prose: list[Candidate] = field(default_factory=list)
    codes: list[Candidate] = field(default_factory=list)
    point: Candidate | None = None

    def of(self, name: OutlineField) -> list[Candidate]:
        """Return the candidates of one field."""
        return self.fields.get(name, [])


def allot(source: Source, question: Question, limits: Limits) -> Allotment:
    """Return a section's statements by field; a statement stands in one field only."""
    made = _by_kind(rank(source, question))
    _settle_direct_answer(made, limits)
    _say_the_point_first(made, source, question)
    taken = set(made.of("direct_answer"))
    made.fields |= read_prose((c for c in made.prose if c not in taken), made.fields, limits)
    _settle_steps(made, question)
    _open_with_something(made)
    made.fields["signals"] = for_level(made.of("signals"), limits)
    return made


def for_level(signals: Sequence[Candidate], limits: Limits) -> list[Candidate]:
    """Return the signals of the levels asked for, most wanted first, then those that name no level."""
    placed: list[tuple[int, Candidate]] = []
    for candidate in signals:
        named = levels_named(candidate.statement.label) or levels_named(candidate.statement.text)
        wanted = [limits.signals_of.index(level) for level in named if level in limits.signals_of]
        if wanted or not named:
            placed.append((min(wanted, default=len(limits.signals_of)), candidate))
    return [candidate for _, candidate in sorted(placed, key=lambda pair: pair[0])]


def _by_kind(candidates: Sequence[Candidate]) -> Allotment:
    made = Allotment()
    for candidate in candidates:
        kind = candidate.statement.kind
        if kind in _FIELD_OF and (kind == "direct_answer" or not candidate.statement.cues.is_filler):
            made.fields.setdefault(_FIELD_OF[kind], []).append(candidate)
        elif kind in ("trade_off", "callout"):
            made.asides.append(candidate)
        elif kind == "code":
            made.codes.append(candidate)
        elif not candidate.statement.cues.is_filler:
            made.prose.append(candidate)
    if made.of("steps"):
        rows = (candidate for candidate in made.prose if candidate.statement.kind == "table")
        made.asides += [row for row in rows if not _EXAMPLE.search(row.statement.label)]
        made.prose = [candidate for candidate in made.prose if candidate.statement.kind != "table"]
    return made


def _settle_direct_answer(made: Allotment, limits: Limits) -> None:
    """Keep the labelled answer unless it is an article; without one, prose gives the opening."""
    labelled = made.of("direct_answer")
    if spoken_words(labelled) > _ARTICLE * limits.direct_words:
        made.prose, labelled = in_order([*labelled, *made.prose]), []
    said = [c for c in labelled if not (c.statement.cues.is_filler or c.statement.cues.leads_in)]
    made.fields["direct_answer"] = said or labelled or openers(made.prose, limits)


def _say_the_point_first(made: Allotment, source: Source, question: Question) -> None:
    """Move the statement that the question is really about to the front of the direct answer.

    A page often answers a narrower question in a step or a follow-up; what covers more of the question
    than heading and direct answer together is that answer. A number is one if a number was asked for.
    """
    heading = source.digest.heading
    said = set(heading.terms if heading else ()).union(*(c.statement.terms for c in made.of("direct_answer")))
    bar = max(question.coverage(said) + _POINTED, _POINTED_AT_LEAST)
    names: list[OutlineField] = ["steps", "follow_ups", "traps"]
    if question.asks_quantity:
        names.insert(0, "numbers")
    rivals = [c for name in names for c in made.of(name)] + made.asides
    pointed = [c for c in rivals if c.coverage >= bar and not c.statement.cues.asks]
    if not pointed:
        return
    point = max(pointed, key=lambda candidate: (candidate.coverage, candidate.score))
    for name in names:
        made.fields[name] = [candidate for candidate in made.of(name) if candidate is not point]
    made.asides = [candidate for candidate in made.asides if candidate is not point]
    made.fields["direct_answer"] = [point, *made.of("direct_answer")]
    made.point = point


def _settle_steps(made: Allotment, question: Question) -> None:
    """Let trade-offs be the steps of a page without others, and code be steps where it is the answer."""
    if not made.of("steps"):
        made.fields["steps"] = in_order(c for c in made.asides if c.statement.kind != "callout")
        made.asides = [candidate for candidate in made.asides if candidate.statement.kind == "callout"]
    if question.asks_code or not (made.of("steps") or made.of("direct_answer")):
        made.fields["steps"] = made.of("steps") + made.codes[:_MAX_CODES]


def _open_with_something(made: Allotment) -> None:
    """Let the first steps, or whatever the page holds, answer where nothing else does."""
    names: tuple[OutlineField, ...] = ("steps", "numbers", "traps", "signals")
    for name in names:
        sayable = [candidate for candidate in made.of(name) if candidate.statement.kind != "code"]
        if made.of("direct_answer") or not sayable:
            continue
        is_short = spoken_words(sayable[:_OPENING]) <= _OPENING_WORDS
        opening = sayable[: _OPENING if is_short else 1]
        made.fields["direct_answer"] = opening
        made.fields[name] = [candidate for candidate in made.of(name) if candidate not in opening]
