"""The public facade: everything above the index and the models is reached from here."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from functools import cached_property, lru_cache
from types import TracebackType
from typing import Self

from coach.errors import IndexMismatchError, UsageError
from coach.retrieve.evidence import Evidence
from coach.retrieve.gate import Gate, abstain
from coach.retrieve.passages import choose_passages
from coach.retrieve.replay import describe, run_legs
from coach.retrieve.retriever import Retrieval, Retriever
from coach.retrieve.stopwatch import Stopwatch
from coach.settings import Settings
from coach.types import Answer, GateDecision, Hit, Outline, Passage, Replay, Stack
from ingest.contract import IndexManifest, Level, ParsedDocument
from ingest.embed import SPARSE_VERSION, Embedder
from ingest.store import open_store
from ingest.store.port import Build, Filter

DOCUMENTS_KEPT = 64


class Coach:
    """Answers questions from one live index; use it as a context manager.

    Raises:
        IndexMissingError: Nothing was ingested into the collection.
        IndexMismatchError: The index was built with another embedder or other keyword weights.
        WeightsError: The model weights are missing or wrong.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
        self._build: Build = open_store(settings).open(settings.collection)
        _check(self._build, embedder)
        self._retriever = Retriever(self._build, embedder, settings)
        self._gate = Gate(Evidence(self._build), rerank=settings.rerank)
        self._load: Callable[[str], ParsedDocument] = lru_cache(maxsize=DOCUMENTS_KEPT)(self._build.document)

    def search(self, query: str, *, limit: int = 10, where: Filter | None = None) -> list[Hit]:
        """Return the best chunk of each of the best `limit` sections."""
        self._check_question(query)
        retrieval = self._retriever.retrieve(query, where=where or {}, watch=Stopwatch())
        return self._retriever.hits(retrieval, limit=limit)

    def ask(self, question: str, *, level: Level = "senior") -> Answer:
        """Return a cited outline, or an abstention if the handbook does not cover the question."""
        return self._run(question, level, Stopwatch())[0]

    def replay(self, question: str, *, level: Level = "senior") -> Replay:
        """Return what every stage saw and did for a question."""
        answer, retrieval, decision, passages = self._run(question, level, Stopwatch())
        chunks = self._retriever.chunks
        legs = run_legs(self._build, retrieval.legs)
        scored = [(one.id, one.score) for one in retrieval.scored]
        return Replay(
            question=question,
            rewritten=retrieval.query,
            dense=describe(legs["dense"], chunks),
            sparse=describe(legs["sparse"], chunks),
            fused=describe([(hit.id, hit.score) for hit in retrieval.fused], chunks),
            reranked=describe(scored, chunks),
            gate=decision,
            passages=passages,
            answer=answer,
            timing_ms=answer.timing_ms,
        )

    def document_text(self, name: str) -> str:
        """Return a document's text, as its offsets count it. Raises KeyError if the index lacks it."""
        return self._load(name).document.text

    def close(self) -> None:
        """Release the index; idempotent."""
        self._build.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def manifest(self) -> IndexManifest:
        """What the live index holds and how it was made."""
        return self._build.manifest

    @cached_property
    def stack(self) -> Stack:
        """What answers are made with, and the hash of it all."""
        made = self._build.manifest
        parts = {
            "index": made.build,
            "corpus": made.corpus_hash,
            "embedder": f"{made.embed_model}@{made.embed_model_version}",
            "keyword": SPARSE_VERSION,
            "chunker": made.chunker.model_dump_json(),
            "gate": self._gate.version,
            "retriever": self.settings.model_dump_json(
                include={"dense_limit", "sparse_limit", "rrf_k", "rerank", "rerank_limit", "passages"}
            ),
            "writer": "outline",
        }
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return Stack(hash=digest[:16], parts=parts)

    def _run(
        self, question: str, level: Level, watch: Stopwatch
    ) -> tuple[Answer, Retrieval, GateDecision, tuple[Passage, ...]]:
        self._check_question(question)
        retrieval = self._retriever.retrieve(question, where={}, watch=watch)
        with watch.stage("gate"):
            decision = self._gate.decide(retrieval)
        passages: tuple[Passage, ...] = ()
        outline, dropped, support_rate = Outline(), 0, None
        if decision.covered:
            passages = choose_passages(retrieval, limit=self.settings.passages, load=self._load)
            outline, dropped, support_rate = self._compose(retrieval, passages, level, watch)
        if not outline.claims() and decision.covered:
            decision = decision.model_copy(update={"covered": False, "reason": "not_covered"})
        answer = Answer(
            id=secrets.token_hex(8),
            question=question,
            status="answered" if decision.covered else "abstained",
            level=level,
            outline=outline,
            support_rate=support_rate,
            abstention=None if decision.covered else abstain(decision, retrieval),
            dropped=dropped,
            stack=self.stack,
            degraded=() if self.settings.rerank else ("reranker",),
            timing_ms=watch.read_ms(),
        )
        self._log(answer)
        return answer, retrieval, decision, passages

    def _log(self, answer: Answer) -> None:
        import structlog

        structlog.get_logger().info(
            "answer",
            answer_id=answer.id,
            status=answer.status,
            reason=answer.abstention.reason if answer.abstention else None,
            level_asked=answer.level,
            claims=len(answer.outline.claims()),
            support_rate=answer.support_rate,
            dropped=answer.dropped,
            degraded=answer.degraded,
            stack_hash=answer.stack.hash,
            question_chars=len(answer.question),
            total_ms=answer.timing_ms["total"],
        )

    def _compose(
        self, retrieval: Retrieval, passages: tuple[Passage, ...], level: Level, watch: Stopwatch
    ) -> tuple[Outline, int, float | None]:
        from coach.answer.outline import compose
        from coach.answer.verify import verify

        with watch.stage("compose"):
            draft = compose(retrieval.query, passages, self._load, level=level)
        with watch.stage("verify"):
            verified = verify(draft, self._load)
        return verified.outline, verified.dropped, verified.support_rate

    def _check_question(self, question: str) -> None:
        longest = self.settings.max_question_chars
        if len(question) > longest:
            raise UsageError(
                f"the question has {len(question)} characters; the longest taken is {longest}",
                hint="Shorten it, or raise COACH_MAX_QUESTION_CHARS.",
            )
        try:
            question.encode()
        except UnicodeEncodeError as error:
            raise UsageError(
                f"character {error.start} of the question is not text", hint="Send it in UTF-8."
            ) from error


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
