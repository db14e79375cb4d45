"""What a drill reports: one step after the other, each of which holds or ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from ingest.contract import Frozen

if TYPE_CHECKING:
    from coach.operate.drills.stage import Stage

Part = Literal["before", "broken", "signal", "mitigation", "after"]


class Step(NamedTuple):
    """One thing that was done or looked at.

    Attributes:
        part: Where the drill stands: well before, broken, the signal, the runbook's mitigation, well after.
        what: What should be so, in a few words.
        seen: What was measured.
        held: Whether it was so.
    """

    part: Part
    what: str
    seen: str
    held: bool


class Rehearsal(Frozen):
    """A drill that was run; it passed if all steps held. A drill ends with the first that does not."""

    name: str
    steps: tuple[Step, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the failure showed, and the mitigation worked."""
        return bool(self.steps) and all(step.held for step in self.steps)


class Drill(NamedTuple):
    """A rehearsal of one runbook.

    Attributes:
        name: Of the page in docs/runbooks, without its ending.
        summary: What is broken, in one line.
        play: Does it, step by step.
        needs_qdrant: Whether it starts a Qdrant server.
    """

    name: str
    summary: str
    play: Callable[[Stage], Iterator[Step]]
    needs_qdrant: bool = False
