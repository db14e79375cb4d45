"""What a client can ask for with the house rules of question sets."""

from __future__ import annotations

from coach.api import calls
from coach.api.calls import Call
from coach.api.sdk.method import AwaitingThrough, Through, endpoint
from coach.api.set_templates import (
    ReapplyRequest,
    TemplatePage,
    TemplateReply,
    TemplateRequest,
    TemplateVersionRequest,
    TemplateVersions,
)
from coach.api.sets import SetPage
from coach.recruit.carry import Conflicts
from coach.recruit.reapply import Reapplied
from coach.recruit.template import TemplateChange, TemplateRules

_PATH = "/v1/question-set-templates"


class SetTemplateRequests:
    """All of it is the team's; what is another's is as if it were not there and raises NotFoundError."""

    @endpoint
    def save(self, rules: TemplateRules, *, idempotency_key: str | None = None) -> Call[TemplateReply]:
        """Return new house rules, kept."""
        return calls.create(_PATH, TemplateReply, TemplateRequest(rules=rules), idempotency_key)

    @endpoint
    def save_version(
        self, template_id: str, after: int, rules: TemplateRules, *, idempotency_key: str | None = None
    ) -> Call[TemplateReply]:
        """Return the version that follows `after`. Raises ConflictError if another one does already."""
        body = TemplateVersionRequest(rules=rules, after=after)
        return calls.create(f"{_named(template_id)}/versions", TemplateReply, body, idempotency_key)

    @endpoint
    def list(self, *, limit: int = 50, cursor: str | None = None) -> Call[TemplatePage]:
        """Return a page of the team's templates, latest change first."""
        return calls.get(_PATH, TemplatePage, limit=limit, cursor=cursor)

    @endpoint
    def get(self, template_id: str, *, version: int | None = None) -> Call[TemplateReply]:
        """Return a version of a template, the newest if none is named."""
        return calls.get(_named(template_id), TemplateReply, version=version)

    @endpoint
    def versions(self, template_id: str) -> Call[TemplateVersions]:
        """Return all versions of a template, newest first."""
        return calls.get(f"{_named(template_id)}/versions", TemplateVersions)

    @endpoint
    def changes(self, template_id: str, before: int, after: int | None = None) -> Call[TemplateChange]:
        """Return what changed from one version to another, to the newest if none is named."""
        return calls.get(f"{_named(template_id)}/changes", TemplateChange, before=before, after=after)

    @endpoint
    def delete(self, template_id: str) -> Call[None]:
        """Delete a template; sets that are built on it keep what it gave them."""
        return calls.delete(_named(template_id))

    @endpoint
    def sets(self, template_id: str, *, limit: int = 50, cursor: str | None = None) -> Call[SetPage]:
        """Return a page of the sets that are built on a template, latest change first."""
        return calls.get(f"{_named(template_id)}/sets", SetPage, limit=limit, cursor=cursor)

    @endpoint
    def apply(
        self,
        template_id: str,
        sets: tuple[str, ...],
        *,
        version: int | None = None,
        conflicts: Conflicts = "keep",
        dry_run: bool = True,
        idempotency_key: str | None = None,
    ) -> Call[Reapplied]:
        """Return what a version of a template does to sets; nothing is written in a dry run."""
        body = ReapplyRequest(sets=sets, version=version, conflicts=conflicts, dry_run=dry_run)
        return calls.create(f"{_named(template_id)}/apply", Reapplied, body, idempotency_key)


def _named(template_id: str) -> str:
    return f"{_PATH}/{calls.in_path(template_id)}"


class SetTemplates(SetTemplateRequests, Through):
    """`Client.set_templates`."""


class AsyncSetTemplates(SetTemplateRequests, AwaitingThrough):
    """`AsyncClient.set_templates`."""
