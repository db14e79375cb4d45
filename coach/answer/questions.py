"""Questions as claims: for a request for questions, and for what may be asked next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from coach.answer.allot import for_level
from coach.answer.digest import Digest, heading
from coach.answer.limits import Limits
from coach.answer.merge import Gathering
from coach.answer.ranking import Candidate, Question, Source, rank
from coach.types import OutlineField
from ingest.contract import Level, PartKind

_MAX_SIBLINGS = 3
# What a heading must cover of a request to be offered although the search did not bring its section.
_FITS = 0.3
# A mock interview needs the breadth of several questions, so each lends a few parts only.
_LENT: Mapping[PartKind, OutlineField] = MappingProxyType(
    {"probing": "probing", "signal": "signals", "follow_up": "follow_ups"}
)
_LENT_EACH = 2


def neighbours(
    sources: Sequence[Source], leads: Sequence[Source], told: Sequence[Source]
) -> Iterator[Candidate]:
    """Yield question headings near the answer: those of other found sections, then those that follow it.

    Those of the sections that were told are left out.
    """
    known = {source.section.id for source in (*leads, *told)}
    for source in sources:
        if source.section.id not in known and source.digest.is_question:
            yield from _title(source)
    for lead in leads:
        following = (title for title in _siblings(lead) if title.section.id not in known)
        for title in islice(following, _MAX_SIBLINGS):
            yield from _title(title)


def gather_questions(
    gathering: Gathering, sources: Sequence[Source], question: Question, level: Level, limits: Limits
) -> None:
    """Gather fitting questions as steps, with what each probes, its follow-ups and the level's signals."""
    found = [source for source in sources if source.digest.is_question]
    for is_for in (True, False):
        for source in sources:
            if _is_for(source, level) is is_for:
                asked = _title(source) if source.digest.is_question else _asked_in_text(source, question)
                gathering.extend("steps", asked, limit=limits.steps)
    gathering.extend("steps", _unfound(sources, question, level), limit=limits.steps)
    for source in found or sources:
        lent: dict[OutlineField, list[Candidate]] = {}
        for candidate in rank(source, question):
            name = _LENT.get(candidate.statement.kind)
            if name is not None:
                lent.setdefault(name, []).append(candidate)
        lent["signals"] = for_level(lent.get("signals", []), limits)
        for name, candidates in lent.items():
            limit = limits.steps if name == "probing" else getattr(limits, name)
            gathering.extend(name, candidates[:_LENT_EACH], limit=limit, located=True)


def _title(source: Source) -> Iterator[Candidate]:
    if source.digest.heading is not None:
        yield Candidate(source.digest.heading, source)


def _is_for(source: Source, level: Level) -> bool:
    tags = source.section.question
    return tags is None or not tags.levels or level in tags.levels


def _asked_in_text(source: Source, question: Question) -> list[Candidate]:
    """Return the questions in the text of a section, best first."""
    asked = [candidate for candidate in rank(source, question) if candidate.statement.cues.asks]
    return sorted(asked, key=lambda candidate: -candidate.score)


def _unfound(sources: Sequence[Source], question: Question, level: Level) -> list[Candidate]:
    """Return fitting question headings elsewhere in the documents that were found, best first."""
    documents = {source.passage.document: source for source in reversed(sources)}
    others = [
        Candidate(title.digest.heading, title, coverage=question.coverage(title.digest.heading.terms))
        for source in documents.values()
        for title in _titles(source, 0)
        if title.digest.heading is not None and _is_for(title, level)
    ]
    fitting = [candidate for candidate in others if candidate.coverage >= _FITS]
    return sorted(fitting, key=lambda candidate: (-candidate.coverage, candidate.source.section.start))


def _siblings(lead: Source) -> Iterator[Source]:
    """Yield the question sections after a section, under the same headings as it."""
    sections = lead.document.sections
    at = next(
        (place for place, section in enumerate(sections) if section.id == lead.section.id), len(sections)
    )
    for title in _titles(lead, at + 1):
        if title.section.path == lead.section.path:
            yield title


def _titles(source: Source, first: int) -> Iterator[Source]:
    """Yield the question sections of a source's document from one place on, without their statements."""
    for section in islice(source.document.sections, first, None):
        title = heading(source.document, section)
        if title is not None and (section.question is not None or title.cues.asks):
            yield Source(source.passage, source.document, section, Digest((), title, is_question=True))
