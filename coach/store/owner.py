"""Whose a row is."""

from __future__ import annotations

from typing import NamedTuple


class Owner(NamedTuple):
    """A person within a tenant.

    Attributes:
        tenant: The isolation boundary: nothing is ever visible across it.
        person: Whose rows these are within the tenant; empty for those of the tenant as a whole. What is
            private (conversations, practice) is visible to this person alone.
    """

    tenant: str
    person: str = ""
