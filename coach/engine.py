"""One stack at work: an index, what searches it, and what writes; it never changes once it is made."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from coach.errors import IndexMismatchError
from coach.guard.screened import ScreenedDocument
from coach.guard.steering import Steering, load_steering_model
from coach.guard.vetted import load_vetted
from coach.retrieve.evidence import Evidence
from coach.retrieve.gate import Gate
from coach.retrieve.layout import ChunkLayout
from coach.retrieve.passages import choose_passages
from coach.retrieve.replay import describe, run_legs
from coach.retrieve.retriever import Retrieval, Retriever
from coach.retrieve.stopwatch import Stopwatch
from coach.settings import Settings
from coach.stack_parts import RETRIEVER_SETTINGS, make_stack
from coach.types import Answer, GateDecision, Passage, Replay, Stack
from ingest.contract import IndexManifest, Level, ParsedDocument
from ingest.embed import SPARSE_VERSION, Embedder
from ingest.store import open_store
from ingest.store.port import Build
from ingest.store.values import Vector
from ingest.store.view import view_of
from ingest.tenants import tenants_of, visible

if TYPE_CHECKING:
    from coach.answer import Verified
    from coach.answer.generate import Writer
    from coach.answer.prompts import Prompts
    from coach.faithfulness import Scorer
    from coach.guard.outgoing import OutgoingScanner
    from coach.guard.people import PeopleFinder
    from coach.models.assemble import Models
    from coach.practice.book import Book
    from coach.practice.grader import Grader
    from coach.practice.second_reading import SecondReader

DOCUMENTS_KEPT = 64
TENANTS_KEPT = 64
_OF_THE_BUILD = ("stack", "layout", "book", "grader", "people")
"""What an engine makes once of the build that it looks at."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the index holds on a question, and whether that answers it; no passages if it does not."""

    retrieval: Retrieval
    decision: GateDecision
    passages: tuple[Passage, ...]


class Engine:
    """Finds, composes and writes with one stack; safe to share between threads.

    It answers from what is shared; `of` gives the engine that answers a tenant.

    Args:
        settings: With whatever a stack puts in their place.
        embedder: Of the weights that the settings name.
        models: What writes; None if nothing does.
        prompts: Those of a stack; None means those of this version of the coach.
        switched: What operators switched for now, in words; it is part of the stack and of every answer.

    Attributes:
        build: The view that it answers from.
        tenants: Who have documents of their own in the whole build.

    Raises:
        IndexMissingError: Nothing was ingested into the collection.
        IndexMismatchError: The index was built with another embedder or other keyword weights.
        WeightsError: The model weights are missing or wrong.
    """

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder,
        *,
        models: Models | None = None,
        prompts: Prompts | None = None,
        switched: tuple[str, ...] = (),
    ) -> None:
        self.settings = settings
        self.models = models
        self.switched = switched
        self._prompts = prompts
        self._embedder = embedder
        self._whole = open_store(settings).open(settings.collection, settings.build)
        _check(self._whole, embedder)
        self._of = lru_cache(maxsize=TENANTS_KEPT)(self._read_by)
        self._manifest_of = lru_cache(maxsize=TENANTS_KEPT)(partial(visible, self._whole.manifest))
        self.tenants = frozenset(tenants_of(self._whole.manifest))
        self._look_at(view_of(self._whole))

    def _look_at(self, build: Build) -> None:
        """Search and read this view from now on."""
        self.build = build
        self.retriever = Retriever(build, self._embedder, self.settings)
        self._evidence = Evidence(build)
        self._gate = Gate(self._evidence, rerank=self.settings.rerank)
        self.load: Callable[[str], ParsedDocument] = lru_cache(maxsize=DOCUMENTS_KEPT)(self._screened)

    def of(self, tenant: str) -> Engine:
        """Return the engine that answers a tenant: from what is shared and what is the tenant's own.

        It lives as long as this one, which alone is to be closed; and it is this one, where the tenant has
        nothing of its own.
        """
        return self._of(tenant) if tenant in self.tenants else self

    def _read_by(self, tenant: str) -> Engine:
        other = copy(self)
        for made in _OF_THE_BUILD:
            vars(other).pop(made, None)
        other._look_at(view_of(self._whole, tenant))  # noqa: SLF001 - a copy of this one
        return other

    def manifest_of(self, tenant: str) -> IndexManifest:
        """Return the build's manifest as a tenant may know it; also once the engine is closed."""
        return self._manifest_of(tenant)

    @property
    def published(self) -> IndexManifest:
        """The manifest of the whole build, with everybody's documents: for operators."""
        return self._whole.manifest

    @cached_property
    def stack(self) -> Stack:
        """What answers are made with, and the hash of it all."""
        made = self.build.manifest
        parts = {
            "index": made.build,
            "corpus": made.corpus_hash,
            "embedder": f"{made.embed_model}@{made.embed_model_version}",
            "keyword": SPARSE_VERSION,
            "chunker": made.chunker.model_dump_json(),
            "gate": self._gate.version,
            "steering": self.steering.version,
            "retriever": self.settings.model_dump_json(include=set(RETRIEVER_SETTINGS)),
            "writer": "outline",
        }
        if self.models is not None:
            parts["writer"] = " ".join(self.models.writer.names)
            parts["judge"] = " ".join(self.models.judge.names) if self.models.judge else ""
            parts["prompts"] = " ".join(prompt.name for prompt in self.prompts.values())
            parts["passage_chars"] = str(self.settings.passage_chars)
        if self.switched:  # so that no cache takes such an answer for one of the whole stack
            parts["switches"] = " ".join(self.switched)
        return make_stack(parts)

    @cached_property
    def layout(self) -> ChunkLayout:
        """Where the chunks stand; read once, when the first answer is traced to them."""
        return ChunkLayout(self.build)

    @cached_property
    def prompts(self) -> Prompts:
        """What models are told, by purpose."""
        if self._prompts is not None:
            return self._prompts
        from coach.answer.prompts import load_prompts

        return load_prompts()

    @cached_property
    def scorer(self) -> Scorer:
        """What judges claims without a model; against one quote, words and figures tell as much as all."""
        from coach.faithfulness import Scorer

        return Scorer(learned=False)

    @cached_property
    def book(self) -> Book:
        """The handbook's questions, to be practised."""
        from coach.practice.book import Book

        return Book(self.build, self._embedder, self.load)

    @cached_property
    def grader(self) -> Grader:
        """What grades a candidate's answers."""
        from coach.practice.grader import Grader
        from coach.practice.point_reader import load_point_reader

        reader = load_point_reader(self.settings.threads)
        return Grader(self.book, self._embedder, self.scorer, reader, self.steering)

    @cached_property
    def people(self) -> PeopleFinder:
        """What finds names of people; words of this handbook are none."""
        from coach.guard.names import Vocabulary
        from coach.guard.people import PeopleFinder

        handbook, language = frozenset(self.build.vocabulary()), frozenset(self._embedder.known_words())
        return PeopleFinder(Vocabulary(handbook, language))

    @cached_property
    def scanner(self) -> OutgoingScanner:
        """What looks at the text of models before it is shown."""
        from coach.guard.outgoing import OutgoingScanner

        return OutgoingScanner(prompt.text for prompt in self.prompts.values())

    def warm_up(self) -> None:
        """Load what the first answer would have to wait for."""
        _ = self.layout
        if self.models is None:
            return
        from coach.models import litellm_model

        litellm_model.load()
        _ = self.scorer, self.people, self.scanner

    @cached_property
    def steering(self) -> Steering:
        """What tells sentences that speak to an AI."""
        return Steering(load_steering_model(), load_vetted())

    def embed(self, text: str) -> Vector:
        """Return the dense vector of a text, of the space in which questions lie: float32 (dim,)."""
        return self._embedder.embed_query(text).body

    def question_vectors(self) -> dict[str, Vector]:
        """Return the vector of each question's wordings together, by question id, float32 (dim,)."""
        opening = {
            chunk.id: chunk.question_id
            for chunk in self.build.chunks([*self.build.chunk_ids()]).values()
            if chunk.opens and chunk.question_id
        }
        titles = self.build.titles([*opening])
        return {question: titles[one] for one, question in sorted(opening.items()) if one in titles}

    def second_reader(self, models: Models) -> SecondReader:
        """Return what reads again what the grader was unsure of."""
        from coach.practice.second_reading import SecondReader

        timeout_s = self.settings.model_timeout_s
        return SecondReader(models.writer, self.grader.reconsider, self.people, timeout_s=timeout_s)

    def writer(self, models: Models) -> Writer:
        """Return what writes answers with these models."""
        from coach.answer.generate import Checker, SecondModel, Writer

        timeout_s, prompts = self.settings.model_timeout_s, self.prompts
        judge = SecondModel(models.judge, prompts["judge"], timeout_s=timeout_s) if models.judge else None
        return Writer(models.writer, prompts, Checker(self.scorer, judge), timeout_s=timeout_s)

    def varied(self, *, passages: int | None = None, rerank: bool | None = None) -> Engine:
        """Return an engine on the same index with other settings of the search; None leaves one as it is.

        It lives as long as this one, which alone is to be closed.
        """
        wanted = {"passages": passages, "rerank": rerank}
        changes = {name: value for name, value in wanted.items() if value is not None}
        other = copy(self)
        other.settings = self.settings.model_copy(update=changes)
        other.retriever = self.retriever.varied(other.settings)
        other._gate = Gate(self._evidence, rerank=other.settings.rerank)  # noqa: SLF001 - a copy of this one
        vars(other).pop("stack", None)  # it is another stack, and its answers say so
        return other

    def find(self, question: str, watch: Stopwatch) -> Findings:
        """Return what the index holds on a question."""
        retrieval = self.retriever.retrieve(question, where={}, watch=watch)
        retrieval = self.retriever.with_parts(retrieval, where={}, watch=watch)
        with watch.stage("gate"):
            decision, retrieval = self._gate.decide_by_parts(retrieval)
        passages: tuple[Passage, ...] = ()
        if decision.covered:
            passages = choose_passages(retrieval, limit=self.settings.passages, load=self.load)
        return Findings(retrieval, decision, passages)

    def compose(self, findings: Findings, level: Level, watch: Stopwatch) -> Verified:
        """Return the quote-only outline, verified."""
        from coach.answer.outline import compose
        from coach.answer.verify import verify

        with watch.stage("compose"):
            draft = compose(findings.retrieval.query, findings.passages, self.load, level=level)
        with watch.stage("verify"):
            return verify(draft, self.load)

    def _screened(self, name: str) -> ParsedDocument:
        return ScreenedDocument.of(self.build.document(name), self.steering)

    def replay(self, question: str, findings: Findings, answer: Answer) -> Replay:
        """Return what every stage saw and did for an answer."""
        retrieval, chunks = findings.retrieval, self.retriever.chunks
        legs = run_legs(self.build, retrieval.legs)
        return Replay(
            question=question,
            rewritten=retrieval.query,
            dense=describe(legs["dense"], chunks),
            sparse=describe(legs["sparse"], chunks),
            wordings=describe(legs["wordings"], chunks),
            fused=describe([(hit.id, hit.score) for hit in retrieval.fused], chunks),
            reranked=describe([(one.id, one.score) for one in retrieval.scored], chunks),
            gate=findings.decision,
            passages=findings.passages,
            answer=answer,
            timing_ms=answer.timing_ms,
        )

    def close(self) -> None:
        """Release the index; idempotent."""
        self._whole.close()


def _check(build: Build, embedder: Embedder) -> None:
    made = build.manifest
    for what, built, now in (
        ("embedding weights", made.embed_model_version, embedder.version),
        ("keyword weights", made.sparse, SPARSE_VERSION),
    ):
        if built != now:
            build.close()
            raise IndexMismatchError(
                f"collection {made.collection!r} was built with {what} {built!r}, now in force are {now!r}"
            )
