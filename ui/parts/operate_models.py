"""What the page reads of the service's operation; fields that it does not know are passed over."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, JsonValue

from ui.models import Reply, Stack


class Dependency(Reply):
    """One thing that the service depends on; `effect` is what users get while it is not well."""

    name: str
    state: str
    detail: str
    effect: str = ""


class Dependencies(Reply):
    """All of them, and the worst state among them."""

    state: str
    dependencies: tuple[Dependency, ...]


class SavedStack(Reply):
    """A stack that can be put in force."""

    stack: Stack
    in_force: bool


class Stacks(Reply):
    """What answers are made with, and what could be."""

    serving: Stack
    chosen: str
    before: str | None
    problem: str = ""
    saved: tuple[SavedStack, ...]


class IndexVersion(Reply):
    """One build of the index."""

    build: str
    created_at: datetime
    corpus_hash: str
    documents: int
    questions: int
    chunks: int


class StoredBuild(Reply):
    """A build that is kept; one without a version cannot be served."""

    build: str
    status: str
    version: IndexVersion | None


class IndexState(Reply):
    """The index as it is served and as it is stored."""

    collection: str
    served: IndexVersion
    live: IndexVersion
    is_current: bool
    builds: tuple[StoredBuild, ...] = ()
    changed: tuple[str, ...]
    unseen: int


class Switch(Reply):
    """A switch that is set."""

    name: str
    tenant: str
    value: str
    reason: str
    set_by: str
    set_at: datetime
    ends_at: datetime | None


class SwitchRule(Reply):
    """A switch that there is."""

    name: str
    takes: str
    effect: str


class Switches(Reply):
    """The switches that are set, and those that there are."""

    switches: tuple[Switch, ...]
    rules: tuple[SwitchRule, ...]


class Allowance(Reply):
    """How one limit of a key stands."""

    name: str
    limit: float
    remaining: float


class Key(Reply):
    """A key without its secret."""

    id: str
    tenant: str
    person: str
    scopes: tuple[str, ...]
    note: str
    created_at: datetime
    revoked_at: datetime | None
    use: tuple[Allowance, ...] = ()


class Keys(Reply):
    """All keys, oldest first."""

    keys: tuple[Key, ...]


class NewKey(Reply):
    """A key with its secret, which is shown this once."""

    key: Key
    secret: str


class Entry(Reply):
    """Something that was done to the service."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, JsonValue] = Field(default_factory=dict)


class Entries(Reply):
    """What was done, newest first."""

    entries: tuple[Entry, ...]


class Verdict(Reply):
    """Whether the audit log holds."""

    holds: bool
