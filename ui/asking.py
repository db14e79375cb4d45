"""A question on its way: events are read in a thread, the page looks at what is there whenever it likes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from threading import Event as Flag
from threading import Thread

from ui.client import Api, ApiProblem
from ui.models import (
    Acknowledged,
    Answer,
    Claim,
    ClaimVerified,
    Degraded,
    Event,
    Level,
    Place,
    ProblemDetails,
)


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of an answer at one moment; nothing in it is withdrawn later.

    Attributes:
        found: Sections that the answer may draw on.
        claims: By part of the outline, in the order in which they are shown.
        answer: Once it is whole.
        problem: If it came to nothing.
        corpus_changed: The handbook is another one than when the answer was given.
        conversation_id: Of the conversation in which it is asked; empty before there is one.
    """

    question: str
    level: Level
    found: tuple[Place, ...] = ()
    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)
    degraded: tuple[str, ...] = ()
    answer: Answer | None = None
    problem: ApiProblem | None = None
    corpus_changed: bool = False
    conversation_id: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will come."""
        return self.answer is not None or self.problem is not None

    def after(self, event: Event) -> Progress:
        """Return what is known after one more event."""
        match event:
            case Acknowledged():
                return replace(self, found=event.found)
            case ClaimVerified():
                claims = (*self.claims.get(event.field, ()), event.claim)
                return replace(self, claims=self.claims | {event.field: claims})
            case Degraded():
                return replace(self, degraded=(*self.degraded, event.what))
            case _:
                return settled(event.answer, conversation_id=self.conversation_id)


def settled(answer: Answer, *, corpus_changed: bool = False, conversation_id: str = "") -> Progress:
    """Return the progress of an answer that is whole."""
    return Progress(
        question=answer.question,
        level=answer.level,
        claims={name: claims for name, claims in answer.outline if claims},
        degraded=answer.degraded,
        answer=answer,
        corpus_changed=corpus_changed,
        conversation_id=conversation_id,
    )


class Asking:
    """Asks a question as soon as it is made; `progress` may be read from any thread.

    Args:
        api: Whom to ask.
        question: In plain words.
        level: Whose answer is wanted.
        conversation_id: Of the conversation in which it is asked; empty begins one.

    Attributes:
        progress: What is known now; replaced as a whole, by the thread that listens.
    """

    def __init__(self, api: Api, question: str, level: Level, conversation_id: str = "") -> None:
        self.progress = Progress(question, level, conversation_id=conversation_id)
        self._api = api
        self._begun = Flag()
        self._ended = Flag()
        self._unwanted = Flag()
        Thread(target=self._run, name="asking", daemon=True).start()

    def wait(self, first_s: float, rest_s: float) -> Progress:
        """Return what is known once nothing more comes, or when the time is over.

        Args:
            first_s: Longest wait for the first claim.
            rest_s: Longest wait for the rest after it.
        """
        if self._begun.wait(first_s):
            self._ended.wait(rest_s)
        return self.progress

    def stop(self) -> None:
        """Give the question up: the server stops its work at the next event."""
        self._unwanted.set()

    def _run(self) -> None:
        try:
            self._listen()
        except ApiProblem as problem:
            self.progress = replace(self.progress, problem=problem)
        finally:
            self._begun.set()
            self._ended.set()

    def _listen(self) -> None:
        asked = self.progress
        within = asked.conversation_id or self._api.begin_conversation().id
        self.progress = replace(asked, conversation_id=within)
        with closing(self._api.stream(asked.question, asked.level, within)) as events:
            for event in events:
                if self._unwanted.is_set():
                    return
                self.progress = self.progress.after(event)
                if self.progress.claims:
                    self._begun.set()
        if not self.progress.is_settled:
            raise ApiProblem(ProblemDetails(title="The answer ended in the middle", hint="Ask again."))
