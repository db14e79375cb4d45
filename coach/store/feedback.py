"""What readers say of answers and of single claims."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from sqlalchemy import ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from coach.errors import NotFoundError, UsageError
from coach.store.answers import AnswerRow
from coach.store.base import Id, Owned, PlainText, UtcTime, Word, new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page
from ingest.contract import Frozen

Verdict = Literal["up", "down"]


class FeedbackRow(Owned):
    """One verdict; it goes when its answer goes."""

    __tablename__ = "feedback"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "answer_id"], ["answers.tenant", "answers.id"], ondelete="CASCADE"),
        Index(None, "tenant", "answer_id"),
        Index(None, "tenant", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    answer_id: Mapped[str] = mapped_column(Id)
    claim: Mapped[int | None]
    verdict: Mapped[str] = mapped_column(Word(8))
    reason: Mapped[str] = mapped_column(PlainText)
    comment: Mapped[str] = mapped_column(PlainText)


class Opinion(Frozen):
    """What somebody thinks of an answer.

    Attributes:
        claim: Index into `Outline.claims()`, or None if the whole answer is meant.
        reason: One word of the reader's client ("wrong", "off_topic"), or empty.
    """

    verdict: Verdict
    claim: int | None = None
    reason: str = ""
    comment: str = ""


class Feedback(Frozen):
    """An opinion as it was stored."""

    id: str
    answer_id: str
    person: str
    created_at: datetime
    opinion: Opinion


class FeedbackStore:
    """Keeps feedback; everybody of a tenant can give it on the tenant's answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, owner: Owner, answer_id: str, opinion: Opinion) -> Feedback:
        """Store an opinion and return it as stored.

        Raises:
            NotFoundError: The tenant has no such answer.
            UsageError: The answer has no such claim.
        """
        given = Feedback(
            id=new_id(), answer_id=answer_id, person=owner.person, created_at=utc_now(), opinion=opinion
        )
        with self._database.session() as session:
            answer = session.get(AnswerRow, (owner.tenant, answer_id), with_for_update={"read": True})
            if answer is None:
                raise NotFoundError(f"there is no answer {answer_id!r}")
            if opinion.claim is not None and not 0 <= opinion.claim < answer.claims:
                raise UsageError(f"answer {answer_id!r} has {answer.claims} claims, none at {opinion.claim}")
            session.add(
                FeedbackRow(
                    tenant=owner.tenant,
                    person=owner.person,
                    id=given.id,
                    created_at=given.created_at,
                    answer_id=answer_id,
                    **opinion.model_dump(),
                )
            )
        return given

    def list(
        self,
        tenant: str,
        *,
        answer_id: str | None = None,
        limit: int = PAGE_ITEMS,
        cursor: str | None = None,
    ) -> Page[Feedback]:
        """Return feedback within the tenant, newest first; that on one answer if one is named.

        Raises:
            NotFoundError: The cursor comes from no list.
            UsageError: The limit is out of range.
        """
        query = select(FeedbackRow).where(FeedbackRow.tenant == tenant)
        if answer_id is not None:
            query = query.where(FeedbackRow.answer_id == answer_id)
        with self._database.reading() as session:
            return read_page(session, query, FeedbackRow, cursor=cursor, limit=limit).map(_feedback)


def _feedback(row: FeedbackRow) -> Feedback:
    return Feedback(
        id=row.id,
        answer_id=row.answer_id,
        person=row.person,
        created_at=row.created_at,
        opinion=Opinion(
            verdict=cast("Verdict", row.verdict), claim=row.claim, reason=row.reason, comment=row.comment
        ),
    )
