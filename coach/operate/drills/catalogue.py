"""All drills by name, and how one is run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from coach.errors import CoachError, NotFoundError
from coach.operate.drills import index, load, models
from coach.operate.drills.stage import open_stage
from coach.operate.drills.step import Drill, Rehearsal, Step

ABSENT = 41
"""Exit code of a drill whose server this machine does not have."""

_DRILLS = (
    Drill("provider-down", "The model provider dies.", models.provider_down),
    Drill("slow-answers", "The first model takes seconds.", models.slow_answers),
    Drill("index-unreachable", "The Qdrant server is killed.", index.index_unreachable, needs_qdrant=True),
    Drill("database-unreachable", "The database is held by another program.", load.database_unreachable),
    Drill("stale-index", "A page is edited and not indexed.", index.stale_index),
    Drill("abstention-surge", "An ingest loses pages.", index.abstention_surge),
    Drill("support-drop", "A model makes up its quotes.", models.support_drop),
    Drill("budget-exhausted", "A model writes without end.", models.budget_exhausted),
    Drill("queue-saturated", "More ask than can be served.", load.queue_saturated),
    Drill("bad-release", "A poor stack and a poor build go live.", index.bad_release),
)


def drills() -> tuple[Drill, ...]:
    """Return all drills, in the order of the runbooks."""
    return _DRILLS


def find(name: str) -> Drill:
    """Return a drill by its name. Raises NotFoundError if there is none."""
    for drill in _DRILLS:
        if drill.name == name:
            return drill
    raise NotFoundError(f"there is no drill {name!r}", hint="'coach drill --list' shows them.")


def rehearse(
    drill: Drill, *, qdrant: Path | None = None, on_step: Callable[[Step], object] = lambda _: None
) -> Rehearsal:
    """Return how a drill went; it ends with the first step that does not hold.

    Args:
        drill: What is rehearsed.
        qdrant: Program of a Qdrant server, for the drill that needs one.
        on_step: Told each step as it is done.
    """
    began, steps = time.monotonic(), list[Step]()
    with open_stage(qdrant) as stage:
        try:
            for step in drill.play(stage):
                steps.append(step)
                on_step(step)
                if not step.held:
                    break
        except CoachError as error:  # the service did what the drill does not foresee
            steps.append(
                Step(steps[-1].part if steps else "before", "the drill goes on", str(error), held=False)
            )
            on_step(steps[-1])
    return Rehearsal(name=drill.name, steps=tuple(steps), seconds=time.monotonic() - began)
