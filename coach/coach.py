"""The public facade: everything above the index and the models is reached from here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Self

from coach.answering import LOCAL_TENANT, Asked, answer_by_quotes, stream_quotes
from coach.engine import Engine
from coach.errors import UsageError
from coach.events import Event, Finished
from coach.guard.screened import screened_hit
from coach.operate.mitigation import Mitigation, nothing_switched
from coach.retrieve.stopwatch import Stopwatch
from coach.settings import Settings
from coach.switch import EngineSwitch
from coach.telemetry.trace import NO_TRACES, Traces
from coach.types import Answer, Hit, Replay, Stack
from ingest.contract import IndexManifest, Level, ParsedDocument
from ingest.store.values import Filter, Vector
from ingest.text import first_half_character

if TYPE_CHECKING:
    from coach.answer.cache import AnswerCache
    from coach.consulting import Consulted, MakeRequest
    from coach.conversation import Dialogue
    from coach.models.assemble import Models
    from coach.models.contract import Usage
    from coach.practice.drill import Staged
    from coach.practice.grade import Grade
    from coach.practice.grader import Measured
    from coach.practice.grades import Objection
    from coach.practice.interview import PracticeQuestion


class Coach:
    """Answers questions from one live index; use it as a context manager. Safe to share between threads.

    It answers from what is shared; `of` gives the coach that answers a tenant.

    Args:
        settings: As at the entry point.
        models: Language models of one's own making; None means those that the settings or the chosen stack
            name, and none if they name none.
        mitigation: Tells what operators switched for now; asked before every question.
        traces: Takes what each stage of an answer took.

    Raises:
        IndexMissingError: Nothing was ingested into the collection.
        IndexMismatchError: The index was built with another embedder or other keyword weights.
        WeightsError: The model weights are missing or wrong.
        SettingsError: The models are not set up as they can work.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        models: Models | None = None,
        mitigation: Callable[[], Mitigation] = nothing_switched,
        traces: Traces = NO_TRACES,
    ) -> None:
        self._switch = EngineSwitch(settings, models, mitigation)
        self._traces = traces
        self._tenant = LOCAL_TENANT
        self._answers: Callable[[], AnswerCache] = cache(_no_answers_yet)

    def of(self, tenant: str) -> Coach:
        """Return this coach as it answers a tenant: from what is shared and what is the tenant's own.

        An answer that is kept to be given again is given to the same tenant alone. It lives as long as this
        one, which is to be closed.
        """
        if tenant == self._tenant:
            return self
        other = copy(self)
        other._tenant = tenant  # noqa: SLF001 - a copy of this one
        return other

    @property
    def has_own_handbook(self) -> bool:
        """Whether the build that answers holds documents of the tenant who asks."""
        return self._tenant in self._switch.current.tenants

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        """Give the engine in force, as it answers the tenant, to one question."""
        with self._switch.engine() as engine:
            yield engine.of(self._tenant)

    def search(
        self, query: str, *, limit: int = 10, where: Filter | None = None, for_model: bool = False
    ) -> list[Hit]:
        """Return the best chunk of each of the best `limit` sections.

        Args:
            query: In plain words.
            limit: Most sections that are wanted.
            where: What they must match.
            for_model: Whether a model reads them: what no reader of a page sees, and what speaks to an AI,
                is blank then.
        """
        self._check_question(query)
        with self._engine() as engine:
            retrieval = engine.retriever.retrieve(query, where=where or {}, watch=Stopwatch())
            hits = engine.retriever.hits(retrieval, limit=limit)
            return [screened_hit(one, engine.load(one.document)) for one in hits] if for_model else hits

    def ask(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Dialogue | None = None,
        charge: Callable[[Usage], None] | None = None,
    ) -> Answer:
        """Return a cited outline, or an abstention if the handbook does not cover the question.

        Args:
            question: In plain words; within a conversation it may rest on what was said before.
            level: Whose answer is wanted.
            conversation: What was said before; `conversation.after(answer)` is what to pass next.
            charge: Told what each call to a model took as soon as it has ended, however it did.
        """
        self._check_question(question)
        asked = Asked(question, level, conversation, self._tenant)
        with self._engine() as engine:
            if engine.models is None:
                return answer_by_quotes(engine, asked, self._traces)[0]
        *_, last = self.stream(question, level=level, conversation=conversation, charge=charge)
        if not isinstance(last, Finished):
            raise TypeError(last)
        return last.answer

    def stream(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Dialogue | None = None,
        charge: Callable[[Usage], None] | None = None,
    ) -> Generator[Event, None, None]:
        """Yield the answer event by event, each claim after it was verified; arguments are those of `ask`.

        Closing it ends a model's call that is under way.
        """
        self._check_question(question)
        asked = Asked(question, level, conversation, self._tenant)
        with self._engine() as engine:
            if engine.models is None:
                yield from stream_quotes(engine, asked, self._traces)
                return
            from coach.writing import stream_written

            models = engine.models.charging(charge) if charge else engine.models
            yield from stream_written(engine, models, asked, self._answers(), self._traces)

    def replay(
        self,
        question: str,
        *,
        level: Level = "senior",
        passages: int | None = None,
        rerank: bool | None = None,
    ) -> Replay:
        """Return what every stage saw and did for a question, up to the quote-only outline.

        Args:
            question: In plain words.
            level: Whose answer is wanted.
            passages: Sections that the answer may draw on, to see what another number would change.
            rerank: Whether the found sections are put in a better order, to see what that changes.
        """
        self._check_question(question)
        with self._engine() as current:
            is_varied = passages is not None or rerank is not None
            engine = current.varied(passages=passages, rerank=rerank) if is_varied else current
            answer, findings = answer_by_quotes(engine, Asked(question, level))
            return engine.replay(question, findings, answer)

    def grade(self, question: str, answer: str) -> Grade:
        """Return the grade of a candidate's answer to a question, named by its id or slug.

        Where a model is set up, it reads again what the grader was unsure of.

        Raises:
            NotFoundError: There is no such question.
            UsageError: Its page holds nothing that an answer could be graded against, or the answer is too
                long.
        """
        with self._engine() as engine:
            made = engine.grader.grade(question, answer)
            if engine.models is None:
                return made
            return engine.second_reader(engine.models).read(made, answer, engine.models.new_budget())

    def practice_questions(self) -> Mapping[str, PracticeQuestion]:
        """Return all questions that can be practised by id, in the order of the handbook."""
        with self._engine() as engine:
            return engine.book.questions

    def practice_question(self, question: str) -> PracticeQuestion:
        """Return a question that can be practised, named by its id or slug. Raises NotFoundError."""
        with self._engine() as engine:
            return engine.book.questions[engine.book.entry(question).section.id]

    def practice_drills(self) -> Mapping[str, Staged]:
        """Return the incident drills whose pages the handbook has, by id."""
        with self._engine() as engine:
            return engine.book.drills

    def practice_answer(self, question: str) -> tuple[str, ...]:
        """Return what the page of a question answers first, and its steps, as plain text.

        Raises:
            NotFoundError: There is no such question.
        """
        with self._engine() as engine:
            return engine.book.answer(question)

    def measure_answer(self, question: str, answer: str) -> Measured | None:
        """Return the measurements that a grade is made of, or None of an answer that cannot be graded."""
        with self._engine() as engine:
            return engine.grader.measure(question, answer)

    def point_texts(self, question: str) -> dict[str, str]:
        """Return the points of a question as what reads them is given them, by their names."""
        with self._engine() as engine:
            return engine.grader.point_texts(question)

    def regrade(self, first: Grade, answer: str, objection: Objection) -> Grade:
        """Return the second judgement of an answer: the disputed point by the words said to make it.

        Raises:
            NotFoundError: The handbook does not have the question any more.
            UsageError: The objection names no point of the grade, or words that the answer does not have.
        """
        with self._engine() as engine:
            return engine.grader.regrade(first, answer, objection)

    def document_text(self, name: str) -> str:
        """Return a document's text, as its offsets count it. Raises KeyError if the index lacks it."""
        return self.document(name).document.text

    def document(self, name: str) -> ParsedDocument:
        """Return a document with its sections. Raises KeyError if the index lacks it."""
        with self._engine() as engine:
            return engine.load(name)

    def cited_chunks(self, answer: Answer) -> dict[str, str]:
        """Return the chunks that an answer's quotes stand in, with the document of each.

        Of an answer from another build than the one in force, those that it names itself.
        """
        cited = [one for claim in answer.outline.claims() for one in claim.citations]
        named = {one.chunk_id: one.document for one in cited if one.chunk_id}
        with self._engine() as engine:
            if engine.build.manifest.build != answer.stack.parts["index"]:
                return named
            spans = [(one.document, one.start, one.end) for one in cited if not one.chunk_id]
            return named | {id_: span[0] for span in spans for id_ in engine.layout.under(*span)}

    def forget(self, tenant: str) -> int:
        """Drop the answers that are kept to be given again to a tenant; return how many there were."""
        return self._answers().forget(tenant)

    def consult(self, text: str, make: MakeRequest) -> Consulted | None:
        """Return what the model in force replies about a text, or None if no model is set up.

        Args:
            text: From somebody; what is personal in it is hidden from the model.
            make: Makes the request of the text as the model may see it.
        """
        with self._engine() as engine:
            if engine.models is None:
                return None
            from coach.consulting import consult

            return consult(engine, engine.models, text, make)

    def embed(self, text: str) -> Vector:
        """Return the dense vector of a text, of the space in which questions lie: float32 (dim,)."""
        with self._engine() as engine:
            return engine.embed(text)

    def question_vectors(self) -> dict[str, Vector]:
        """Return the vector of each question's wordings together, by question id: float32 (dim,)."""
        with self._engine() as engine:
            return engine.question_vectors()

    def warm_up(self) -> None:
        """Load what the first question would have to wait for, the models' library above all."""
        self._switch.current.warm_up()

    def close(self) -> None:
        """Release the index; idempotent."""
        self._switch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def settings(self) -> Settings:
        """What is in force: the settings, with what a chosen stack puts in their place."""
        return self._switch.current.settings

    @property
    def manifest(self) -> IndexManifest:
        """What the live index holds for whoever asks, and how it was made."""
        return self._switch.current.manifest_of(self._tenant)

    @property
    def stack(self) -> Stack:
        """What the next question is answered with, and the hash of it all."""
        self._switch.catch_up()
        with self._engine() as engine:
            return engine.stack

    @property
    def switch(self) -> EngineSwitch:
        """What decides which stack answers: for whoever operates the coach."""
        return self._switch

    def _check_question(self, question: str) -> None:
        longest = self.settings.max_question_chars
        if len(question) > longest:
            raise UsageError(
                f"the question has {len(question)} characters; the longest taken is {longest}",
                hint="Shorten it, or raise COACH_MAX_QUESTION_CHARS.",
            )
        at = first_half_character(question)
        if at is not None:
            raise UsageError(f"character {at} of the question is not text", hint="Send it in UTF-8.")


def _no_answers_yet() -> AnswerCache:
    from coach.answer.cache import AnswerCache

    return AnswerCache()
