"""What the routes of house rules take and give."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, StrictBool

from coach.api.sets import VersionNumber
from coach.recruit.carry import Conflicts
from coach.recruit.reapply import MOST_SETS
from coach.recruit.store import TemplateSummary
from coach.recruit.template import TemplateRules
from ingest.contract import Frozen


class TemplateRequest(Frozen):
    """House rules to be kept."""

    rules: TemplateRules


class TemplateVersionRequest(TemplateRequest):
    """The next version of house rules; `after` is the version that they were made from."""

    after: VersionNumber


class TemplateReply(Frozen):
    """A version of a template."""

    id: str
    version: int
    created_at: datetime
    rules: TemplateRules


class TemplatePage(Frozen):
    """A page of templates, latest change first."""

    templates: tuple[TemplateSummary, ...]
    next_cursor: str | None


class TemplateVersions(Frozen):
    """All versions of a template, newest first."""

    versions: tuple[TemplateSummary, ...]


class ReapplyRequest(Frozen):
    """Sets that are to follow a version of their template, the newest if none is named.

    Attributes:
        conflicts: Which value holds where both the set and the template changed it.
        dry_run: Whether it is only told what would become of the sets.
    """

    sets: tuple[str, ...] = Field(min_length=1, max_length=MOST_SETS)
    version: VersionNumber | None = None
    conflicts: Conflicts = "keep"
    dry_run: StrictBool = True
