"""An outline composed from the found sections, without a model: every claim is a statement of a handbook."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from coach.answer.allot import Allotment, allot
from coach.answer.asked import compares, wants_questions
from coach.answer.digest import digest
from coach.answer.limits import LIMITS, Limits
from coach.answer.merge import Gathering
from coach.answer.questions import gather_questions, neighbours
from coach.answer.ranking import Candidate, Question, Source, weigh, weigh_request
from coach.types import Outline, OutlineField, Passage, RewrittenQuery
from ingest.contract import Level, ParsedDocument, Section

Load = Callable[[str], ParsedDocument]

# A section that did not win may add to the answer if it is nearly as relevant as the one that did, and a
# statement of it if it covers this much of the question.
_NEARLY = 0.75
_ADDS = 0.5
_FITS = 0.34
# A section that lacks this much of a comparison is one-sided; the other side knows this much of the rest.
_ONE_SIDED = 0.15
_SIDE = 0.5


def compose(query: RewrittenQuery, passages: Sequence[Passage], load: Load, *, level: Level) -> Outline:
    """Return an outline whose claims are quotes of the passages' sections, support "unchecked".

    Args:
        query: What was asked.
        passages: Ranked sections.
        load: Document by name.
        level: Whom it is for; decides how much is said.
    """
    sources = [
        source for passage in sorted(passages, key=lambda p: p.rank) for source in _source(passage, load)
    ]
    if not sources:
        return Outline()
    limits = LIMITS[level]
    gathering = Gathering()
    if wants_questions(query.original):
        gather_questions(gathering, sources, weigh_request(query), level, limits)
    if not gathering.count("steps"):
        _gather_answer(gathering, query, sources, weigh(query, sources), limits)
    return gathering.outline()


def _source(passage: Passage, load: Load) -> Iterator[Source]:
    document = load(passage.document)
    section = _section(document.sections, passage)
    if section is not None:
        yield Source(passage, document, section, digest(document, section))


def _section(sections: Sequence[Section], passage: Passage) -> Section | None:
    at = bisect_left(sections, passage.start, key=lambda section: section.start)
    if at < len(sections) and sections[at].id == passage.section_id:
        return sections[at]
    return next((section for section in sections if section.id == passage.section_id), None)


def _gather_answer(
    gathering: Gathering, query: RewrittenQuery, sources: Sequence[Source], question: Question, limits: Limits
) -> None:
    weighing = compares(query.original)
    leads = _leads(query, sources, question, weighing=weighing)
    made = [allot(source, question, limits) for source in leads]
    located = len(leads) > 1

    def gather(name: OutlineField, limit: int) -> None:
        offered = _share([allotment.of(name) for allotment in made], limit)
        gathering.extend(name, offered, limit=limit, located=located and name == "steps")

    for candidate in _direct(made, limits):
        gathering.add("direct_answer", candidate, located=located)
    gather("probing", limits.probing)
    weighed, asides = _asides(made, limits, weighing=weighing)
    gathering.extend("steps", weighed, limit=limits.steps, located=located)
    gather("steps", limits.steps + (len(weighed) and limits.asides))
    gathering.extend("steps", asides, limit=limits.steps + limits.asides)
    gather("numbers", limits.numbers)
    gather("signals", limits.signals)
    gather("traps", limits.traps)
    _supplement(gathering, [source for source in sources if source not in leads], leads[0], question, limits)
    gather("follow_ups", limits.follow_ups)
    gathering.extend("follow_ups", neighbours(sources, leads), limit=limits.follow_ups)


def _leads(
    query: RewrittenQuery, sources: Sequence[Source], question: Question, *, weighing: bool
) -> list[Source]:
    """Return the sections that answer: the best one of each part of the question, in the order of parts.

    A comparison asked as one question gets a second section if that knows terms which the first lacks.
    """
    usable = [source for source in sources if source.digest.statements] or list(sources)
    leads: list[Source] = []
    for part in range(max(1, len(query.parts))):
        best = next((source for source in usable if source.passage.part == part), None)
        if best is not None and best.section.id not in {lead.section.id for lead in leads}:
            leads.append(best)
    leads = leads or usable[:1]
    if weighing and len(leads) == 1:
        other = next((source for source in usable if _knows_other_side(source, leads[0], question)), None)
        leads += [other] if other else []
    return leads


def _knows_other_side(source: Source, lead: Source, question: Question) -> bool:
    """Return whether a section is headed by, and knows most of, what the lead leaves out."""
    known = _terms(lead)
    missing = 1.0 - question.coverage(known)
    heading = source.digest.heading
    return (
        missing >= _ONE_SIDED
        and _is_near(source, lead)
        and heading is not None
        and question.coverage(heading.terms - known) > 0
        and question.coverage(_terms(source) - known) >= _SIDE * missing
    )


def _terms(source: Source) -> frozenset[str]:
    heading = source.digest.heading
    own = heading.terms if heading else frozenset[str]()
    return own.union(*(statement.terms for statement in source.digest.statements))


def _is_near(source: Source, lead: Source) -> bool:
    return source is not lead and source.passage.relevance >= _NEARLY * lead.passage.relevance


def _share(lists: Sequence[Sequence[Candidate]], limit: int) -> list[Candidate]:
    """Return candidates of several sections in fair shares, better rank first, then what is left over.

    A section's candidates stay together: steps of two procedures in turn would make neither.
    """
    room, shares = limit, [0] * len(lists)
    while room > 0 and any(share < len(each) for share, each in zip(shares, lists, strict=True)):
        for place, each in enumerate(lists):
            if room > 0 and shares[place] < len(each):
                shares[place] += 1
                room -= 1
    fair = [candidate for share, each in zip(shares, lists, strict=True) for candidate in each[:share]]
    return fair + [candidate for share, each in zip(shares, lists, strict=True) for candidate in each[share:]]


def _direct(made: Sequence[Allotment], limits: Limits) -> list[Candidate]:
    """Return direct answers within the budget of words, in turn one sentence of each section."""
    lists = [allotment.of("direct_answer") for allotment in made]
    chosen: list[list[Candidate]] = [[] for _ in lists]
    is_open = [True] * len(lists)
    words = 0
    for turn in range(max(map(len, lists), default=0)):
        for place, each in enumerate(lists):
            if not is_open[place] or turn >= len(each):
                continue
            length = each[turn].statement.words
            # A section that must stop early stops for good: what follows would hang in the air.
            is_open[place] = turn == 0 or words + length <= limits.direct_words
            if is_open[place]:
                chosen[place].append(each[turn])
                words += length
    return [candidate for each in chosen for candidate in each]


def _asides(
    made: Sequence[Allotment], limits: Limits, *, weighing: bool
) -> tuple[list[Candidate], list[Candidate]]:
    """Return the trade-offs and table rows to say before the steps, and what to say after them.

    They come first if two things are weighed; a callout closes.
    """
    offered = [candidate for allotment in made for candidate in allotment.asides]
    if not weighing:
        closing = [c for c in offered if c.statement.kind != "table" or c.coverage >= _FITS]
        return [], _top(closing, limits.asides)
    weighed = [candidate for candidate in offered if candidate.statement.kind != "callout"]
    callouts = [candidate for candidate in offered if candidate.statement.kind == "callout"]
    return _top(weighed, limits.asides + 1), _top(callouts, 1)


def _top(candidates: Sequence[Candidate], limit: int) -> list[Candidate]:
    """Return the candidates of the highest scores, in the order in which they came."""
    chosen = set(sorted(candidates, key=lambda candidate: -candidate.score)[:limit])
    return [candidate for candidate in candidates if candidate in chosen]


def _supplement(
    gathering: Gathering, others: Sequence[Source], lead: Source, question: Question, limits: Limits
) -> None:
    """Add what nearly as relevant sections say on the question to fields that are less than half full."""
    for source in others:
        if not _is_near(source, lead):
            continue
        made = allot(source, question, limits)
        _add(gathering, "steps", made.of("direct_answer") + made.of("steps"), limits.steps // 2)
        _add(gathering, "numbers", made.of("numbers"), limits.numbers // 2)
        _add(gathering, "traps", made.of("traps"), limits.traps // 2)


def _add(gathering: Gathering, name: OutlineField, candidates: Sequence[Candidate], limit: int) -> None:
    for candidate in candidates:
        if candidate.coverage < _ADDS:
            gathering.lend(candidate)
        else:
            gathering.extend(name, [candidate], limit=limit, located=True)
