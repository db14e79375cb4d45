"""Who asks: tenants with two people each, and their doors to every address of the service."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import httpx

from coach.api.operate import KeyRequest
from coach.client import Client
from coach.guard.principal import Limits, Scope
from tests.soak.exchanges import Exchanges, ListeningTransport

_PLENTY = 1_000_000


@dataclass(frozen=True)
class Door:
    """One person's way to one address: the SDK, which tries nothing again, and bare HTTP."""

    sdk: Client
    http: httpx.Client


@dataclass(frozen=True)
class Tenant:
    """A tenant.

    Attributes:
        marker: Goes into whatever it sends, and may come back to nobody else.
        writers: Doors of the person who asks, practises and builds sets; one for each address.
        critics: Doors of the person who says what answers are worth.
    """

    name: str
    marker: str
    writers: tuple[Door, ...]
    critics: tuple[Door, ...]


@contextmanager
def tenants(
    addresses: Sequence[str], exchanges: Exchanges, *, count: int, seed: int, timeout_s: float
) -> Iterator[list[Tenant]]:
    """Give new tenants. Every second one has limits, which are counted in Redis and never reached."""
    numbers = random.Random(seed)
    run = f"{numbers.getrandbits(32):08x}"
    with ExitStack() as opened:
        operator = opened.enter_context(Client(addresses[0]))

        def doors(tenant: str, person: str, marker: str, limits: Limits) -> tuple[Door, ...]:
            scopes: tuple[Scope, ...] = ("ask", "practice", "recruit")
            wanted = KeyRequest(tenant=tenant, person=person, scopes=scopes, limits=limits)
            secret = operator.operate.create_key(wanted).secret
            door = partial(
                _door, opened, secret=secret, marker=marker, exchanges=exchanges, timeout_s=timeout_s
            )
            return tuple(door(address) for address in addresses)

        made = []
        for number in range(count):
            name, marker = f"soak-{run}-{number}", f"marker{numbers.getrandbits(64):016x}"
            limits = (
                Limits(requests_per_month=_PLENTY, concurrent_requests=_PLENTY) if number % 2 else Limits()
            )
            writers, critics = (doors(name, person, marker, limits) for person in ("writer", "critic"))
            made.append(Tenant(name, marker, writers, critics))
        yield made


def _door(
    opened: ExitStack, address: str, *, secret: str, marker: str, exchanges: Exchanges, timeout_s: float
) -> Door:
    def transport() -> ListeningTransport:
        return ListeningTransport(exchanges, marker)

    sdk = Client(address, api_key=secret, timeout_s=timeout_s, attempts=1, transport=transport())
    headers = {"Authorization": f"Bearer {secret}"}
    http = httpx.Client(base_url=address, headers=headers, timeout=timeout_s, transport=transport())
    return Door(opened.enter_context(sdk), opened.enter_context(http))
