"""What the question-set routes take and give; the page speaks the same."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from coach.recruit.contract import Competency, Wishes
from coach.recruit.leak import Leak
from coach.recruit.lint import Finding
from coach.recruit.read import MAX_REQUEST_CHARS, Inferred
from coach.recruit.sets import QuestionSet, Weighting
from coach.recruit.store import SetSummary
from ingest.contract import Frozen

MAX_LEAK_CHARS = 50_000


class ReadRequest(Frozen):
    """A job text, or a note such as "senior, retrieval, 45 minutes, no system design"."""

    text: str = Field(min_length=1, max_length=MAX_REQUEST_CHARS, pattern=r"\S")


class ReadReply(Frozen):
    """What was read: wishes to change and to send back, and the words that each comes from.

    Attributes:
        findings: What the text itself should not say.
    """

    wishes: Wishes
    inferred: tuple[Inferred, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


class SetRequest(Frozen):
    """What a set is built from: wishes, or a text that they are read from; with both, the wishes hold.

    With neither it is a usual interview on all of the handbook.
    """

    wishes: Wishes | None = None
    text: str = Field("", max_length=MAX_REQUEST_CHARS)
    title: str = Field("", max_length=200)
    weightings: tuple[Weighting, ...] = Field((), max_length=100)


class VersionRequest(SetRequest):
    """The next version of a set; `after` is the version that it was made from."""

    after: int = Field(ge=1, le=2**31 - 1)


class SetReply(Frozen):
    """A version of a set; `corpus_changed` says whether the handbook has changed since."""

    id: str
    version: int
    created_at: datetime
    corpus_changed: bool
    made: QuestionSet


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
