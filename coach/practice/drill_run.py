"""A drill that somebody runs: its clock, what has arrived, and what was decided. Everything here is pure.

The drill's minutes pass with one's own, at most three for a decision, and each move takes the minutes that it
would take. So a closed tab or a restart costs three minutes and not the drill.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from coach.practice.drill import WAIT, WAITING, Drill, Move, Proof, Signal
from ingest.contract import Frozen, Level

MOST_THINKING_MINUTES = 3.0
_LONGEST_WAIT_MINUTES = 5.0


class Decision(Frozen):
    """What was decided at once.

    Attributes:
        number: From 0 without gaps.
        said: In one's own words; empty if a move was picked.
        asked: What it was understood as, in order; empty if as nothing.
        moves: What of it was done: not what was done before, nor what follows the end.
        minute: Of the drill, when it was decided; `until` is when it was done.
    """

    number: int
    at: datetime
    said: str
    moves: tuple[str, ...]
    minute: float
    until: float
    asked: tuple[str, ...] = ()


class DrillRun(Frozen):
    """A run of a drill, which it keeps as it was when the run began; `version` grows with every change.

    Attributes:
        ended_minute: Of the drill, when its person or the clock ended it; None if a decision did.
    """

    id: str
    created_at: datetime
    version: int
    status: Literal["running", "finished"]
    drill: Drill
    proofs: dict[str, Proof]
    decisions: tuple[Decision, ...] = ()
    ended_minute: float | None = None


class Made(NamedTuple):
    """A move that was made; `minute` is when it was begun, `until` when it was done."""

    move: Move
    minute: float
    until: float
    decision: Decision


class FeedItem(Frozen):
    """Something that one sees: a signal, a decision of one's own, or what came of it."""

    minute: float
    kind: Literal["signal", "decision", "outcome", "unclear"]
    channel: str
    text: str


class Offer(Frozen):
    """A move that can be made."""

    id: str
    text: str


class DrillView(Frozen):
    """A run as its person may see it: nothing of what is still to come, and nothing of the grading.

    Attributes:
        minute: Of the drill, now; it ends at `minutes`.
        decision: Number of the next decision.
        moves: What can still be done; words of one's own will do as well.
    """

    id: str
    created_at: datetime
    status: Literal["running", "finished"]
    drill: str
    title: str
    level: Level
    briefing: str
    minute: float
    minutes: float
    decision: int
    feed: tuple[FeedItem, ...]
    moves: tuple[Offer, ...]


def minute_of(run: DrillRun, now: datetime) -> float:
    """Return the minute of the drill; a decision takes at most `MOST_THINKING_MINUTES` of it."""
    if run.status == "finished":
        return end_of(run)
    last = run.decisions[-1] if run.decisions else None
    began, minute = (last.at, last.until) if last else (run.created_at, 0.0)
    thought = (now - began).total_seconds() / 60
    return round(min(minute + min(max(thought, 0.0), MOST_THINKING_MINUTES), run.drill.minutes), 2)


def end_of(run: DrillRun) -> float:
    """Return the minute at which a run that is over ended."""
    if run.ended_minute is not None:
        return run.ended_minute
    return min(run.decisions[-1].until if run.decisions else 0.0, run.drill.minutes)


def decide(run: DrillRun, now: datetime, *, said: str, moves: Sequence[str]) -> DrillRun:
    """Return a running drill after a decision; what is decided when the time is up is not done any more."""
    minute = minute_of(run, now)
    if minute >= run.drill.minutes:
        return finish(run, now)
    ids = _until_close(run, moves)
    decided = Decision(
        number=len(run.decisions),
        at=now,
        said=said,
        moves=ids,
        minute=minute,
        until=_until(run, minute, ids),
        asked=tuple(moves),
    )
    after = run.model_copy(
        update={"version": run.version + 1, "decisions": (*run.decisions, decided)},
    )
    is_over = decided.until >= run.drill.minutes or any(_closes(run, one) for one in ids)
    return after.model_copy(update={"status": "finished"}) if is_over else after


def finish(run: DrillRun, now: datetime) -> DrillRun:
    """Return a run that is over, at the minute that it had come to."""
    if run.status == "finished":
        return run
    ended = {"ended_minute": minute_of(run, now), "version": run.version + 1}
    return run.model_copy(update={"status": "finished", **ended})


def made(run: DrillRun) -> Iterator[Made]:
    """Yield the moves that were made, in order; waiting is none."""
    for decision in run.decisions:
        yield from _made(run, decision)


def arrived(run: DrillRun, minute: float) -> tuple[Signal, ...]:
    """Return the signals that have arrived by a minute; a move forestalls those that come after its begin."""
    begun = {one.move.id: one.minute for one in made(run)}
    return tuple(
        signal
        for signal in run.drill.signals
        if signal.minute <= minute
        and not any(begun.get(move, signal.minute) < signal.minute for move in signal.unless)
    )


def feed(run: DrillRun, minute: float) -> tuple[FeedItem, ...]:
    """Return what one sees by a minute, the oldest first."""
    items = [
        FeedItem(minute=one.minute, kind="signal", channel=one.channel, text=one.text)
        for one in arrived(run, minute)
    ]
    items += _decided(run)
    return tuple(sorted(items, key=lambda one: one.minute))  # what is of one minute stays in this order


def view(run: DrillRun, now: datetime) -> DrillView:
    """Return a run as its person may see it."""
    minute = minute_of(run, now)
    done = {one.move.id for one in made(run)}
    left = [Offer(id=one.id, text=one.text) for one in run.drill.moves if one.id not in done]
    is_running = run.status == "running"
    return DrillView(
        id=run.id,
        created_at=run.created_at,
        status=run.status,
        drill=run.drill.id,
        title=run.drill.title,
        level=run.drill.level,
        briefing=run.drill.briefing,
        minute=minute,
        minutes=run.drill.minutes,
        decision=len(run.decisions),
        feed=feed(run, minute),
        moves=(*left, Offer(id=WAIT, text=WAITING)) if is_running else (),
    )


def _decided(run: DrillRun) -> Iterator[FeedItem]:
    for decision in run.decisions:
        picked = _texts(run, decision.moves or decision.asked)
        told = picked or decision.said
        if picked and decision.said:
            told = f"“{decision.said}” Understood as: {picked}"
        yield FeedItem(minute=decision.minute, kind="decision", channel="You", text=told)
        if not decision.moves:
            unclear = "Nobody knew what to do with that. Say one action a sentence, or pick one."
            told = f"That was done already: {_texts(run, decision.asked)}" if decision.asked else unclear
            yield FeedItem(minute=decision.minute, kind="unclear", channel="Team", text=told)
        for one in _made(run, decision):
            yield FeedItem(minute=one.until, kind="outcome", channel="Team", text=one.move.outcome)


def _texts(run: DrillRun, moves: Sequence[str]) -> str:
    known = {one.id: one.text for one in run.drill.moves} | {WAIT: WAITING}
    return " ".join(known[one] for one in moves)


def _made(run: DrillRun, decision: Decision) -> Iterator[Made]:
    minute = decision.minute
    for identity in decision.moves:
        move, until = run.drill.move(identity), _until(run, minute, [identity])
        if move is not None:
            yield Made(move, minute, until, decision)
        minute = until


def _until_close(run: DrillRun, moves: Sequence[str]) -> tuple[str, ...]:
    """Return the moves that can be made: each once, and none after the one that ends it."""
    done = {one.move.id for one in made(run)}
    chosen: list[str] = []
    for identity in moves:
        if identity not in done and identity not in chosen:
            chosen.append(identity)
            if _closes(run, identity):
                break
    return tuple(chosen)


def _closes(run: DrillRun, identity: str) -> bool:
    move = run.drill.move(identity)
    return move is not None and move.kind == "close"


def _until(run: DrillRun, minute: float, moves: Sequence[str]) -> float:
    """Return the minute at which moves are done that are begun one after the other."""
    for one in moves:
        minute = round(minute + _minutes(run, one, minute), 2)
    return minute


def _minutes(run: DrillRun, identity: str, minute: float) -> float:
    move = run.drill.move(identity)
    if move is not None:
        return move.minutes
    # A signal that was forestalled is waited for in vain, so that waiting does not tell that it was.
    coming = [one.minute for one in run.drill.signals if one.minute > minute]
    wait = coming[0] - minute if coming else _LONGEST_WAIT_MINUTES
    return max(min(wait, run.drill.minutes - minute), 0.0)
