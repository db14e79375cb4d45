"""The page's door to what operators do: a part of `ui.client.Api`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

from ui.models import Reply
from ui.parts.operate_models import (
    Dependencies,
    Entries,
    IndexState,
    Key,
    Keys,
    NewKey,
    Stacks,
    Switch,
    Switches,
    Verdict,
)

Shape = TypeVar("Shape", bound=Reply)
_ROOT = "/v1/operate"


class OperateMethods(ABC):
    """Requests of operators; a key without the scope "admin" gets status 403 from each."""

    @abstractmethod
    def _get(self, path: str, shape: type[Shape], query: dict[str, str | int] | None = None) -> Shape: ...

    @abstractmethod
    def _post(self, path: str, body: Mapping[str, object], shape: type[Shape]) -> Shape: ...

    @abstractmethod
    def _delete(self, path: str, shape: type[Shape], query: dict[str, str]) -> Shape: ...

    def dependencies(self) -> Dependencies:
        """Return what the service depends on, and how each fares."""
        return self._get(f"{_ROOT}/dependencies", Dependencies)

    def stacks(self) -> Stacks:
        """Return the saved stacks, and which one is in force."""
        return self._get(f"{_ROOT}/stacks", Stacks)

    def save_stack(self) -> Stacks:
        """Save the stack that the server's settings make."""
        return self._post(f"{_ROOT}/stacks", {}, Stacks)

    def use_stack(self, name: str) -> Stacks:
        """Put a saved stack in force, or the settings."""
        return self._post(f"{_ROOT}/stacks/use", {"name": name}, Stacks)

    def roll_back_stack(self, chosen: str) -> Stacks:
        """Put in force what was before the stack that is named."""
        return self._post(f"{_ROOT}/stacks/rollback", {"chosen": chosen}, Stacks)

    def index(self) -> IndexState:
        """Return how fresh the index is."""
        return self._get(f"{_ROOT}/index", IndexState)

    def reopen_index(self) -> IndexState:
        """Have every process answer from the newest build."""
        return self._post(f"{_ROOT}/index/reopen", {}, IndexState)

    def promote_index(self, build: str) -> IndexState:
        """Make a published build the live one."""
        return self._post(f"{_ROOT}/index/promote", {"build": build}, IndexState)

    def switches(self) -> Switches:
        """Return the switches that are set, and those that there are."""
        return self._get(f"{_ROOT}/switches", Switches)

    def set_switch(self, name: str, value: str, *, reason: str, tenant: str, minutes: int | None) -> Switch:
        """Set a switch."""
        body = {"name": name, "value": value, "reason": reason, "tenant": tenant, "minutes": minutes}
        return self._post(f"{_ROOT}/switches", body, Switch)

    def clear_switch(self, name: str, *, reason: str, tenant: str) -> Switch:
        """Take a switch back."""
        query = {"reason": reason, "tenant": tenant}
        return self._delete(f"{_ROOT}/switches/{quote(name, safe='')}", Switch, query)

    def keys(self) -> Keys:
        """Return all keys without their secrets."""
        return self._get(f"{_ROOT}/keys", Keys)

    def create_key(self, wanted: Mapping[str, object]) -> NewKey:
        """Make a key; the secret is in the reply and nowhere else."""
        return self._post(f"{_ROOT}/keys", wanted, NewKey)

    def revoke_key(self, key_id: str) -> Key:
        """End a key."""
        return self._delete(f"{_ROOT}/keys/{quote(key_id, safe='')}", Key, {})

    def audit_entries(self, limit: int) -> Entries:
        """Return what was done to the service, newest first."""
        return self._get(f"{_ROOT}/audit/entries", Entries, {"limit": limit})

    def verify_audit_log(self) -> Verdict:
        """Return whether the audit log holds."""
        return self._get(f"{_ROOT}/audit/verify", Verdict)
