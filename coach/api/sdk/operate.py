"""Requests of operators, with the scope "admin": keys, stacks, index, dependencies, switches, audit."""

from __future__ import annotations

from coach.api import calls
from coach.api.calls import Call
from coach.api.operate import (
    BuildChoice,
    DependencyList,
    EntryPage,
    KeyList,
    KeyReply,
    KeyRequest,
    NewKeyReply,
    StackChoice,
    StackList,
    StackRollback,
    SwitchList,
    Verdict,
)
from coach.api.sdk.method import AwaitingThrough, Through, endpoint
from coach.operate.board import Switch, Wanted
from coach.operate.freshness import IndexState
from coach.operate.lineage import ChunkUses, Lineage
from coach.operate.mitigation import SwitchName
from coach.store.audit import Head

_PATH = "/v1/operate"


class OperateRequests:
    """Requests of both clients. Reading something that is not there raises NotFoundError."""

    @endpoint
    def keys(self, *, tenant: str | None = None) -> Call[KeyList]:
        """Return the keys without their secrets, oldest first, with how their limits stand."""
        return calls.get(f"{_PATH}/keys", KeyList, tenant=tenant)

    @endpoint
    def create_key(self, wanted: KeyRequest) -> Call[NewKeyReply]:
        """Make a key and return it with its secret, this once.

        If the reply is lost on the way, a key may be left whose secret nobody has: revoke it.
        """
        return calls.post(f"{_PATH}/keys", NewKeyReply, wanted)

    @endpoint
    def revoke_key(self, key_id: str) -> Call[KeyReply]:
        """End a key and return it."""
        return _delete(f"{_PATH}/keys/{calls.in_path(key_id)}", KeyReply)

    @endpoint
    def stacks(self) -> Call[StackList]:
        """Return the saved stacks, and which one is in force."""
        return calls.get(f"{_PATH}/stacks", StackList)

    @endpoint
    def save_stack(self) -> Call[StackList]:
        """Save the stack that the server's settings make; nothing is switched."""
        return calls.post(f"{_PATH}/stacks", StackList)

    @endpoint
    def use_stack(self, name: str) -> Call[StackList]:
        """Put a saved stack in force; "settings" follows the settings."""
        return calls.post(f"{_PATH}/stacks/use", StackList, StackChoice(name=name))

    @endpoint
    def roll_back_stack(self, chosen: str) -> Call[StackList]:
        """Put in force what was before `chosen`. Raises ConflictError if that is not in force any more."""
        return calls.post(f"{_PATH}/stacks/rollback", StackList, StackRollback(chosen=chosen))

    @endpoint
    def index(self) -> Call[IndexState]:
        """Return which build is served, which was published last, and which files have changed."""
        return calls.get(f"{_PATH}/index", IndexState)

    @endpoint
    def reopen_index(self) -> Call[IndexState]:
        """Have every process answer from the build that was published last."""
        return calls.post(f"{_PATH}/index/reopen", IndexState)

    @endpoint
    def promote_index(self, build: str) -> Call[IndexState]:
        """Make a published build the live one, and have every process answer from it."""
        return calls.post(f"{_PATH}/index/promote", IndexState, BuildChoice(build=build))

    @endpoint
    def dependencies(self) -> Call[DependencyList]:
        """Return what the service depends on, and how each fares."""
        return calls.get(f"{_PATH}/dependencies", DependencyList)

    @endpoint
    def switches(self) -> Call[SwitchList]:
        """Return the switches that are set, and those that there are."""
        return calls.get(f"{_PATH}/switches", SwitchList)

    @endpoint
    def set_switch(self, wanted: Wanted) -> Call[Switch]:
        """Set a switch; every process follows within two seconds."""
        return calls.post(f"{_PATH}/switches", Switch, wanted)

    @endpoint
    def clear_switch(self, name: SwitchName, reason: str, *, tenant: str = "") -> Call[Switch]:
        """Take a switch back and return what it was."""
        return _delete(f"{_PATH}/switches/{calls.in_path(name)}", Switch, reason=reason, tenant=tenant)

    @endpoint
    def lineage(self, answer_id: str, *, tenant: str | None = None) -> Call[Lineage]:
        """Return what an answer was made of; the tenant is that of the key if none is named."""
        return calls.get(f"{_PATH}/audit/answers/{calls.in_path(answer_id)}", Lineage, tenant=tenant)

    @endpoint
    def chunk_uses(
        self, chunk_id: str, *, tenant: str | None = None, limit: int = 50, before: int | None = None
    ) -> Call[ChunkUses]:
        """Return the answers that cite a chunk, newest first."""
        path = f"{_PATH}/audit/chunks/{calls.in_path(chunk_id)}"
        return calls.get(path, ChunkUses, tenant=tenant, limit=limit, before=before)

    @endpoint
    def audit_entries(self, *, limit: int = 50, before: int | None = None) -> Call[EntryPage]:
        """Return what was done to the service as a whole, newest first."""
        return calls.get(f"{_PATH}/audit/entries", EntryPage, limit=limit, before=before)

    @endpoint
    def verify_audit_log(self, *, tenant: str | None = None, noted: Head | None = None) -> Call[Verdict]:
        """Return whether the audit log holds; `noted` is an end of the tenant's chain of some time ago."""
        end = f"{noted.sequence}:{noted.hash}" if noted else None
        return calls.get(f"{_PATH}/audit/verify", Verdict, tenant=tenant, noted=end)


def _delete(path: str, shape: type[calls.Shape], **query: str) -> Call[calls.Shape]:
    return Call("DELETE", path, shape.model_validate_json, query)


class Operate(OperateRequests, Through):
    """`Client.operate`."""


class AsyncOperate(OperateRequests, AwaitingThrough):
    """`AsyncClient.operate`."""
