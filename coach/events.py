"""What a streamed answer is made of: one event for each thing that is certain, in order.

A reader may show every event as it comes: nothing that was sent is withdrawn. The order is one
`Acknowledged`, then `Degraded` and `ClaimVerified` in any order, then one `Finished`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coach.types import Answer, Claim, OutlineField
from ingest.contract import Frozen


class Found(Frozen):
    """A section that the answer may draw on."""

    document: str
    heading: str
    path: tuple[str, ...]
    start: int
    end: int


class Acknowledged(Frozen):
    """The question was taken and searched for; empty `found` means that an abstention follows.

    Attributes:
        standalone: As `Answer.standalone` will hold it.
    """

    kind: Literal["acknowledged"] = "acknowledged"
    answer_id: str
    found: tuple[Found, ...]
    stack_hash: str
    standalone: str = ""


class ClaimVerified(Frozen):
    """A claim whose citations were checked; `index` is its place in its field of the outline."""

    kind: Literal["claim"] = "claim"
    field: OutlineField
    index: int
    claim: Claim


class Degraded(Frozen):
    """Something is missing from a full answer; `what` is the word that `Answer.degraded` will hold."""

    kind: Literal["degraded"] = "degraded"
    what: str


class Finished(Frozen):
    """The whole answer; its claims are exactly those that were sent."""

    kind: Literal["finished"] = "finished"
    answer: Answer


Event = Annotated[Acknowledged | ClaimVerified | Degraded | Finished, Field(discriminator="kind")]
