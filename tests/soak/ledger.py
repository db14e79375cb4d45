"""What the service has acknowledged, and whether it still has it."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, NamedTuple

from pydantic import BaseModel

from coach.errors import CoachError, NotFoundError
from tests.soak.tenants import Door, Tenant

READERS = 4
Kind = Literal["answer", "feedback", "question set", "grade", "conversation", "turn"]


class Acknowledged(NamedTuple):
    """A write that a client was told is done.

    Attributes:
        within: Id of what it is part of: the conversation of a turn. Empty for what stands alone.
        digest: Of its content, as the reply to the write had it.
    """

    kind: Kind
    tenant: Tenant
    id: str
    digest: str
    within: str = ""


def digest(content: BaseModel | str) -> str:
    """Return a short hash of what was written."""
    text = content if isinstance(content, str) else content.model_dump_json()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass
class Ledger:
    """All acknowledged writes of a run, and those that were found lost or changed; shared by all threads."""

    entries: list[Acknowledged] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    read_back: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def add(
        self, kind: Kind, tenant: Tenant, id_: str, content: BaseModel | str, *, within: str = ""
    ) -> None:
        """Note a write whose whole reply is there."""
        with self._lock:
            self.entries.append(Acknowledged(kind, tenant, id_, digest(content), within))

    def check(self, entry: Acknowledged, door: Door) -> None:
        """Read one entry back.

        Raises:
            CoachError: It cannot be read at the moment; that is no loss.
        """
        try:
            found = _read(entry, door)
        except NotFoundError:
            found = "nothing"
        with self._lock:
            self.read_back[entry.kind] += 1
            if found != entry.digest:
                self.lost.append(f"{entry.kind} {entry.id} of {entry.tenant.name}: {found}")

    def check_all(self) -> list[str]:
        """Read everything back through all doors in turn; return what could not be read at all."""
        numbered = [(number, one) for number, one in enumerate(self.entries) if one.kind != "feedback"]
        with ThreadPoolExecutor(READERS) as readers:
            unread = [reason for reason in readers.map(self._problem, numbered) if reason]
        return unread + self._check_feedback()

    def _problem(self, numbered: tuple[int, Acknowledged]) -> str:
        """Return why an entry could not be read; empty if it could."""
        number, entry = numbered
        doors = entry.tenant.writers
        try:
            self.check(entry, doors[number % len(doors)])
        except CoachError as error:
            return f"{entry.kind} {entry.id}: {error}"
        return ""

    def _check_feedback(self) -> list[str]:
        """Feedback is read where a person takes all of it along."""
        unread = []
        for tenant in dict.fromkeys(one.tenant for one in self.entries if one.kind == "feedback"):
            try:
                kept = tenant.critics[0].sdk.export_me().holdings["feedback"]
            except CoachError as error:
                unread.append(f"feedback of {tenant.name}: {error}")
                continue
            comments = {str(row["id"]): digest(str(row["comment"])) for row in kept}
            for one in self.entries:
                if one.kind == "feedback" and one.tenant == tenant:
                    self.read_back["feedback"] += 1
                    if comments.get(one.id) != one.digest:
                        self.lost.append(f"feedback {one.id} of {tenant.name}")
        return unread


def _read(entry: Acknowledged, door: Door) -> str:
    """Return the digest of an entry as the service has it now. Raises NotFoundError if it has nothing."""
    match entry.kind:
        case "answer":
            return digest(door.sdk.answer(entry.id).answer.outline)
        case "question set":
            return digest(door.sdk.sets.get(entry.id).made)
        case "grade":
            return digest(door.sdk.practice.grade(entry.id).grade)
        case "conversation":
            return digest(door.sdk.conversation(entry.id).conversation.title)
        case "turn":
            turns = door.sdk.conversation(entry.within).turns
            return next((digest(one.answer_id) for one in turns if one.answer_id == entry.id), "nothing")
        case "feedback":
            raise AssertionError(entry)
