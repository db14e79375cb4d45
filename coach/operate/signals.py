"""What users met in a stretch of time, counted over all tenants: figures, never their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from coach.operate.lineage import GIVEN, Account
from coach.operate.mitigation import SWITCHED
from coach.store.answers import AnswerStore
from coach.store.audit import AuditLog
from coach.store.database import Database
from coach.store.feedback import FeedbackRow
from coach.store.paging import MOST_PAGE_ITEMS, Place
from ingest.contract import Frozen

MOST_GIVEN = 5000
"""Answers of a tenant in a window that are looked at, the newest; more would change no verdict."""
_PAGE_ENTRIES = 500


class Window(NamedTuple):
    """A stretch of time, [begin, end)."""

    begin: datetime
    end: datetime


class Share(Frozen):
    """So many of so many."""

    hits: int
    n: int

    @property
    def rate(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.n if self.n else None


class Signals(Frozen):
    """What the users of a window met, and what they said of it.

    Attributes:
        abstained: Answers that were a no, among all.
        degraded: Answers that lacked something that no operator had switched off, among all.
        down: Thumbs down, among all opinions.
        topics: Document that an answer draws on most -> answers; those that cite nothing are not in it.
    """

    abstained: Share
    degraded: Share
    down: Share
    topics: dict[str, int]


class _Asked(NamedTuple):
    at: datetime
    question: str


class SignalReader:
    """Reads the audit log, the feedback and, for their vectors alone, the questions of kept answers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._log = AuditLog(database)
        self._answers = AnswerStore(database)

    def read(self, window: Window) -> Signals:
        """Return the signals of a window; answers that were erased since still count."""
        accounts = [one for tenant in self._log.tenants() for one in self._given(tenant, window)]
        n = len(accounts)
        opinions = self._opinions(window)
        topics = Counter(topic for one in accounts if (topic := _topic(one)))
        return Signals(
            abstained=Share(hits=sum(one.status == "abstained" for one in accounts), n=n),
            degraded=Share(hits=sum(_lacks(one) for one in accounts), n=n),
            down=Share(hits=opinions["down"], n=opinions.total()),
            topics=dict(topics),
        )

    def questions(self, window: Window, *, most: int) -> list[str]:
        """Return the newest questions of a window whose answers are kept; the caller keeps none of them."""
        found = [one for tenant in self._log.tenants() for one in self._asked(tenant, window, most)]
        found.sort(key=lambda one: (one.at, one.question), reverse=True)
        return [one.question for one in found[:most]]

    def _asked(self, tenant: str, window: Window, most: int) -> list[_Asked]:
        found: list[_Asked] = []
        cursor: str | None = Place(window.end, "").cursor()
        while cursor is not None and len(found) < most:
            page = self._answers.list(tenant, limit=MOST_PAGE_ITEMS, cursor=cursor)
            inside = [one for one in page.items if one.created_at >= window.begin]
            found += [_Asked(one.created_at, one.answer.question) for one in inside]
            cursor = page.next_cursor if len(inside) == len(page.items) else None
        return found

    def _given(self, tenant: str, window: Window) -> Iterator[Account]:
        """Yield what the log says of the newest answers of a tenant in a window."""
        before: int | None = None
        left = MOST_GIVEN
        while left:
            entries = self._log.latest(tenant, limit=_PAGE_ENTRIES, before=before, action=GIVEN)
            inside = [one for one in entries if window.begin <= one.at < window.end][:left]
            yield from (Account.model_validate(one.details) for one in inside)
            left -= len(inside)
            if len(entries) < _PAGE_ENTRIES or entries[-1].at < window.begin:
                return
            before = entries[-1].sequence

    def _opinions(self, window: Window) -> Counter[str]:
        created = FeedbackRow.created_at
        query = (
            select(FeedbackRow.verdict, func.count().label("many"))
            .where(created >= window.begin, created < window.end)
            .group_by(FeedbackRow.verdict)
        )
        with self._database.reading() as session:
            return Counter({row.verdict: row.many for row in session.execute(query)})


def _lacks(account: Account) -> bool:
    """Return whether an answer lacked more than what operators had switched off, which is planned."""
    planned = {what for what in account.degraded if what.startswith(SWITCHED)}
    if f"{SWITCHED}rerank=off" in planned:
        planned.add("reranker")
    return not planned.issuperset(account.degraded)


def _topic(account: Account) -> str:
    """Return the document that most of an answer's quotes stand in; ties go to the first by name."""
    documents = Counter(sorted(account.chunks.values()))
    return documents.most_common(1)[0][0] if documents else ""
