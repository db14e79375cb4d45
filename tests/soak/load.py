"""The mixed load: what people do with the service, at random, from several threads."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import httpx

from coach.api.schemas import FeedbackRequest, QuestionSummary
from coach.api.sets import SetRequest
from coach.errors import ApiError, CoachError
from coach.events import Finished
from coach.recruit.contract import Wishes
from tests.soak.ledger import Ledger
from tests.soak.tenants import Door, Tenant

SETS_A_TENANT = 40
"""Sets are dear to make; once a tenant has so many, they are only read."""


@dataclass
class Visit:
    """One thing that one person does: who, through which door, with what at hand."""

    tenant: Tenant
    writer: Door
    critic: Door
    numbers: random.Random
    questions: Sequence[str]
    handbook: Sequence[QuestionSummary]
    ledger: Ledger

    def question(self) -> str:
        """Return a question; half of them hold the tenant's marker, the others may come from a cache."""
        asked = self.numbers.choice(self.questions)
        return f"{asked} ({self.tenant.marker})" if self.numbers.random() < 0.5 else asked


def ask(visit: Visit) -> None:
    """Ask for a whole answer."""
    answer = visit.writer.sdk.ask(visit.question())
    visit.ledger.add("answer", visit.tenant, answer.id, answer.outline)


def stream(visit: Visit) -> None:
    """Ask for an answer event by event; the last one acknowledges it."""
    for event in visit.writer.sdk.stream(visit.question()):
        if isinstance(event, Finished):
            visit.ledger.add("answer", visit.tenant, event.answer.id, event.answer.outline)


def search(visit: Visit) -> None:
    """Search."""
    visit.writer.sdk.search(visit.question())


def chat(visit: Visit) -> None:
    """Ask as OpenAI's clients do."""
    messages = [{"role": "user", "content": visit.question()}]
    body = {"model": "coach", "messages": messages}
    try:
        reply = visit.writer.http.post("/v1/chat/completions", json=body)
    except httpx.TransportError as error:
        raise ApiError(f"no answer: {error!r}", slug="unreachable") from error
    if reply.is_error:
        raise ApiError(reply.text[:200], slug=f"chat-{reply.status_code}", status=reply.status_code)


def criticise(visit: Visit) -> None:
    """Say what an answer is worth."""
    mine = [one for one in visit.ledger.entries[-200:] if one.kind == "answer" and one.tenant == visit.tenant]
    if not mine:
        return
    comment = f"{visit.tenant.marker} {visit.numbers.random()}"
    wanted = FeedbackRequest(answer_id=visit.numbers.choice(mine).id, verdict="up", comment=comment)
    visit.ledger.add("feedback", visit.tenant, visit.critic.sdk.feedback(wanted).id, comment)


def converse(visit: Visit) -> None:
    """Begin a conversation and ask twice in it."""
    title = f"Talk {visit.tenant.marker} {visit.numbers.random()}"
    begun = visit.writer.sdk.create_conversation(title)
    visit.ledger.add("conversation", visit.tenant, begun.id, title)
    for asked in (visit.question(), "and what would you measure?"):
        answer = visit.writer.sdk.ask(asked, conversation=begun.id)
        visit.ledger.add("turn", visit.tenant, answer.id, answer.id, within=begun.id)


def recruit(visit: Visit) -> None:
    """Build a question set."""
    mine = [one for one in visit.ledger.entries if one.kind == "question set" and one.tenant == visit.tenant]
    if len(mine) >= SETS_A_TENANT:
        visit.ledger.check(visit.numbers.choice(mine), visit.writer)
        return
    wishes = Wishes(minutes=30, seed=visit.numbers.randrange(1000))
    made = visit.writer.sdk.sets.build(SetRequest(title=f"Loop {visit.tenant.marker}", wishes=wishes))
    visit.ledger.add("question set", visit.tenant, made.id, made.made)


def practise(visit: Visit) -> None:
    """Have an answer of one's own graded."""
    question = visit.numbers.choice(visit.handbook)
    said = f"I would look at {visit.numbers.choice(visit.questions)} first. {visit.tenant.marker}"
    grade = visit.writer.sdk.practice.grade_answer(question.id, said)
    visit.ledger.add("grade", visit.tenant, grade.id, grade.grade)


def look_back(visit: Visit) -> None:
    """Read something that was acknowledged before, through whichever door."""
    mine = [one for one in visit.ledger.entries if one.tenant == visit.tenant and one.kind != "feedback"]
    if mine:
        visit.ledger.check(visit.numbers.choice(mine), visit.writer)


Action = Callable[[Visit], None]
WEIGHTS: dict[Action, int] = {
    ask: 24,
    stream: 14,
    search: 20,
    chat: 8,
    criticise: 10,
    converse: 6,
    recruit: 2,
    practise: 8,
    look_back: 8,
}


@dataclass
class Load:
    """Threads that visit until they are told to stop.

    Args:
        per_second: Visits begun in a second, all threads together, while nothing holds them up.
    """

    people: Sequence[Tenant]
    questions: Sequence[str]
    handbook: Sequence[QuestionSummary]
    ledger: Ledger
    per_second: float
    seed: int
    threads: int = 8
    done: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    unforeseen: list[str] = field(default_factory=list)
    _stop: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    _running: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        for number in range(self.threads):
            thread = Thread(target=self._visit, args=(random.Random(self.seed * 1000 + number),), daemon=True)
            thread.start()
            self._running.append(thread)

    def stop(self, wait_s: float) -> int:
        """Let what was begun end; return how many threads were still at it after `wait_s`."""
        self._stop.set()
        give_up_at = time.monotonic() + wait_s
        for thread in self._running:
            thread.join(max(0.0, give_up_at - time.monotonic()))
        return sum(thread.is_alive() for thread in self._running)

    def _visit(self, numbers: random.Random) -> None:
        actions, weights = [*WEIGHTS], [*WEIGHTS.values()]
        while not self._stop.wait(numbers.expovariate(self.per_second / self.threads)):
            [action] = numbers.choices(actions, weights)
            tenant = numbers.choice(self.people)
            door = numbers.randrange(len(tenant.writers))
            visit = Visit(
                tenant,
                tenant.writers[door],
                tenant.critics[door],
                numbers,
                self.questions,
                self.handbook,
                self.ledger,
            )
            self._try(action, visit)

    def _try(self, action: Action, visit: Visit) -> None:
        name = action.__name__
        try:
            action(visit)
        except CoachError as error:
            slug = error.slug if isinstance(error, ApiError) else type(error).__name__
            with self._lock:
                self.errors[f"{name}: {slug}"] += 1
        except Exception as error:  # noqa: BLE001 - a defect of service or SDK: told in the report, fails it
            with self._lock:
                self.unforeseen.append(f"{name}: {error!r}"[:300])
        else:
            with self._lock:
                self.done[name] += 1
