"""What must hold through a soak, judged by what was seen."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.contract import Frozen
from tests.soak.exchanges import Exchanges
from tests.soak.faults import Faults
from tests.soak.ledger import Ledger
from tests.soak.load import Load
from tests.soak.memory import Memory

OURS = ("api-1", "page")
"""Whose memory must be flat: our own processes that live through the whole run."""


class Verdict(Frozen):
    """One promise: whether it was kept, and what speaks for or against that."""

    promise: str
    kept: bool
    figure: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """All that a run has seen.

    Attributes:
        stuck: Requests that ran for longer than the budget at some moment.
        unread: Acknowledged writes that could not be read at the end, when all was well again.
    """

    exchanges: Exchanges
    ledger: Ledger
    load: Load
    faults: Faults
    memory: Memory
    budget_s: float
    stuck: list[str]
    unread: list[str]


def verdicts(seen: Seen) -> tuple[Verdict, ...]:
    """Return one for each promise."""
    return _writes(seen), _tenants(seen), _ends(seen), _failures(seen), _recovery(seen), _memory(seen)


def _writes(seen: Seen) -> Verdict:
    lost, unread = seen.ledger.lost, seen.unread
    written, checked = len(seen.ledger.entries), sum(seen.ledger.read_back.values())
    return Verdict(
        promise="no acknowledged write is lost or changed",
        kept=not lost and not unread and written > 0,
        figure=f"{len(lost)} lost of {written}, {len(unread)} not readable; read back {checked} times",
        evidence=(*lost, *unread),
    )


def _tenants(seen: Seen) -> Verdict:
    foreign = seen.exchanges.foreign
    return Verdict(
        promise="nobody sees a byte of another tenant",
        kept=not foreign,
        figure=f"{len(foreign)} in {len(seen.exchanges.took_s)} replies",
        evidence=tuple(foreign),
    )


def _ends(seen: Seen) -> Verdict:
    late = sum(spent_s > seen.budget_s for spent_s in seen.exchanges.took_s)
    slowest_s, what = seen.exchanges.slowest
    return Verdict(
        promise=f"every request ends within {seen.budget_s:.0f} s",
        kept=not late and not seen.stuck,
        figure=f"{late} later, {len(seen.stuck)} seen stuck; slowest {slowest_s:.1f} s ({what})",
        evidence=tuple(seen.stuck),
    )


def _failures(seen: Seen) -> Verdict:
    crashed, unforeseen = seen.exchanges.crashed, seen.load.unforeseen
    return Verdict(
        promise="no unforeseen failure",
        kept=not crashed and not unforeseen,
        figure=f"{len(crashed)} replies with status 500, {len(unforeseen)} unforeseen errors in clients",
        evidence=(*crashed, *unforeseen),
    )


def _recovery(seen: Seen) -> Verdict:
    late = [one.name for one in seen.faults.happened if one.recovered_s is None]
    well = len(seen.faults.happened) - len(late)
    return Verdict(
        promise="ready again after each fault",
        kept=not late,
        figure=f"{well} of {len(seen.faults.happened)}",
        evidence=tuple(late),
    )


def _memory(seen: Seen) -> Verdict:
    trends = {name: trend for name in OURS if (trend := seen.memory.trend(name))}
    shown = ", ".join(f"{name} {trend.growth_share:+.1%}" for name, trend in trends.items())
    return Verdict(
        promise="memory stays flat",
        kept=bool(trends) and all(trend.is_flat for trend in trends.values()),
        figure=shown or "the run was too short to tell",
    )
