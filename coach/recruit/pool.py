"""The questions of a collection, as a set can be chosen from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from statistics import fmean

import numpy as np

from coach.answer.plain import plain
from coach.guard.screened import is_steering_title
from coach.recruit.contract import LEVELS, Competency, PoolQuestion
from ingest.contract import IndexManifest, ParsedDocument, QuestionTags, Section
from ingest.store.values import Vector

DEFAULT_MINUTES = 3.0
# Titles, other wordings included, whose cosine is this high ask for the same answer: of the pairs above it
# in our handbook and in two foreign ones, a reader would not ask both in one interview.
NEAR_DUPLICATE = 0.70
NEUTRAL_PROBES = 4
"""Further questions that fit any page."""
_LEVEL_WORTH = {level: float(place) for place, level in enumerate(LEVELS, start=1)}
_UNKNOWN_LEVEL = 2.5
_DEMANDING = frozenset({"scenario", "debugging", "design"})
_NUDGE = 0.25
_EASIER_BY = 0.25
_LINK = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
_NOT_ANCHOR = re.compile(r"[^\w\- ]")


def difficulty_of(tags: QuestionTags) -> float:
    """Return how hard a question is, from what the handbook says of it.

    The mean of its levels (junior 1 to staff 4; 2.5 if none is named), a quarter more if it has to be applied
    (scenario, debugging, design), a quarter less if it is very common and a quarter more if it is occasional.

    >>> difficulty_of(QuestionTags(levels=("mid", "senior"), kind="design", frequency="common"))
    2.75
    """
    level = fmean(_LEVEL_WORTH[level] for level in tags.levels) if tags.levels else _UNKNOWN_LEVEL
    applied = _NUDGE if tags.kind in _DEMANDING else 0.0
    rarity = {"very-common": -_NUDGE, "occasional": _NUDGE}.get(tags.frequency or "", 0.0)
    return round(level + applied + rarity, 3)


def probes_of(section: Section) -> int:
    """Return how many further questions a page gives rise to: its follow-ups, and one for each key point.

    A page without a rubric has none but the `NEUTRAL_PROBES`.
    """
    kinds = [part.kind for part in section.parts]
    return kinds.count("follow_up") + (kinds.count("rubric") or NEUTRAL_PROBES)


@dataclass(frozen=True, slots=True)
class Pool:
    """All questions of one build of a collection.

    Attributes:
        questions: In the order of the handbook.
        competencies: Those that have a question, in the order of the handbook.
        twins: Pairs of ids, sorted, that ask nearly the same.
        wordings: Every way in which a question is put, by id.
        vectors: Of each question's wordings together, float32 (dim,), unit norm, by id.
    """

    build: str
    corpus_hash: str
    questions: tuple[PoolQuestion, ...]
    competencies: tuple[Competency, ...]
    twins: tuple[tuple[str, str], ...]
    wordings: Mapping[str, tuple[str, ...]]
    vectors: Mapping[str, Vector]

    def by_id(self) -> dict[str, PoolQuestion]:
        """Return the questions by id."""
        return {question.id: question for question in self.questions}

    def title(self, competency: str) -> str:
        """Return the title of a competency, or its id if there is none of it."""
        return next((one.title for one in self.competencies if one.id == competency), competency)


def read_pool(
    manifest: IndexManifest, load: Callable[[str], ParsedDocument], vectors: Mapping[str, Vector]
) -> Pool:
    """Return the pool of a collection.

    Args:
        manifest: Of its live build.
        load: Document by name.
        vectors: Title vector by question id.
    """
    documents = [load(row.name) for row in manifest.documents if row.questions]
    single = len(documents) == 1
    raw = [
        (parsed, section)
        for parsed in documents
        for section in parsed.sections
        if section.question is not None and not is_steering_title(parsed, section.heading)
    ]
    anchors = {
        (parsed.document.name, anchor): section.id
        for parsed, section in raw
        for anchor in _anchors(section.heading)
    }
    made = [_question(parsed, section, anchors, single=single) for parsed, section in raw]
    ease = {one.id: one.difficulty for one in made}
    questions = tuple(
        one.model_copy(
            update={
                "prerequisites": tuple(
                    other for other in one.related if ease[other] <= one.difficulty - _EASIER_BY
                )
            }
        )
        for one in made
    )
    return Pool(
        build=manifest.build,
        corpus_hash=manifest.corpus_hash,
        questions=questions,
        competencies=tuple(_competencies(questions, documents, single=single)),
        twins=tuple(_twins([one.id for one in questions], vectors)),
        wordings={
            section.id: (plain(section.heading), *(section.question or QuestionTags()).aliases)
            for _, section in raw
        },
        vectors=vectors,
    )


def _question(
    parsed: ParsedDocument, section: Section, anchors: Mapping[tuple[str, str], str], *, single: bool
) -> PoolQuestion:
    tags = section.question or QuestionTags()
    text, name = parsed.document.text, parsed.document.name
    linked = (
        anchors.get((_target(name, match[1]), match[2].lower()))
        for part in section.parts
        if part.kind in ("related", "follow_up")
        for match in _LINK.finditer(text, part.start, part.end)
    )
    return PoolQuestion(
        id=section.id,
        slug=tags.slug,
        text=plain(section.heading),
        document=name,
        path=section.path,
        start=section.start,
        end=section.end,
        competency=_competency(name, section, single=single),
        levels=tags.levels,
        kind=tags.kind,
        frequency=tags.frequency,
        stages=tags.stages,
        minutes=tags.minutes or DEFAULT_MINUTES,
        minutes_stated=tags.minutes is not None,
        probes=probes_of(section),
        difficulty=difficulty_of(tags),
        related=tuple(dict.fromkeys(one for one in linked if one and one != section.id)),
        prerequisites=(),
        rubric_points=sum(part.kind == "rubric" for part in section.parts),
    )


def _competency(document: str, section: Section, *, single: bool) -> str:
    """Return the chapter of a question: its file, or a heading where there is one file alone."""
    if not single:
        return str(PurePosixPath(document).with_suffix(""))
    chapter = section.path[1:2] or section.path[:1]
    return _slug(chapter[0]) if chapter else PurePosixPath(document).stem


def _slug(text: str) -> str:
    return "-".join(re.findall(r"\w+", text.lower())) or "chapter"


def _anchors(heading: str) -> Iterator[str]:
    """Yield the anchor that Git hosts give a heading.

    >>> list(_anchors("DPD: how do you keep a bot on topic?"))
    ['dpd-how-do-you-keep-a-bot-on-topic']
    """
    yield _NOT_ANCHOR.sub("", plain(heading).lower()).replace(" ", "-")


def _target(document: str, link: str) -> str:
    """Return the name of the document that a link of another one leads to."""
    if not link:
        return document
    pieces: list[str] = []
    for piece in (PurePosixPath(document).parent / link).parts:
        if piece == ".." and pieces:
            pieces.pop()
        else:
            pieces.append(piece)
    return "/".join(pieces)


def _competencies(
    questions: Sequence[PoolQuestion], documents: Sequence[ParsedDocument], *, single: bool
) -> Iterator[Competency]:
    titles = {str(PurePosixPath(one.document.name).with_suffix("")): one.title for one in documents}
    counts: dict[str, int] = {}
    for one in questions:
        counts[one.competency] = counts.get(one.competency, 0) + 1
        if single:
            titles.setdefault(one.competency, (one.path[1:2] or one.path[:1] or (one.competency,))[0])
    for name, count in counts.items():
        yield Competency(id=name, title=plain(titles.get(name, name)) or name, questions=count)


def _twins(ids: Sequence[str], vectors: Mapping[str, Vector]) -> Iterator[tuple[str, str]]:
    known = sorted(set(ids) & set(vectors))
    if not known:
        return
    stacked = np.stack([vectors[one] for one in known])
    for first, second in np.argwhere(np.triu(stacked @ stacked.T >= NEAR_DUPLICATE, 1)):
        yield known[first], known[second]
