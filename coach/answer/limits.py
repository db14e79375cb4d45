"""How much of an outline a candidate of each level is given."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ingest.contract import Frozen, Level


class Limits(Frozen):
    """Upper bounds of an outline.

    Attributes:
        direct_words: Words of a section's direct answer; at 150 words a minute, 110 take 45 seconds.
        openers: Sentences of a direct answer that is picked out of prose.
        runners_up: Sections about as fit as the first whose direct answers close the follow-ups.
        asides: Trade-offs and callouts after the steps.
        signals_of: Levels whose signals are shown, the most wanted first.
    """

    direct_words: int = 110
    openers: int = 3
    runners_up: int = 2
    probing: int
    steps: int
    asides: int
    numbers: int
    signals: int
    signals_of: tuple[Level, ...]
    traps: int
    follow_ups: int


LIMITS: Mapping[Level, Limits] = MappingProxyType(
    {
        "junior": Limits(
            probing=2,
            steps=5,
            asides=1,
            numbers=3,
            signals=2,
            signals_of=("junior", "mid"),
            traps=2,
            follow_ups=3,
        ),
        "mid": Limits(
            probing=2,
            steps=6,
            asides=1,
            numbers=4,
            signals=2,
            signals_of=("mid", "senior"),
            traps=3,
            follow_ups=4,
        ),
        "senior": Limits(
            probing=2,
            steps=8,
            asides=2,
            numbers=6,
            signals=3,
            signals_of=("senior", "staff"),
            traps=4,
            follow_ups=5,
        ),
        "staff": Limits(
            probing=2,
            steps=8,
            asides=2,
            numbers=6,
            signals=3,
            signals_of=("staff", "senior"),
            traps=4,
            follow_ups=5,
        ),
    }
)
