"""What the question-set routes take and give; the page speaks the same."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from coach.recruit.contract import Competency, Wishes
from coach.recruit.leak import Leak
from coach.recruit.lint import Finding
from coach.recruit.order import Order
from coach.recruit.read import MAX_REQUEST_CHARS, Inferred
from coach.recruit.sets import QuestionSet
from coach.recruit.store import SetSummary
from coach.store.base import NAME_CHARS
from coach.types import ModelUse
from ingest.contract import Frozen

MAX_LEAK_CHARS = 50_000
VersionNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ReadRequest(Frozen):
    """A job text, or a note such as "senior, retrieval, 45 minutes, no system design"."""

    text: str = Field(min_length=1, max_length=MAX_REQUEST_CHARS, pattern=r"\S")


class ReadReply(Frozen):
    """What was read: wishes to change and to send back, and the words that each comes from.

    Attributes:
        findings: What the text itself should not say.
        model: Who read it beside the rules; empty if nobody did.
        degraded: Steps down the chain of models, and why none has read it.
        usage: None if no model was asked.
        cost_usd: 0 if nothing was paid; None if the price of a call is unknown.
    """

    wishes: Wishes
    inferred: tuple[Inferred, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]
    model: str = ""
    degraded: tuple[str, ...] = ()
    usage: ModelUse | None = None
    cost_usd: float | None = 0.0


class SetRequest(Order):
    """What a set is built from; with neither wishes nor a text it is a usual interview.

    Attributes:
        template_id: Whose house rules hold; the newest version of them unless `template_version` says which.
    """

    template_id: str | None = Field(None, max_length=NAME_CHARS)
    template_version: VersionNumber | None = None


class VersionRequest(Order):
    """The next version of a set; `after` is the version that it was made from."""

    after: VersionNumber


class RestoreRequest(Frozen):
    """An older version to be made the newest again; `after` is the newest one that is known."""

    version: VersionNumber
    after: VersionNumber


class SetReply(Frozen):
    """A version of a set; `corpus_changed` says whether the handbook has changed since."""

    id: str
    version: int
    created_at: datetime
    corpus_changed: bool
    made: QuestionSet


class SetVersions(Frozen):
    """All versions of a set, newest first."""

    versions: tuple[SetSummary, ...]


class SetPage(Frozen):
    """A page of sets, latest change first."""

    sets: tuple[SetSummary, ...]
    next_cursor: str | None


class CompetencyList(Frozen):
    """What questions can be about."""

    competencies: tuple[Competency, ...]


class LeakRequest(Frozen):
    """A text from somewhere else that might give questions away."""

    text: str = Field(min_length=1, max_length=MAX_LEAK_CHARS)


class LeakReply(Frozen):
    """The questions that the text gives away."""

    leaks: tuple[Leak, ...]
