"""Drift: whether what users ask, get and say is still what it was, without keeping a word of it.

A window of late is held against the window before it. Each detector has a size below which a shift does not
matter, and a chance above which it may be none; both must be passed. The questions are read from the answers
that are kept anyway, their vectors are compared and thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from coach.operate.shift import Shift, distance, rise, stability
from coach.operate.signals import Share, SignalReader, Signals, Window
from ingest.contract import Frozen

if TYPE_CHECKING:
    from coach.coach import Coach

Verdict = Literal["steady", "drifted", "too few"]

CHANCE = 0.01
"""Largest chance at which a shift is believed: with some seven detectors one false alarm in a dozen runs."""
GAP = 0.2
INDEX = 0.25
RISE = 2.0
"""Smallest shifts that matter: of cumulative shares, of the stability index, of a rate."""
MIN_ITEMS = 30
"""A side; below it the detectors see next to nothing."""
MIN_OPINIONS = 10
MOST_QUESTIONS = 500
_TOPICS_TOLD = 3


class Finding(Frozen):
    """What one detector says; `words` has the figures."""

    name: str
    verdict: Verdict
    words: str


class Windows(NamedTuple):
    """The stretch that is judged, and the one before it that it is held against."""

    usual: Window
    recent: Window

    @classmethod
    def before(cls, end: datetime, *, days: float, usual_days: float) -> Windows:
        """Return the last days before a moment, and the days before those."""
        middle = end - timedelta(days=days)
        return cls(Window(middle - timedelta(days=usual_days), middle), Window(middle, end))


def find_drift(reader: SignalReader, windows: Windows, coach: Coach) -> Iterator[Finding]:
    """Yield what the detectors on questions, answers and feedback find."""
    asked = [reader.questions(window, most=MOST_QUESTIONS) for window in windows]
    yield of_questions(*(nearness(coach, questions) for questions in asked))
    yield from of_signals(reader.read(windows.usual), reader.read(windows.recent))


def nearness(coach: Coach, questions: Sequence[str]) -> list[float]:
    """Return how near each question comes to the nearest question of the handbook: a cosine."""
    if not questions or not (known := coach.question_vectors()):
        return []
    handbook = np.stack([*known.values()])
    return [float((handbook @ coach.embed(question)).max()) for question in questions]


def of_questions(usual: Sequence[float], recent: Sequence[float]) -> Finding:
    """Return whether questions lie elsewhere than they did, seen from the handbook."""
    name = "questions"
    if few := _few(len(usual), len(recent), MIN_ITEMS):
        return Finding(name=name, verdict="too few", words=few)
    found = distance(usual, recent)
    middles = f"median {np.median(recent):.2f} against {np.median(usual):.2f}"
    words = f"nearness to the handbook: {middles}, gap {found.size:.2f}, {_chance(found)}"
    return Finding(name=name, verdict=_verdict(found, GAP), words=words)


def of_signals(usual: Signals, recent: Signals) -> Iterator[Finding]:
    """Yield whether topics, abstentions, degraded answers and thumbs down are what they were."""
    yield of_topics(usual.topics, recent.topics)
    yield of_share("abstentions", usual.abstained, recent.abstained, least=MIN_ITEMS)
    yield of_share("degraded answers", usual.degraded, recent.degraded, least=MIN_ITEMS)
    yield of_share("thumbs down", usual.down, recent.down, least=MIN_OPINIONS)


def of_topics(usual: Mapping[str, int], recent: Mapping[str, int]) -> Finding:
    """Return whether answers draw on other documents than they did."""
    name = "topics"
    if few := _few(sum(usual.values()), sum(recent.values()), MIN_ITEMS):
        return Finding(name=name, verdict="too few", words=few)
    found = stability(usual, recent)
    words = f"stability index {found.size:.2f}, {_chance(found)}; {_moved(usual, recent)}"
    return Finding(name=name, verdict=_verdict(found, INDEX), words=words)


def of_share(name: str, usual: Share, recent: Share, *, least: int) -> Finding:
    """Return whether a share rose to twice its usual value."""
    if few := _few(usual.n, recent.n, least):
        return Finding(name=name, verdict="too few", words=few)
    found = rise(recent.hits, recent.n, usual_hits=usual.hits, usual_n=usual.n)
    words = f"{recent.hits} of {recent.n} against {usual.hits} of {usual.n}, {_chance(found)}"
    return Finding(name=name, verdict=_verdict(found, RISE), words=words)


def _verdict(found: Shift, least: float) -> Verdict:
    return "drifted" if found.size >= least and found.p_value < CHANCE else "steady"


def _few(usual: int, recent: int, least: int) -> str:
    return f"{recent} against {usual}; {least} a side are needed" if min(usual, recent) < least else ""


def _chance(found: Shift) -> str:
    return f"p = {found.p_value:.3f}" if found.p_value >= 0.001 else "p < 0.001"  # noqa: PLR2004 - what is shown


def _moved(usual: Mapping[str, int], recent: Mapping[str, int]) -> str:
    """Return the documents whose share moved most, in words."""
    before, after = sum(usual.values()), sum(recent.values())
    moved = {name: (usual.get(name, 0) / before, recent.get(name, 0) / after) for name in {*usual, *recent}}
    most = sorted(moved, key=lambda name: (-abs(moved[name][1] - moved[name][0]), name))[:_TOPICS_TOLD]
    return ", ".join(f"{name} {moved[name][0]:.0%} -> {moved[name][1]:.0%}" for name in most)
