"""What the routes work with: one coach, its shelves, and the stores, opened once a process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, lru_cache, partial
from typing import Annotated, TypeVar

import anyio
from fastapi import Depends, Request

from coach.api.catalogue import Catalogue
from coach.api.drain import Drain
from coach.api.gauges import Gauges
from coach.api.metrics import Metrics
from coach.api.work import in_thread
from coach.coach import Coach
from coach.guard.fairness import FairQueue
from coach.guard.keys import KeyStore
from coach.guard.quotas import Quotas
from coach.operate.board import Switchboard
from coach.operate.lineage import Auditor
from coach.practice.cards import CardStore
from coach.practice.drill_words import MoveReader
from coach.practice.drills import Drills
from coach.practice.grades import GradeStore
from coach.practice.interviews import Interviews
from coach.practice.plans import PlanStore
from coach.practice.stories import StoryStore
from coach.recruit.recruiter import Recruiter
from coach.recruit.store import SetStore, TemplateStore
from coach.settings import Settings
from coach.stack import StackStore
from coach.store.answers import AnswerStore
from coach.store.audit import AuditLog
from coach.store.conversations import ConversationStore
from coach.store.database import Database
from coach.store.feedback import FeedbackStore
from coach.store.holdings import Holdings, Rows
from coach.store.idempotency import IdempotencyStore
from coach.store.owner import Owner
from coach.telemetry.trace import open_traces

Result = TypeVar("Result")
SHELVES_KEPT = 64
READERS = 4
"""Short reads that run at once; they do not queue behind questions."""


class CachedAnswers:
    """The answers that the coach keeps in memory, as a holding; each of them is among the stored ones too."""

    name = "cached_answers"

    def __init__(self, coach: Coach) -> None:
        self._coach = coach

    def export(self, owner: Owner) -> Rows:
        """Return nothing: the stored answers say it all."""
        del owner
        return []

    def erase(self, owner: Owner) -> int:
        """Forget the answers of the whole tenant, since they do not say who asked; return how many."""
        return self._coach.forget(owner.tenant)


class Shelf:
    """What a tenant reads the handbook by; each of these keeps what it read of a build.

    Args:
        coach: Answers the tenant.
        database: Keeps what the tenant's people do.
    """

    def __init__(self, coach: Coach, database: Database) -> None:
        self.catalogue = Catalogue(coach)
        self.interviews = Interviews(database, coach.practice_questions, coach.grade)
        self.drills = Drills(database, coach.practice_drills, MoveReader(coach.embed).read)
        self.recruiter = Recruiter(coach)


class Services:
    """Everything that a request may need; for one event loop.

    Args:
        coach: Answers the questions; as it is here, from what is shared alone. A turn has the tenant's.
        database: Keeps the state; its tables are of this version.
        quotas: Counts what keys take.
        needs_key: Whether a request without an API key is refused.
        settings: Those of the coach, unless others are given for the server.
        switchboard: The one that the coach follows; one of its own if none is given.
    """

    def __init__(
        self,
        coach: Coach,
        database: Database,
        quotas: Quotas,
        *,
        needs_key: bool,
        settings: Settings | None = None,
        switchboard: Switchboard | None = None,
    ) -> None:
        self.settings: Settings = settings or coach.settings
        self.coach = coach
        self.database = database
        self.quotas = quotas
        self.needs_key = needs_key
        self.metrics = Metrics(self.settings.latency_budget_s)
        self.drain = Drain(self.settings.drain_s)
        self.queue = FairQueue(self.settings.api_threads, max_waiting=self.settings.api_waiting)
        self.keys = KeyStore(database)
        self.answers = AnswerStore(database)
        self.feedback = FeedbackStore(database)
        self.grades = GradeStore(database)
        self.cards = CardStore(database)
        self.stories = StoryStore(database)
        self.plans = PlanStore(database)
        self.sets = SetStore(database)
        self.templates = TemplateStore(database)
        self.idempotency = IdempotencyStore(database)
        self.conversations = ConversationStore(database)
        self.audit = AuditLog(database)
        self.stacks = StackStore(self.settings.data_dir, self.settings.collection)
        self.auditor = Auditor(self.audit, self.answers)
        self.switchboard = switchboard or Switchboard(database)
        self.holdings = Holdings(database, [CachedAnswers(coach)])
        self.gauges = Gauges(self.metrics.registry, self)
        self._shared_shelf = Shelf(coach, database)
        self._shelf_of = lru_cache(maxsize=SHELVES_KEPT)(self._open_shelf)

    def shelf(self, tenant: str) -> Shelf:
        """Return what a tenant reads by; where it has no handbook of its own, what everybody does."""
        return self._shelf_of(tenant) if self.coach.of(tenant).has_own_handbook else self._shared_shelf

    def _open_shelf(self, tenant: str) -> Shelf:
        return Shelf(self.coach.of(tenant), self.database)

    @cached_property
    def thinkers(self) -> anyio.CapacityLimiter:
        """Threads for questions: those that run, those that wait, and one in which the rest is refused."""
        return anyio.CapacityLimiter(self.settings.api_threads + self.settings.api_waiting + 1)

    @cached_property
    def readers(self) -> anyio.CapacityLimiter:
        """Threads for short reads."""
        return anyio.CapacityLimiter(READERS)

    def slot(self, tenant: str, weight: float) -> Callable[[], AbstractContextManager[None]]:
        """Return what gives a turn of this weight, shared fairly between tenants."""
        return partial(self._timed_slot, tenant, weight)

    def figures(self) -> bytes:
        """Return all figures for Prometheus; nothing is waited for."""
        self.gauges.read()
        return self.metrics.render()

    async def read(self, work: Callable[[], Result]) -> Result:
        """Return what a function returns that reads documents or the database, without a turn."""
        return await in_thread(work, nullcontext, self.readers)

    @contextmanager
    def _timed_slot(self, tenant: str, weight: float) -> Iterator[None]:
        asked_s = time.perf_counter()
        with self.queue.slot(tenant, weight):
            self.metrics.count_wait(time.perf_counter() - asked_s)
            yield


@contextmanager
def open_services(settings: Settings, *, needs_key: bool) -> Iterator[Services]:
    """Give the services, with the index open and the database at this version.

    Raises:
        CoachError: The index, the weights or the database cannot be used.
    """
    with Database.from_settings(settings) as database:
        database.migrate()
        board = Switchboard(database)
        with (
            open_traces(settings) as traces,
            Coach(settings, mitigation=board.mitigation, traces=traces) as coach,
        ):
            quotas = Quotas.from_settings(settings, database)
            try:
                yield Services(coach, database, quotas, needs_key=needs_key, switchboard=board)
            finally:
                quotas.close()


def services_of(request: Request) -> Services:
    """Return the services of the app that a request came to."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(services_of)]
