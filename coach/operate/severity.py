"""How bad it is: from eval deltas and user signals to a level, as the handbook's own rubric says.

Two columns are read together and the worse one wins: how many points a metric lost, and what users met. User
signals raise a level and never lower one. A delta that this many items cannot tell from chance counts for
nothing: it is named, and no level follows from it.

Source: corpus/templates.md, "What does a severity rubric for an AI product look like?", and
corpus/incident-response.md, "How do you set the severity of a quality drop?".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from coach.operate.signals import Share, Signals
from ingest.contract import Frozen

Level = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
LEVELS: tuple[Level, ...] = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")
Tier = Literal[1, 2]
"""1: what makes an answer false or unsafe if it falls. 2: what makes it worse to read."""
Override = Literal["data-exposed", "unsafe-advice", "legal-exposure"]
"""What is SEV-1 whatever the figures say."""

LARGE_POINTS, MIDDLE_POINTS = 10.0, 3.0
RISE = 2.0
"""Times its usual rate, from which on a user signal counts."""
MIN_ANSWERS, MIN_HITS = 20, 5
"""Below so many in the window, a rate that doubled is chance."""
MOST_OF_ALL = 0.5
_ROUNDING = 1e-9


class Change(Frozen):
    """A metric that is worse than it was.

    Attributes:
        slice: "style=misspelt", or empty for all items.
        points: Lost, in percentage points; above 0.
        n: Items that both runs scored.
        is_measurable: Whether so many items tell it from chance.
    """

    metric: str
    slice: str = ""
    tier: Tier
    points: float
    n: int
    is_measurable: bool


class Duty(NamedTuple):
    """What a level asks of those on call."""

    page: str
    acknowledge: str
    updates: str
    review: str


DUTIES: dict[Level, Duty] = {
    "SEV-1": Duty("at once, day and night", "5 min", "30 min inside, status page within 15 min", "full"),
    "SEV-2": Duty("at once", "15 min", "60 min", "full"),
    "SEV-3": Duty("working hours", "same day", "daily", "short"),
    "SEV-4": Duty("a ticket", "next sprint", "none", "none"),
}


class Assessment(Frozen):
    """The level with its reasons, the gravest first; None if nothing moved."""

    level: Level | None
    reasons: tuple[str, ...]

    @property
    def pages(self) -> bool:
        """Whether somebody is woken."""
        return self.level in {"SEV-1", "SEV-2"}


class _Reason(NamedTuple):
    level: Level | None
    words: str


def assess(
    changes: Sequence[Change] = (),
    now: Signals | None = None,
    usual: Signals | None = None,
    overrides: Sequence[Override] = (),
) -> Assessment:
    """Return how bad it is.

    Args:
        changes: Metrics that are worse than in the baseline run; those that are not are left out.
        now: What users meet.
        usual: What they met before; both or neither.
        overrides: What is SEV-1 by itself.

    >>> drop = Change(metric="support_rate", tier=1, points=4.0, n=800, is_measurable=True)
    >>> assess([drop]).level, assess([drop.model_copy(update={"points": 12.0})]).level
    ('SEV-2', 'SEV-1')
    """
    reasons = [
        _Reason("SEV-1", f"{one.replace('-', ' ')}: SEV-1 whatever the figures say") for one in overrides
    ]
    reasons += [_of_change(one) for one in changes]
    if now is not None and usual is not None:
        reasons += _of_users(now, usual)
    found = [one.level for one in reasons if one.level]
    level = min(found, key=LEVELS.index) if found else None
    reasons.sort(key=lambda one: LEVELS.index(one.level) if one.level else len(LEVELS))
    words = [f"{one.level or 'no level'}: {one.words}" for one in reasons]
    if now is not None and usual is not None and (rise := _rise(now.down, usual.down)):
        raised = _raised(level)
        words.insert(0, f"thumbs down {rise}: raised from {level or 'no level'} to {raised}")
        level = raised
    return Assessment(level=level, reasons=tuple(words))


def _of_change(change: Change) -> _Reason:
    where = f"{change.metric} in {change.slice}" if change.slice else change.metric
    words = f"{where} (tier {change.tier}) lost {change.points:.1f} points on {change.n} items"
    if not change.is_measurable:
        return _Reason(None, f"{words}, which may be chance")
    if change.tier == 1:
        return _Reason(_by_points(change.points), words)
    return _Reason("SEV-2" if change.points > LARGE_POINTS + _ROUNDING else "SEV-4", words)


def _by_points(points: float) -> Level:
    """Return the level of a tier-1 metric that lost so many points.

    >>> [_by_points(points) for points in (10.1, 10.0, 3.0, 2.9)]
    ['SEV-1', 'SEV-2', 'SEV-2', 'SEV-3']
    """
    if points > LARGE_POINTS + _ROUNDING:
        return "SEV-1"
    return "SEV-2" if points >= MIDDLE_POINTS - _ROUNDING else "SEV-3"


def _of_users(now: Signals, usual: Signals) -> Iterator[_Reason]:
    """Yield what users meet that is at twice its usual rate.

    Source: corpus/templates.md, the worked example of a runbook page, for refusals: SEV-2.
    """
    if rise := _rise(now.abstained, usual.abstained):
        yield _Reason("SEV-2", f"abstentions {rise}: a key function is lost")
    if rise := _rise(now.degraded, usual.degraded):
        is_most = (now.degraded.rate or 0.0) > MOST_OF_ALL
        meaning = "most answers lack something" if is_most else "some do, with a workaround"
        yield _Reason("SEV-2" if is_most else "SEV-3", f"degraded answers {rise}: {meaning}")


def _rise(now: Share, usual: Share) -> str:
    """Return how far a rate is above its usual value, in words; nothing if it is not twice that.

    >>> _rise(Share(hits=12, n=40), Share(hits=10, n=100)), _rise(Share(hits=4, n=40), Share(hits=1, n=100))
    ('30% against 10%', '')
    """
    if now.n < MIN_ANSWERS or now.hits < MIN_HITS or now.rate is None or usual.rate is None:
        return ""
    if now.rate < RISE * usual.rate:
        return ""
    return f"{now.rate:.0%} against {usual.rate:.0%}"


def _raised(level: Level | None) -> Level:
    """Return one level higher; from none, that of something small that users notice."""
    return LEVELS[max(0, LEVELS.index(level) - 1)] if level else "SEV-3"
