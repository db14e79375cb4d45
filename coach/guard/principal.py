"""Who asks, and how much that one may do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coach.store.owner import Owner
from ingest.contract import Frozen

MOST = 10**15 - 1
"""The largest limit: above it a header cannot tell clients how the limit stands.

Source: https://www.rfc-editor.org/rfc/rfc8941#section-3.3.1 (integers have at most 15 digits)
"""
Count = Annotated[int, Field(ge=1, le=MOST)]
Dollars = Annotated[float, Field(gt=0, le=MOST, allow_inf_nan=False)]

Scope = Literal["ask", "practice", "recruit", "admin"]
SCOPES: tuple[Scope, ...] = ("ask", "practice", "recruit", "admin")


class Limits(Frozen):
    """What one key may take; None means no limit.

    Attributes:
        concurrent_requests: Requests that may run at the same moment.
    """

    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    usd_per_minute: Dollars | None = None
    requests_per_month: Count | None = None
    tokens_per_month: Count | None = None
    usd_per_month: Dollars | None = None
    concurrent_requests: Count | None = None


UNLIMITED = Limits()


class Principal(Frozen):
    """Whoever a request comes from.

    Attributes:
        person: Whose the rows are within the tenant; the same on all keys of that person.
        key_id: Public name of the key, safe to log.
    """

    tenant: str
    person: str = ""
    key_id: str
    scopes: frozenset[Scope]
    limits: Limits = UNLIMITED

    @property
    def owner(self) -> Owner:
        """Whose rows this principal writes."""
        return Owner(self.tenant, self.person)

    def may(self, scope: Scope) -> bool:
        """Return whether the principal has this scope; an administrator has all."""
        return scope in self.scopes or "admin" in self.scopes


LOCAL = Principal(tenant="local", key_id="local", scopes=frozenset(SCOPES))
"""Whoever asks on loopback without a key: the user of this machine."""
