"""Lineage: what an answer was made of, and which answers used a chunk, as the audit log has it.

An entry "answer.given" is written with every answer, in the same transaction. It holds hashes, ids and
figures, so it stays when the answer is erased, and its own hash is part of the log's chain.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from coach.errors import NotFoundError, UsageError
from coach.store.answers import AnswerStore
from coach.store.audit import EMPTY, SERVICE, AuditLog, Entry, Head, Verification
from coach.types import Answer, Status, Support
from ingest.contract import Frozen, Level

GIVEN = "answer.given"
Kept = Literal["as_given", "changed", "erased"]
PAGE_ENTRIES = 100


class Account(Frozen):
    """What the log says of an answer, without a word of it.

    Attributes:
        answer_sha256: Of the whole answer as JSON, as it was stored.
        question_sha256: Of the question as it was asked.
        stack_hash: Of the stack that made it; `index` and `corpus_hash` are the versions of its chunks.
        chunks: Chunk that a quote stands in -> its document.
        verdicts: Claims shown, by support.
        tokens: Read and written by models.
        cost_usd: None if the price of a call is unknown.
    """

    answer_sha256: str
    question_sha256: str
    status: Status
    level: Level
    stack_hash: str
    index: str
    corpus_hash: str
    chunks: dict[str, str] = Field(default_factory=dict)
    verdicts: dict[Support, int] = Field(default_factory=dict)
    dropped: int = 0
    model: str = ""
    tokens: int = 0
    cost_usd: float | None = 0.0
    cached: bool = False
    degraded: tuple[str, ...] = ()

    @classmethod
    def of(cls, answer: Answer, corpus_hash: str, chunks: Mapping[str, str]) -> Account:
        """Return the account of an answer whose quotes stand in these chunks, chunk -> document."""
        claims = answer.outline.claims()
        usage = answer.usage
        return cls(
            answer_sha256=_sha256(answer.model_dump_json()),
            question_sha256=_sha256(answer.question),
            status=answer.status,
            level=answer.level,
            stack_hash=answer.stack.hash,
            index=answer.stack.parts.get("index", ""),
            corpus_hash=corpus_hash,
            chunks=dict(chunks),
            verdicts=dict(Counter(claim.support for claim in claims)),
            dropped=answer.dropped,
            model=answer.model,
            tokens=usage.prompt_tokens + usage.completion_tokens if usage else 0,
            cost_usd=answer.cost_usd,
            cached=answer.cached,
            degraded=answer.degraded,
        )

    def details(self) -> dict[str, JsonValue]:
        """Return it as an entry holds it."""
        return self.model_dump(mode="json")


class Lineage(Frozen):
    """Where an answer comes from.

    Attributes:
        actor: Id of the key that asked.
        sequence: Of the log's entry; `hash` is that entry's.
        kept: Whether the answer is still stored as it was given.
    """

    answer_id: str
    tenant: str
    given_at: datetime
    actor: str
    sequence: int
    hash: str
    kept: Kept
    account: Account


class ChunkUse(Frozen):
    """An answer that cites a chunk; `sequence` is that of the log's entry."""

    answer_id: str
    given_at: datetime
    sequence: int
    stack_hash: str
    corpus_hash: str
    kept: bool


class ChunkUses(Frozen):
    """Answers that cite a chunk, newest first; `next_before` leads to older ones, None ends the list."""

    chunk_id: str
    tenant: str
    answers: tuple[ChunkUse, ...]
    next_before: int | None


class Chain(Frozen):
    """Whether one chain of the log holds; note its end elsewhere to prove later that nothing was cut off."""

    tenant: str
    verification: Verification
    head: Head


class Auditor:
    """Answers what an audit asks; it only reads."""

    def __init__(self, log: AuditLog, answers: AnswerStore) -> None:
        self._log = log
        self._answers = answers

    def lineage(self, tenant: str, answer_id: str) -> Lineage:
        """Return where an answer comes from.

        Raises:
            NotFoundError: The tenant was given no such answer.
        """
        entry: Entry | None = None
        with suppress(UsageError):  # of an id that no entry can have
            entry = next((one for one in self._log.about(tenant, answer_id) if one.action == GIVEN), None)
        if entry is None:
            raise NotFoundError(f"the audit log of {tenant!r} has no answer {answer_id!r}")
        account = Account.model_validate(entry.details)
        stored = self._answers.get(tenant, answer_id)
        kept: Kept = "erased"
        if stored is not None:
            same = Account.of(stored.answer, stored.corpus_hash, account.chunks) == account
            kept = "as_given" if same else "changed"
        return Lineage(
            answer_id=answer_id,
            tenant=tenant,
            given_at=entry.at,
            actor=entry.actor,
            sequence=entry.sequence,
            hash=entry.hash,
            kept=kept,
            account=account,
        )

    def uses(
        self, tenant: str, chunk_id: str, *, limit: int = PAGE_ENTRIES, before: int | None = None
    ) -> ChunkUses:
        """Return the tenant's answers that cite a chunk, erased ones too; none if nobody knows the chunk."""
        found = self._log.latest(tenant, limit=limit + 1, before=before, action=GIVEN, holding=chunk_id)
        accounts = [(one, Account.model_validate(one.details)) for one in found[:limit]]
        kept = self._answers.kept(tenant, [one.subject for one in found[:limit]])
        uses = tuple(
            ChunkUse(
                answer_id=entry.subject,
                given_at=entry.at,
                sequence=entry.sequence,
                stack_hash=account.stack_hash,
                corpus_hash=account.corpus_hash,
                kept=entry.subject in kept,
            )
            for entry, account in accounts
            if chunk_id in account.chunks
        )
        next_before = found[limit - 1].sequence if len(found) > limit else None
        return ChunkUses(chunk_id=chunk_id, tenant=tenant, answers=uses, next_before=next_before)

    def verify(self, tenant: str | None = None, *, noted: Head = EMPTY) -> tuple[Chain, ...]:
        """Return whether the tenant's chain holds and leads through the noted end, or whether all hold.

        Raises:
            NotFoundError: There is no chain of this tenant, and no end of one was noted.
        """
        known = {SERVICE: None} | dict.fromkeys(self._log.tenants())
        if tenant is not None and tenant not in known and noted == EMPTY:
            raise NotFoundError(f"the audit log has no chain of {tenant!r}", hint="Check the name.")
        return tuple(
            Chain(tenant=one, verification=self._log.verify(one, noted=noted), head=self._log.head(one))
            for one in (known if tenant is None else (tenant,))
        )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
