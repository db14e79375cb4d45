"""The public facade: everything above the index and the models is reached from here."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from coach.answering import LOCAL_TENANT, Asked, answer_by_quotes, stream_quotes
from coach.errors import UsageError
from coach.events import Event, Finished
from coach.retrieve.stopwatch import Stopwatch
from coach.settings import Settings
from coach.switch import EngineSwitch
from coach.types import Answer, Hit, Replay, Stack
from ingest.contract import IndexManifest, Level, ParsedDocument
from ingest.store.port import Filter

if TYPE_CHECKING:
    from coach.answer.cache import AnswerCache
    from coach.conversation import Dialogue
    from coach.models.assemble import Models


class Coach:
    """Answers questions from one live index; use it as a context manager. Safe to share between threads.

    Args:
        settings: As at the entry point.
        models: Language models of one's own making; None means those that the settings or the chosen stack
            name, and none if they name none.

    Raises:
        IndexMissingError: Nothing was ingested into the collection.
        IndexMismatchError: The index was built with another embedder or other keyword weights.
        WeightsError: The model weights are missing or wrong.
        SettingsError: The models are not set up as they can work.
    """

    def __init__(self, settings: Settings, *, models: Models | None = None) -> None:
        self._switch = EngineSwitch(settings, models)
        self._cache: AnswerCache | None = None

    def search(self, query: str, *, limit: int = 10, where: Filter | None = None) -> list[Hit]:
        """Return the best chunk of each of the best `limit` sections."""
        self._check_question(query)
        with self._switch.engine() as engine:
            retrieval = engine.retriever.retrieve(query, where=where or {}, watch=Stopwatch())
            return engine.retriever.hits(retrieval, limit=limit)

    def ask(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Dialogue | None = None,
        tenant: str = LOCAL_TENANT,
    ) -> Answer:
        """Return a cited outline, or an abstention if the handbook does not cover the question.

        Args:
            question: In plain words; within a conversation it may rest on what was said before.
            level: Whose answer is wanted.
            conversation: What was said before; `conversation.after(answer)` is what to pass next.
            tenant: Whose question it is; answers are kept to be given again within a tenant alone.
        """
        self._check_question(question)
        asked = Asked(question, level, conversation, tenant)
        with self._switch.engine() as engine:
            if engine.models is None:
                return answer_by_quotes(engine, asked, Stopwatch())[0]
        *_, last = self.stream(question, level=level, conversation=conversation, tenant=tenant)
        if not isinstance(last, Finished):
            raise TypeError(last)
        return last.answer

    def stream(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Dialogue | None = None,
        tenant: str = LOCAL_TENANT,
    ) -> Generator[Event, None, None]:
        """Yield the answer event by event, each claim after it was verified; arguments are those of `ask`.

        Closing it ends a model's call that is under way.
        """
        self._check_question(question)
        asked = Asked(question, level, conversation, tenant)
        with self._switch.engine() as engine:
            if engine.models is None:
                yield from stream_quotes(engine, asked)
                return
            from coach.writing import stream_written

            yield from stream_written(engine, engine.models, asked, self._answers())

    def replay(self, question: str, *, level: Level = "senior") -> Replay:
        """Return what every stage saw and did for a question, up to the quote-only outline."""
        self._check_question(question)
        with self._switch.engine() as engine:
            answer, findings = answer_by_quotes(engine, Asked(question, level), Stopwatch())
            return engine.replay(question, findings, answer)

    def document_text(self, name: str) -> str:
        """Return a document's text, as its offsets count it. Raises KeyError if the index lacks it."""
        return self.document(name).document.text

    def document(self, name: str) -> ParsedDocument:
        """Return a document with its sections. Raises KeyError if the index lacks it."""
        with self._switch.engine() as engine:
            return engine.load(name)

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
        """What the live index holds and how it was made."""
        return self._switch.current.build.manifest

    @property
    def stack(self) -> Stack:
        """What answers are made with, and the hash of it all."""
        return self._switch.current.stack

    def _answers(self) -> AnswerCache:
        from coach.answer.cache import AnswerCache

        self._cache = self._cache or AnswerCache()
        return self._cache

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
