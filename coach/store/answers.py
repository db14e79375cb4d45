"""Answers that were given: what a permalink leads to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, ForeignKeyConstraint, Index, Row, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from coach.errors import NotFoundError
from coach.store.base import Id, Owned, PlainText, UtcTime, Word, utc_now
from coach.store.database import Database, insert_if_absent
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page
from coach.types import Answer
from ingest.contract import Frozen


class AnswerRow(Owned):
    """One answer; the whole of it is `body`, the columns are what is searched for."""

    __tablename__ = "answers"
    __table_args__ = (Index(None, "tenant", "created_at", "id"), Index(None, "tenant", "stack_hash"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    corpus_hash: Mapped[str] = mapped_column(Word(128))
    stack_hash: Mapped[str] = mapped_column(Word(128))
    status: Mapped[str] = mapped_column(Word(16))
    claims: Mapped[int]
    body: Mapped[str] = mapped_column(PlainText)


class AnswerChunkRow(Owned):
    """A chunk that an answer cites, so that all answers that used it can be found."""

    __tablename__ = "answer_chunks"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "answer_id"], ["answers.tenant", "answers.id"], ondelete="CASCADE"),
        Index(None, "tenant", "chunk_id"),
    )

    answer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    chunk_id: Mapped[str] = mapped_column(Id, primary_key=True)


_KEPT = select(AnswerRow.body, AnswerRow.corpus_hash, AnswerRow.created_at).where(
    AnswerRow.tenant == bindparam("of_tenant"), AnswerRow.id == bindparam("of_id")
)
_INSERT_CHUNKS = insert(AnswerChunkRow.metadata.tables[AnswerChunkRow.__tablename__])


class StoredAnswer(Frozen):
    """An answer as it was given, with the version of the handbook that its offsets count in."""

    answer: Answer
    corpus_hash: str
    created_at: datetime


class AnswerStore:
    """Keeps answers; everybody of a tenant can read those of the tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        owner: Owner,
        answer: Answer,
        corpus_hash: str,
        *,
        also: Callable[[Connection], object] | None = None,
    ) -> StoredAnswer:
        """Store an answer and return it as stored; saving it again changes nothing.

        Args:
            owner: Whose it is.
            answer: As it was given.
            corpus_hash: Version of the handbook that its offsets count in.
            also: Done in the same transaction if the answer is new; the audit log's entry, say.
        """
        stored = StoredAnswer(answer=answer, corpus_hash=corpus_hash, created_at=utc_now())
        claims = answer.outline.claims()
        row = {
            "tenant": owner.tenant,
            "person": owner.person,
            "id": answer.id,
            "created_at": stored.created_at,
            "corpus_hash": corpus_hash,
            "stack_hash": answer.stack.hash,
            "status": answer.status,
            "claims": len(claims),
            "body": answer.model_dump_json(),
        }
        cited = {cited.chunk_id for claim in claims for cited in claim.citations if cited.chunk_id}
        # Not durable: whoever loses it to a power cut has it on the screen, and a conversation or a stored
        # reply that names it is written after it, durably.
        with self._database.transaction(durable=False) as connection:
            if not insert_if_absent(connection, AnswerRow, row):
                mine = {"of_tenant": owner.tenant, "of_id": answer.id}
                return _stored(connection.execute(_KEPT, mine).one())
            if cited:
                key = {"tenant": owner.tenant, "person": owner.person, "answer_id": answer.id}
                connection.execute(_INSERT_CHUNKS, [{**key, "chunk_id": chunk} for chunk in sorted(cited)])
            if also is not None:
                also(connection)
        return stored

    def get(self, tenant: str, answer_id: str) -> StoredAnswer | None:
        """Return an answer of the tenant, or None if it has none of this id."""
        with suppress(NotFoundError), self._database.reading() as session:  # of an id that no row can have
            row = session.get(AnswerRow, (tenant, answer_id))
            return _stored(row) if row else None
        return None

    def list(
        self, tenant: str, *, limit: int = PAGE_ITEMS, cursor: str | None = None, person: str | None = None
    ) -> Page[StoredAnswer]:
        """Return answers of the tenant, newest first; those of one person if one is named.

        Raises:
            NotFoundError: The cursor comes from no list.
            UsageError: The limit is out of range.
        """
        query = select(AnswerRow).where(AnswerRow.tenant == tenant)
        if person is not None:
            query = query.where(AnswerRow.person == person)
        with self._database.reading() as session:
            return read_page(session, query, AnswerRow, cursor=cursor, limit=limit).map(_stored)

    def kept(self, tenant: str, answer_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these answers the tenant still has."""
        query = select(AnswerRow.id).where(AnswerRow.tenant == tenant, AnswerRow.id.in_(answer_ids))
        with self._database.reading() as session:
            return frozenset(session.scalars(query))

    def citing(self, tenant: str, chunk_id: str) -> tuple[str, ...]:
        """Return the ids of the tenant's answers that cite a chunk."""
        query = select(AnswerChunkRow.answer_id).where(
            AnswerChunkRow.tenant == tenant, AnswerChunkRow.chunk_id == chunk_id
        )
        with self._database.reading() as session:
            return tuple(session.scalars(query.order_by(AnswerChunkRow.answer_id)))


def _stored(row: AnswerRow | Row[str, str, datetime]) -> StoredAnswer:
    return StoredAnswer(
        answer=Answer.model_validate_json(row.body), corpus_hash=row.corpus_hash, created_at=row.created_at
    )
