"""Tenants as labels of figures: few enough that Prometheus can keep a row for each."""

from __future__ import annotations

from threading import Lock

MOST_TENANTS = 100
OTHERS = "(others)"
"""Stands for every tenant beyond the first hundred that a process has met; no tenant can be called so."""


class TenantLabels:
    """Gives the label of a tenant: its name, or `OTHERS`; safe to share between threads.

    Names of tenants are chosen by whoever makes keys, never by users. A process labels the first ones that
    it meets and keeps to them until it ends, so a figure never moves from one label to another.
    """

    def __init__(self, most: int = MOST_TENANTS) -> None:
        self._most = most
        self._known: set[str] = set()
        self._lock = Lock()

    def label(self, tenant: str) -> str:
        """Return the label of a tenant.

        >>> few = TenantLabels(most=1)
        >>> few.label("acme"), few.label("initech"), few.label("acme")
        ('acme', '(others)', 'acme')
        """
        with self._lock:
            if tenant not in self._known and len(self._known) < self._most:
                self._known.add(tenant)
        return tenant if tenant in self._known else OTHERS
