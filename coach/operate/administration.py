"""What operators do to keys and stacks; each act is in the audit log's chain of the service."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial

from pydantic import JsonValue
from sqlalchemy.orm import Session

from coach.errors import ConflictError, NotFoundError, UsageError
from coach.guard.keys import Key, KeyStore, NewKey
from coach.guard.principal import UNLIMITED, Limits, Scope
from coach.settings import Settings
from coach.stack import SavedStack, StackStore
from coach.store.audit import SERVICE, AuditLog
from coach.store.database import Database
from coach.store.owner import Owner
from coach.switch import EngineSwitch
from ingest.store import open_store

SETTINGS_NAME = "settings"
"""How operators call what is in force as long as no stack was chosen."""


class Administration:
    """Makes and ends keys, chooses stacks. What cannot be written to the log is not done.

    Args:
        database: Of the audit log.
        keys: Those of the service.
        stacks: Those of its collection.
        actor: Id of the key of whoever does it, or who it is on the command line.
    """

    def __init__(self, database: Database, keys: KeyStore, stacks: StackStore, *, actor: str) -> None:
        self._database = database
        self._keys = keys
        self._stacks = stacks
        self._log = partial(AuditLog(database).add, tenant=SERVICE, actor=actor)

    def create_key(
        self, owner: Owner, scopes: Iterable[Scope], *, limits: Limits = UNLIMITED, note: str = ""
    ) -> NewKey:
        """Return a new key with its secret. Raises UsageError if a name is none, or there is no scope."""

        def noted(session: Session, made: Key) -> None:
            principal = made.principal
            details: dict[str, JsonValue] = {
                "tenant": principal.tenant,
                "scopes": [*sorted(principal.scopes)],
                "limits": principal.limits.model_dump(exclude_none=True),
            }
            self._log(session.connection(), action="key.created", subject=principal.key_id, details=details)

        return self._keys.create(owner, scopes, limits=limits, note=note, also=noted)

    def revoke_key(self, key_id: str) -> Key:
        """End a key and return it. Raises NotFoundError if there is none of this id."""

        def noted(session: Session, ended: Key) -> None:
            details: dict[str, JsonValue] = {"tenant": ended.principal.tenant}
            self._log(session.connection(), action="key.revoked", subject=key_id, details=details)

        return self._keys.revoke(key_id, also=noted)

    def save_stack(self, switch: EngineSwitch) -> SavedStack:
        """Keep the stack that the settings make, whatever is in force, and return it."""
        saved = switch.save()
        with self._database.session() as session:
            self._log(session.connection(), action="stack.saved", subject=f"stack:{saved.stack.hash}")
        return saved

    def use_stack(self, name: str) -> SavedStack | None:
        """Put a saved stack in force, or the settings; return it, None for the settings.

        Raises:
            NotFoundError: No stack is saved whose hash begins so.
            UsageError: Several are, or the name is empty.
        """
        if not name:
            raise UsageError("no stack is named", hint=f"{SETTINGS_NAME!r} follows the settings again.")
        wanted = "" if name == SETTINGS_NAME else name
        return self._on_stacks("stack.used", lambda: self._stacks.use(wanted))

    def roll_back_stack(self, chosen: str | None = None) -> SavedStack | None:
        """Put in force what was before, and return it.

        Args:
            chosen: What is to be left, so that a request that comes twice goes back once; None means
                whatever is in force.

        Raises:
            ConflictError: Something else is in force than what was named.
            NotFoundError: Nothing was before what was named.
            UsageError: Nothing was before, and nothing was named.
        """
        now = _name(self._stacks.active())
        if chosen is not None and chosen != now:
            raise ConflictError(f"{now!r} is in force, not {chosen!r}")
        if chosen is not None and self._stacks.before() is None:
            raise NotFoundError(f"nothing was in force before {chosen!r}", hint="Choose a stack.")
        return self._on_stacks("stack.rolled_back", self._stacks.rollback)

    def promote_index(self, settings: Settings, build: str) -> str:
        """Make a published build the live one, and have every process answer from it.

        Returns:
            The build that was live, empty for none.

        Raises:
            NotFoundError: No build of this name is published.
            IndexBusyError: Another process writes to the collection.
        """
        with closing(open_store(settings)) as store:
            before = store.live(settings.collection)
            known = {one.name for one in store.builds(settings.collection) if one.manifest}
            if build not in known:
                raise NotFoundError(f"there is no published build {build!r}", hint="See 'coach index list'.")
            with self._database.session() as session:
                details: dict[str, JsonValue] = {"from": before, "to": build}
                self._log(
                    session.connection(), action="index.promoted", subject=f"index:{build}", details=details
                )
                store.promote(settings.collection, build)
        self._stacks.reopen()
        return before

    def reopen_index(self) -> None:
        """Have every process on this data folder open the newest index with its next question."""

        def reopen() -> SavedStack | None:
            self._stacks.reopen()
            return self._stacks.active()

        self._on_stacks("index.reopened", reopen)

    def _on_stacks(self, action: str, work: Callable[[], SavedStack | None]) -> SavedStack | None:
        before = self._stacks.active()
        with self._database.session() as session:
            chosen = work()
            details: dict[str, JsonValue] = {"from": _name(before), "to": _name(chosen)}
            self._log(session.connection(), action=action, subject=f"stack:{_name(chosen)}", details=details)
        return chosen


def _name(saved: SavedStack | None) -> str:
    return saved.stack.hash if saved else SETTINGS_NAME
