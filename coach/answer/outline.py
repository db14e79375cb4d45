"""An outline composed from the found sections, without a model: every claim is a statement of a handbook."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from coach.answer.allot import Allotment, allot
from coach.answer.asked import compares, wants_questions
from coach.answer.digest import digest
from coach.answer.limits import LIMITS, Limits
from coach.answer.merge import Gathering
from coach.answer.questions import gather_questions, neighbours
from coach.answer.ranking import Candidate, Question, Source, weigh, weigh_request
from coach.types import Outline, OutlineField, Passage, RewrittenQuery
from ingest.analysis import terms, words
from ingest.contract import Level, ParsedDocument, Section

Load = Callable[[str], ParsedDocument]

# A section that did not win may add to the answer if it is nearly as relevant as the one that did, and a
# statement of it if it covers this much of the question.
_NEARLY = 0.75
_ADDS = 0.5
_FITS = 0.34
# A section this near to the first is about as likely to be the one that was meant.
_AS_FIT = 0.9
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
    others = [source for source in sources if source not in leads]
    measures = _measures(query, sources, leads) if len(leads) > 1 else {}
    made = [allot(source, measures.get(source.passage.part, question), limits) for source in leads]
    located = len(leads) > 1

    def gather(name: OutlineField, limit: int) -> None:
        gathering.extend(name, chain.from_iterable(each.of(name) for each in made), limit=limit)

    for source, allotment in zip(leads, made, strict=True):
        for candidate in _direct(allotment, limits):
            gathering.add("direct_answer", candidate, located=located or not _is_asked(source, query))
    gather("probing", limits.probing)
    _gather_steps(gathering, made, limits, weighing=weighing, located=located)
    gather("numbers", limits.numbers)
    gather("signals", limits.signals)
    gather("traps", limits.traps)
    best = max(leads, key=lambda source: source.passage.relevance)
    _supplement(gathering, others, best, question, limits)
    gather("follow_ups", limits.follow_ups)
    told = [source for source in others if _is_near(source, best, _AS_FIT)][: limits.runners_up]
    gathering.extend("follow_ups", neighbours(sources, leads, told), limit=limits.follow_ups)
    for source in told:
        for candidate in _direct(allot(source, question, limits), limits):
            gathering.add("follow_ups", candidate, located=True)


def _is_asked(source: Source, query: RewrittenQuery) -> bool:
    """Return whether the heading of a section is the question itself; an answer to it needs no other."""
    heading = source.digest.heading
    return heading is not None and words(heading.text) == words(query.original)


def _gather_steps(
    gathering: Gathering, made: Sequence[Allotment], limits: Limits, *, weighing: bool, located: bool
) -> None:
    """Add the steps of the first section that has some: halves of two procedures would make neither.

    Where two sections answer, the second answer is said in the time of the steps that are left out.
    """
    most, closing = limits.steps // len(made), limits.asides // len(made)
    weighed, asides = _asides(made[0], closing, weighing=weighing)
    gathering.extend("steps", weighed, limit=most, located=located)
    steps: Sequence[Candidate] = next((each.of("steps") for each in made if each.of("steps")), ())
    gathering.extend("steps", steps, limit=most + (len(weighed) and closing), located=located)
    gathering.extend("steps", asides, limit=most + closing)


def _leads(
    query: RewrittenQuery, sources: Sequence[Source], question: Question, *, weighing: bool
) -> list[Source]:
    """Return the sections that answer: the best one, and those of the parts that stand alone, in their order.

    For a comparison also the one that knows its other side. The best one stands for the first part that has
    no section of its own; where every part has one, it is one of them or mostly about something between.
    """
    usable = [source for source in sources if source.digest.statements] or list(sources)
    leads = usable[:1]
    if len(query.parts) > 1:
        of_parts = {source.passage.part: source for source in usable if source.passage.part is not None}
        open_parts = [place for place in range(len(query.parts)) if place not in of_parts]
        if leads[0] not in of_parts.values() and open_parts:
            of_parts[open_parts[0]] = leads[0]
        leads = [source for _, source in sorted(of_parts.items())] or leads
    if weighing and len(leads) == 1:
        other = next((source for source in usable if _knows_other_side(source, leads[0], question)), None)
        leads += [other] if other else []
    return leads


def _measures(
    query: RewrittenQuery, sources: Sequence[Source], leads: Sequence[Source]
) -> dict[int | None, Question]:
    """Return what the answers to the parts of a question are measured by, by the part's place in it."""
    if len(query.parts) == 1:
        return {}
    places = {source.passage.part for source in leads if source.passage.part is not None}
    return {place: weigh(_part(query, query.parts[place]), sources) for place in places}


def _part(query: RewrittenQuery, part: str) -> RewrittenQuery:
    asked = {term: query.terms[term] for term in terms(part) if term in query.terms}
    return query.model_copy(update={"original": part, "terms": asked})


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


def _is_near(source: Source, lead: Source, share: float = _NEARLY) -> bool:
    return source is not lead and source.passage.relevance >= share * lead.passage.relevance


def _direct(allotment: Allotment, limits: Limits) -> list[Candidate]:
    """Return a section's direct answer within the budget of words, its first sentence in any case.

    The point that is said before the page's own answer takes nothing from it.
    """
    chosen: list[Candidate] = []
    words = 0
    for candidate in allotment.of("direct_answer"):
        words += 0 if candidate is allotment.point else candidate.statement.words
        # What follows a sentence that is left out would hang in the air.
        if words > limits.direct_words and chosen:
            break
        chosen.append(candidate)
    return chosen


def _asides(made: Allotment, limit: int, *, weighing: bool) -> tuple[list[Candidate], list[Candidate]]:
    """Return the trade-offs and table rows to say before the steps, and what to say after them.

    They come first if two things are weighed; a callout closes.
    """
    if not weighing:
        closing = [c for c in made.asides if c.statement.kind != "table" or c.coverage >= _FITS]
        return [], _top(closing, limit)
    weighed = [candidate for candidate in made.asides if candidate.statement.kind != "callout"]
    callouts = [candidate for candidate in made.asides if candidate.statement.kind == "callout"]
    return _top(weighed, limit + 1), _top(callouts, 1)


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
