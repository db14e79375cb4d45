"""The questions of one build of an index, ready to be practised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from coach.errors import NotFoundError
from coach.guard.hidden import is_hidden
from coach.guard.screened import is_steering, is_steering_title
from coach.practice.candidate import Runs
from coach.practice.drill import Staged
from coach.practice.drill_shelf import stage_all
from coach.practice.interview import DEFAULT_MINUTES, PracticeQuestion
from coach.practice.page import first_question, is_gradable, read_page, read_statements
from coach.practice.page_vectors import PageVectors, read_vectors
from coach.practice.vectors import Texts, embed
from ingest.analysis import stem
from ingest.contract import ParsedDocument, QuestionTags, Section
from ingest.embed import Embedder
from ingest.store.port import Build
from ingest.tenants import tenant_of

PAGES_KEPT = 64
# So many pages lend their direct answers as answers to other questions.
_LENDERS = 32


class Entry(NamedTuple):
    """A question of the handbook.

    Attributes:
        chapter: Title of its document.
    """

    section: Section
    chapter: str

    @property
    def tags(self) -> QuestionTags:
        """What the handbook says of it."""
        return self.section.question or QuestionTags()


class Book:
    """The questions of a build, with what grading needs of all its pages; safe to share between threads."""

    def __init__(self, build: Build, embedder: Embedder, load: Callable[[str], ParsedDocument]) -> None:
        self._build = build
        self._embedder = embedder
        self._load = load
        self._vectors = lru_cache(maxsize=PAGES_KEPT)(self._read)

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """All questions by id, in the order of the handbook."""
        parsed = [self._load(row.name) for row in self._build.manifest.documents]
        return {
            section.id: Entry(section, one.title)
            for one in parsed
            for section in one.sections
            if section.question is not None and not is_steering_title(one, section.heading)
        }

    @cached_property
    def runs(self) -> Runs:
        """What was copied from any page."""
        return Runs(self._load(row.name).document.text for row in self._build.manifest.documents)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of all words of the handbook."""
        return frozenset(stem(word) for word in self._build.vocabulary())

    @cached_property
    def questions(self) -> Mapping[str, PracticeQuestion]:
        """All questions that can be practised by id, in the order of the handbook."""
        return {identity: self._question(entry) for identity, entry in self.entries.items()}

    @cached_property
    def drills(self) -> Mapping[str, Staged]:
        """The incident drills whose pages stand in this handbook, by id."""
        return stage_all(lambda slug: self.entry(slug).section, self._load)

    def entry(self, identity: str) -> Entry:
        """Return a question, named by its id or its slug. Raises NotFoundError."""
        found = self.entries.get(identity) or self._by_slug.get(identity)
        if found is None:
            raise NotFoundError(f"there is no question {identity!r}")
        return found

    def answer(self, identity: str) -> tuple[str, ...]:
        """Return what the page of a question answers first, and its steps. Raises NotFoundError."""
        section = self.entry(identity).section
        found = read_statements(self._load(section.document), section)
        return tuple(one.text for one in found if one.kind in ("direct_answer", "step", "body"))

    def vectors(self, identity: str) -> PageVectors:
        """Return the page of a question with its vectors.

        Raises:
            NotFoundError: There is no such question.
            UsageError: Its page holds nothing that an answer could be graded against.
        """
        return self._vectors(self.entry(identity).section.id)

    @cached_property
    def _by_slug(self) -> Mapping[str, Entry]:
        # a tenant's own page goes before the shared one of the same name
        entries = sorted(self.entries.values(), key=lambda one: bool(tenant_of(one.section.document)))
        return {one.tags.slug: one for one in entries if one.tags.slug}

    def _question(self, entry: Entry) -> PracticeQuestion:
        section, tags = entry.section, entry.tags
        page = self._load(section.document)
        text = page.document.text
        asked = [
            first_question(text[part.start : part.end])
            for part in section.parts
            if part.kind == "follow_up" and not is_hidden(text, part.start, part.end)
        ]
        return PracticeQuestion(
            id=section.id,
            question=section.heading,
            document=section.document,
            chapter=entry.chapter,
            levels=tags.levels,
            kind=tags.kind,
            frequency=tags.frequency,
            minutes=tags.minutes or DEFAULT_MINUTES,
            follow_ups=tuple(one for one in asked if one and not is_steering(page, one)),
            wordings=(section.heading, *(one for one in tags.aliases if not is_steering(page, one))),
            is_gradable=is_gradable(page, section),
        )

    def _read(self, question_id: str) -> PageVectors:
        section = self.entries[question_id].section
        page = read_page(self._load(section.document), section)
        others = [texts for lender, texts in self._lent.items() if lender != question_id]
        return read_vectors(page, self._embedder, others)

    @cached_property
    def _lent(self) -> Mapping[str, Texts]:
        """Direct answers of an even sample of the questions, by question."""
        lent: dict[str, Texts] = {}
        for question_id, entry in [*self.entries.items()][:: max(len(self.entries) // _LENDERS, 1)]:
            section = entry.section
            spoken = [
                one.text
                for one in read_statements(self._load(section.document), section)
                if one.kind == "direct_answer"
            ]
            if spoken:
                lent[question_id] = embed(self._embedder, spoken)
        return lent
