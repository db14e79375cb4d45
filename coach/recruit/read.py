"""A job text or a note becomes wishes, without a model; what was inferred is shown with its words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from coach.recruit.contract import MAX_MINUTES, MAX_QUESTIONS, MAX_SETS, CompetencyWish, Wishes
from coach.recruit.pool import Pool
from coach.recruit.problem import told_count, why_avoided
from coach.recruit.read_competencies import About, CompetencyReader
from coach.recruit.read_kinds import KindCue, Scope, named_kinds, negated
from coach.recruit.read_language import NOT_ENGLISH, is_english, stems_of
from coach.recruit.read_level import LevelCue, read_level
from coach.recruit.read_names import title_stems
from coach.recruit.read_number_words import Number
from coach.recruit.read_numbers import counted, read_numbers
from coach.recruit.read_parts import asides
from coach.recruit.read_portions import Portions, read_portions
from coach.recruit.read_rulings import Ruling, ruled_kinds, rulings, within
from coach.recruit.read_shares import Share, read_shares, weights
from coach.recruit.read_text import Clause, Embed, asking, is_terse, lies_in, without
from coach.types import ModelUse
from ingest.analysis import terms
from ingest.contract import Frozen, QuestionKind

MAX_REQUEST_CHARS = 20_000
InferredField = Literal[
    "level",
    "minutes",
    "count",
    "rounds",
    "forms",
    "kinds",
    "avoid_kinds",
    "competencies",
    "avoid_competencies",
    "avoid_topics",
]
ReadBy = Literal["words", "meaning", "model"]
_ABOUT_THE_INTERVIEW = re.compile(
    r"\b(?:\d+|hiring (?:team|manager)|questions?|qs|q's|interviews?|interviewers?|loop|rounds?|screen"
    r"|(?<!test )(?<!golden )(?<!gold )(?<!eval )(?<!data )(?<!reference )sets?|(?<!service )levels?"
    r"|lvl|candidates?"
    r"|hey|please|pls|thanks|need|minutes?|engineers?)\b",
    re.IGNORECASE,
)
_SHORTEST_MINUTES = 5
# Parts in words and whole percents: three times 33% are all of a set.
_ALL_OF_IT = 0.95
_MOST_TOPIC_STEMS = 3
# Of all questions of a wanted kind and level, a competency that holds this share stands for the kind.
_KIND_SHARE = 0.25
_KIND_STEM_CHARS = 5
BOUNDS: dict[str, tuple[float, float]] = {
    "minutes": (_SHORTEST_MINUTES, MAX_MINUTES),
    "count": (1, MAX_QUESTIONS),
    "rounds": (1, 6),
    "forms": (1, MAX_SETS),
}
"""Least and most of each number."""


class Inferred(Frozen):
    """Something that was read out of a request: ``request[start:end] == words``.

    Attributes:
        value: As it is shown: "senior", "30", "evaluation".
        by: Whether rules on words read it, or a model whose quote was checked; "meaning" is a topic that no
            words name, the nearest to them.
    """

    field: InferredField
    value: str
    words: str
    start: int
    end: int
    by: ReadBy = "words"


class Reading(Frozen):
    """Wishes with the words that they come from; what nothing speaks for is left open.

    Attributes:
        notes: What could not be taken as it was said, a sentence each.
        model: Who read it beside the rules; empty if nobody did.
        degraded: What is missing from a full reading: each step down the chain of models, and last
            "read_request: timeout" or another reason why no model has read it.
        usage: None if no model was asked.
        cost_usd: 0 if nothing was paid; None if the price of a call is unknown.
    """

    wishes: Wishes
    inferred: tuple[Inferred, ...]
    notes: tuple[str, ...] = ()
    model: str = ""
    degraded: tuple[str, ...] = ()
    usage: ModelUse | None = None
    cost_usd: float | None = 0.0


@dataclass(slots=True)
class _Draft:
    text: str
    values: dict[str, Any] = field(default_factory=dict)
    inferred: list[Inferred] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def infer(self, name: InferredField, value: str, start: int, end: int, by: ReadBy = "words") -> None:
        words = self.text[start:end]
        lead = len(words) - len(words.lstrip())
        start, words = start + lead, words.strip()
        self.inferred.append(
            Inferred(field=name, value=value, words=words, start=start, end=start + len(words), by=by)
        )


class RequestReader:
    """Reads requests against one pool; safe to share between threads."""

    def __init__(self, pool: Pool, reader: CompetencyReader) -> None:
        self._pool = pool
        self._reader = reader
        self._known = stems_of(pool) | reader.stems

    def read(self, text: str) -> Reading:
        """Return the wishes of a request."""
        draft = _Draft(text)
        if not is_english(text, self._known):
            draft.notes.append(NOT_ENGLISH)
        scopes = negated(text)
        numbers = read_numbers(text)
        level = self._told_level(text, numbers)
        ruled = rulings(text, scopes, self._reader.embed)
        kinds = ruled_kinds(text, ruled)
        kept = without(text, [(one.from_, one.end) for one in scopes])
        portions = read_portions(kept, self._reader.named)
        if portions:
            numbers = [*(one for one in numbers if one.field != "count"), portions.total]
            kinds = _portioned(draft, portions, kinds)
        elif not any(one.wanted for one in kinds):
            kinds += _counted_kinds(text, numbers)
        _take_level(draft, level)
        _take_numbers(draft, numbers)
        _take_kinds(draft, kinds)
        topical = without(_on_topic(text, scopes, ruled, numbers, level), portions.taken if portions else ())
        self._take_competencies(draft, topical, kept, portions.shares if portions else {})
        self._take_avoided(draft, [one for one in scopes if not _holds_one(one, numbers)], kinds)
        if draft.values.get("rounds", 1) > 1 and len(draft.values["competencies"]) > 1:
            draft.notes.append("Each round is on all topics; to give each its own, build them one by one.")
        focus = text if is_terse(text) else ""
        wishes = Wishes(**draft.values, focus=focus[:4000])
        return Reading(wishes=wishes, inferred=tuple(draft.inferred), notes=tuple(draft.notes))

    def _told_level(self, text: str, numbers: Sequence[Number]) -> LevelCue | None:
        """Return the cue of the level, unless it is guessed from terms of the field and numbers alone."""
        level = read_level(text)
        if level is None or level.kind != "whole":
            return level
        rest = without(text, [(one.start, one.end) for one in numbers])[level.start : level.end]
        return level if set(terms(rest)) - self._reader.stems else None

    def _take_avoided(self, draft: _Draft, scopes: Sequence[Scope], kinds: Sequence[KindCue]) -> None:
        ruled_out: list[tuple[str, int, int]] = []
        topics: list[str] = []
        wanted, questions = {one.id for one in draft.values["competencies"]}, self._pool.questions
        for scope in scopes:
            if any(scope.start <= cue.start < scope.end for cue in kinds if not cue.wanted):
                continue
            said = draft.text[scope.start : scope.end]
            # A part of what is wanted ("releases, but no canaries") is a topic; all of it is a contradiction.
            named = [
                name for name in self._reader.named(said) if name not in wanted or self._is_whole(name, said)
            ]
            ruled_out += [(name, scope.from_, scope.end) for name in named]
            if not named and 0 < len(terms(said)) <= _MOST_TOPIC_STEMS:
                topics.append(said.strip())
                draft.infer("avoid_topics", said.strip(), scope.from_, scope.end)
        ruled_out += [
            (name, clause.start, clause.end)
            for name, clause in self._reader.ruled_out(draft.text)
            if not any(cue.wanted for cue in within(clause, kinds))
            and (name not in wanted or self._rules_out(name, clause))
        ]
        places: dict[str, tuple[int, int]] = {}
        for name, start, end in ruled_out:
            places.setdefault(name, (start, end))
        for name, place in places.items():
            draft.infer("avoid_competencies", name, *place)
        draft.values |= {"avoid_competencies": tuple(places), "avoid_topics": tuple(topics)}
        idle = [one for one in topics if not why_avoided(self._pool, Wishes(avoid_topics=(one,)), questions)]
        if idle:
            draft.notes.append(f"No question holds {', '.join(map(repr, idle))}: nothing is left out for it.")

    def _rules_out(self, competency: str, clause: Clause) -> bool:
        """Return whether a clause may rule out all of a wanted competency: its name alone does not."""
        return self._is_whole(competency, clause.said) and not self._reader.names.is_name(
            clause.said, competency
        )

    def _is_whole(self, competency: str, said: str) -> bool:
        """Return whether words name a competency by its title."""
        return bool(title_stems(self._pool.title(competency), competency) & set(terms(said)))

    def _take_competencies(self, draft: _Draft, text: str, kept: str, told: Mapping[str, Share]) -> None:
        """Take what a request is about from its topical words, its parts as told or from what it keeps."""
        found = self._reader.read(without(text, asides(draft.text)), draft.text) or self._reader.read(
            text, draft.text
        )
        kinds: tuple[QuestionKind, ...] = draft.values.get("kinds", ())
        if found and kinds and not is_terse(text) and not self._have(found, kinds):
            found = []  # what an advert says of the post yields to the kinds that its reader asks for alone
        spoken = {one.id: one.words for one in found}
        near = {one.id for one in found if not one.is_named}
        shares = told or read_shares(kept, list(spoken), self._reader.named)
        parts = [share.part for share in shares.values() if share.part]
        if sum(parts) >= _ALL_OF_IT:
            spoken.clear()
        spoken |= {name: (share.start, share.end) for name, share in shares.items()}
        if not spoken:
            self._stand_for_kinds(draft)
            if not draft.values["competencies"]:
                draft.notes.append("No topic is asked for: questions of all chapters will do.")
            return
        weighed = weights(list(spoken), shares)
        draft.values["competencies"] = tuple(CompetencyWish(id=one, weight=weighed[one]) for one in spoken)
        near -= shares.keys()
        for name, words in spoken.items():
            draft.infer("competencies", name, *words, "meaning" if name in near else "words")
        if near >= spoken.keys():
            nearest = ", ".join(repr(self._pool.title(name)) for name in spoken)
            draft.notes.append(f"No topic of the handbook is named; taken as the nearest: {nearest}.")
        are_told = shares.keys() >= spoken.keys() and all(
            one.part and one.is_exact for one in shares.values()
        )
        if are_told and sum(parts) < _ALL_OF_IT:
            draft.notes.append("Only a part of the set has a topic; what is told shares all of it.")

    def _have(self, found: Sequence[About], kinds: Sequence[QuestionKind]) -> bool:
        """Return whether each of some competencies has a fair share of questions of these kinds."""
        for one in found:
            of_it = [question.kind for question in self._pool.questions if question.competency == one.id]
            if sum(kind in kinds for kind in of_it) < _KIND_SHARE * len(of_it):
                return False
        return True

    def _stand_for_kinds(self, draft: _Draft) -> None:
        """Take the competencies that hold the wanted kinds, where the request names no topic."""
        kinds: tuple[QuestionKind, ...] = draft.values.get("kinds", ())
        level = draft.values.get("level")
        apt = [
            one.competency
            for one in self._pool.questions
            if one.kind in kinds and (level is None or level in one.levels)
        ]
        names = [
            one.id for one in self._pool.competencies if apt and apt.count(one.id) / len(apt) >= _KIND_SHARE
        ]
        draft.values["competencies"] = tuple(CompetencyWish(id=name) for name in names)
        source = next((one for one in draft.inferred if one.field == "kinds"), None)
        for name in names if source else ():
            draft.infer("competencies", name, source.start, source.end) if source else None


def on_topic(text: str, embed: Embed) -> str:
    """Return what of a request says what it is about, the rest blanked, asides included."""
    scopes = negated(text)
    ruled = rulings(text, scopes, embed)
    topical = _on_topic(text, scopes, ruled, read_numbers(text), read_level(text))
    return without(topical, asides(text))


def _touches(clause: Clause, scope: Scope) -> bool:
    return clause.start < scope.end and scope.from_ < clause.end


def _holds_one(scope: Scope, numbers: Sequence[Number]) -> bool:
    """Return whether words that are ruled out hold a number that is read as one: "not over 50 minutes"."""
    return any(one.start < scope.end and scope.start < one.end for one in numbers)


def _on_topic(
    text: str,
    scopes: Sequence[Scope],
    ruled: Sequence[Ruling],
    numbers: Sequence[Number],
    level: LevelCue | None,
) -> str:
    """Return a request without what is ruled out, read already, or said of the interview itself."""
    spans = [(one.from_, one.end) for one in scopes]
    spans += [(one.start, one.end) for one in numbers if one.field != "count"]
    for one in ruled:
        clause = one.clause
        spans += [span for _, span in named_kinds(text, clause.start, clause.end)]
        if one.says.startswith("no ") and not any(_touches(clause, scope) for scope in scopes):
            spans.append((clause.start, clause.end))
    spans += [(level.start, level.end)] if level else []
    text = without(text, spans)
    asked = asking(text)  # elsewhere adverts speak of test sets and agent loops
    about = [one for one in _ABOUT_THE_INTERVIEW.finditer(text) if lies_in(one.start(), asked)]
    return without(text, [one.span() for one in about])


def _take_level(draft: _Draft, cue: LevelCue | None) -> None:
    if cue is None:
        draft.notes.append("No level is named: questions of all levels will do.")
        return
    draft.values["level"] = cue.level
    draft.infer("level", cue.level or "any", cue.start, cue.end)
    if cue.kind == "whole":
        draft.notes.append(f"No level is named: {cue.level or 'any'} is guessed from all that is said.")


def _take_numbers(draft: _Draft, numbers: Sequence[Number]) -> None:
    for one in numbers:
        if one.field == "minutes":
            if _is_within(one):
                draft.values["minutes"] = one.value
                draft.infer("minutes", f"{one.value:g}", one.start, one.end)
            else:
                draft.notes.append(f"{one.value:g} minutes is no length of an interview; it is left open.")
        elif _is_within(one) and one.field == "count":
            _take_count(draft, one)
        elif _is_within(one):
            draft.values[one.field] = round(one.value)
            draft.infer(one.field, str(round(one.value)), one.start, one.end)
        else:
            draft.notes.append(f"{one.value:g} is no number of {one.field}; it is left open.")


def _take_count(draft: _Draft, one: Number) -> None:
    """Take how many questions there are, or between which bounds; a part of a number is rounded."""
    fewest, most = math.ceil(max(one.low, 1)), math.floor(min(one.high, MAX_QUESTIONS))
    if fewest < most:
        draft.values["fewest"] = fewest if fewest > 1 else None
        draft.values["most"] = most if most < MAX_QUESTIONS else None
    else:  # "7 to 8 over three rounds" leave no whole number between them
        fewest = most = most if fewest == most else round(one.value)
        draft.values["count"] = most
    draft.infer("count", told_count(fewest, most), one.start, one.end)


def _counted_kinds(text: str, numbers: Sequence[Number]) -> list[KindCue]:
    """Return the kinds of which a request wants so many: "4 debugging questions" asks for no others."""
    span = counted(text, numbers)
    return [KindCue(kind, True, *place) for kind, place in (named_kinds(text, *span) if span else ())]


def _portioned(draft: _Draft, portions: Portions, kinds: Sequence[KindCue]) -> list[KindCue]:
    """Return the kinds of a request with those that it wants so many of; no wish says how many of each."""
    count = portions.total
    if portions.kinds or not portions.shares:
        said = " ".join(draft.text[count.start : count.end].split())
        draft.notes.append(
            f"Of “{said}” only the sum holds, {count.value:g}: no wish says how many are of a kind."
        )
    others = [one for one in kinds if not (one.wanted and count.start <= one.start < count.end)]
    return others + [KindCue(kind, True, *place) for kind, place in portions.kinds]


def _is_within(number: Number) -> bool:
    least, most = BOUNDS[number.field]
    return least <= number.value <= most


def _take_kinds(draft: _Draft, cues: Sequence[KindCue]) -> None:
    for name, wanted in (("kinds", True), ("avoid_kinds", False)):
        first = {cue.kind: cue for cue in reversed(cues) if cue.wanted is wanted}
        chosen = sorted(first.values(), key=lambda cue: cue.start)
        draft.values[name] = tuple(cue.kind for cue in chosen)
        for cue in chosen:
            draft.infer("kinds" if wanted else "avoid_kinds", cue.kind, cue.start, cue.end)
            said = " ".join(draft.text[cue.start : cue.end].split())
            if not wanted and cue.kind[:_KIND_STEM_CHARS] not in said.lower():
                draft.notes.append(
                    f"“{said}” is taken to leave out {cue.kind} questions; it does not name them."
                )
