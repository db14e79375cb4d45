"""What the operators' routes take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from coach.guard.keys import Key
from coach.guard.principal import Limits, Scope
from coach.operate.board import MAX_MINUTES, MAX_REASON_CHARS, REASON, Switch
from coach.operate.dependencies import Dependency
from coach.operate.lineage import Chain
from coach.operate.mitigation import RULES, SwitchName
from coach.store.audit import Entry
from coach.store.base import NAME_CHARS
from coach.types import Stack
from ingest.contract import Frozen

MAX_INTEGER = 2**31 - 1
_NAME = "^[A-Za-z0-9_.@-]+$"


class KeyRequest(Frozen):
    """A key that is wanted: whose it is, what it opens, how much it may take."""

    tenant: str = Field(min_length=1, max_length=NAME_CHARS, pattern=_NAME)
    person: str = Field("", max_length=NAME_CHARS, pattern=r"^[A-Za-z0-9_.@-]*$")
    scopes: tuple[Scope, ...] = Field(("ask",), min_length=1, max_length=16)
    limits: Limits = Limits()
    note: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f]*$")


class Allowance(Frozen):
    """How one limit of a key stands."""

    name: str
    limit: float
    remaining: float
    reset_s: float


class KeyReply(Frozen):
    """What may be known of a key once it was made.

    Attributes:
        use: How its limits stand; empty for a key without limits, which nobody counts.
    """

    id: str
    tenant: str
    person: str
    scopes: tuple[Scope, ...]
    limits: Limits
    note: str
    created_at: datetime
    revoked_at: datetime | None
    use: tuple[Allowance, ...] = ()

    @classmethod
    def of(cls, key: Key, use: tuple[Allowance, ...] = ()) -> KeyReply:
        """Return what may be shown of a key."""
        principal = key.principal
        return cls(
            id=principal.key_id,
            tenant=principal.tenant,
            person=principal.person,
            scopes=tuple(sorted(principal.scopes)),
            limits=principal.limits,
            note=key.note,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
            use=use,
        )


class NewKeyReply(Frozen):
    """A new key with its secret, which cannot be read again."""

    key: KeyReply
    secret: str


class KeyList(Frozen):
    """Keys, oldest first, revoked ones too."""

    keys: tuple[KeyReply, ...]


class SavedStackReply(Frozen):
    """A stack that can be put in force."""

    stack: Stack
    in_force: bool


class StackList(Frozen):
    """The saved stacks.

    Attributes:
        serving: What the next question to this process is answered with, switches included.
        chosen: Hash of the stack in force, or "settings".
        before: What a rollback puts in force, in the same words; None if nothing was before.
        problem: Why this process does not follow what was chosen; empty if it does.
    """

    serving: Stack
    chosen: str
    before: str | None
    problem: str
    saved: tuple[SavedStackReply, ...]


class StackChoice(Frozen):
    """The hash of a saved stack, or the beginning of it; "settings" follows the settings."""

    name: str = Field(min_length=1, max_length=128)


class StackRollback(Frozen):
    """What is in force and is to be left: its hash, or "settings"."""

    chosen: str = Field(min_length=1, max_length=128)


class BuildChoice(Frozen):
    """The name of a published build of the index."""

    build: str = Field(min_length=1, max_length=128)


class DependencyList(Frozen):
    """What the service depends on."""

    state: Literal["ok", "degraded", "down"]
    dependencies: tuple[Dependency, ...]


class SwitchTerms(Frozen):
    """Why something is switched, and for how many minutes; None means until it is cleared."""

    reason: str = Field(min_length=1, max_length=MAX_REASON_CHARS, pattern=REASON)
    minutes: int | None = Field(None, ge=1, le=MAX_MINUTES)
    tenant: str = Field("", max_length=0, description="Named by the switch of a tenant alone.")


class ModelSwitch(SwitchTerms):
    """This model is asked before the others of the chain."""

    name: Literal["model"]
    value: str = Field(pattern=f"^({RULES['model'].values})$")


class FallbackSwitch(SwitchTerms):
    """The chain of models ends after the first, or begins so many steps further down."""

    name: Literal["fallback"]
    value: str = Field(pattern=f"^({RULES['fallback'].values})$")


class PassagesSwitch(SwitchTerms):
    """An answer draws on so many sections at most."""

    name: Literal["passages"]
    value: str = Field(pattern=f"^({RULES['passages'].values})$")


class RerankSwitch(SwitchTerms):
    """The found sections stay in the order of the search."""

    name: Literal["rerank"]
    value: Literal["off"] = "off"


class QuotesSwitch(SwitchTerms):
    """No model is asked."""

    name: Literal["quotes_only"]
    value: Literal["on"] = "on"


class TenantSwitch(SwitchTerms):
    """The requests of a tenant are refused."""

    name: Literal["tenant"]
    value: Literal["off"] = "off"
    tenant: str = Field(min_length=1, max_length=NAME_CHARS, pattern=_NAME)


SwitchRequest = Annotated[
    ModelSwitch | FallbackSwitch | PassagesSwitch | RerankSwitch | QuotesSwitch | TenantSwitch,
    Field(discriminator="name"),
]
"""One switch with a value that it takes."""


class SwitchRule(Frozen):
    """A switch that there is: what it takes and what it does."""

    name: SwitchName
    takes: str
    effect: str


class SwitchList(Frozen):
    """The switches that are set, and those that there are."""

    switches: tuple[Switch, ...]
    rules: tuple[SwitchRule, ...]


class EntryPage(Frozen):
    """Entries of the audit log, newest first; `next_before` leads to older ones, None ends the list."""

    entries: tuple[Entry, ...]
    next_before: int | None


class Verdict(Frozen):
    """Whether the chains of the audit log hold, and where each ends."""

    holds: bool
    chains: tuple[Chain, ...]
