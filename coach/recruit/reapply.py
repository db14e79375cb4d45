"""An edit of a template brought to sets that are built on it: a new version of each, or what it would be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from coach.errors import ConflictError, NotFoundError, UsageError
from coach.recruit.carry import Conflicts, KeptValue, carry
from coach.recruit.changes import SetChange, compare
from coach.recruit.contract import TemplateUse
from coach.recruit.order import weightings_in
from coach.recruit.recruiter import Recruiter
from coach.recruit.sets import QuestionSet
from coach.recruit.store import SetStore, StoredSet, StoredTemplate, TemplateStore
from coach.store.owner import Owner
from ingest.contract import Frozen

Outcome = Literal["current", "changed", "refused"]
MOST_SETS = 20
"""Sets of one call: each may have to be solved anew."""


class SetUpdate(Frozen):
    """What an edit of its template does to one set.

    Attributes:
        version: The set's version that was looked at.
        outcome: "current" if the set follows this version already; "changed" if it gets a new version;
            "refused" if it cannot, for the reason that `because` tells.
        written: The new version's number; None in a dry run, and where nothing was written.
        change: From the set's version to the new one.
        kept: Values that stay the set's own although the template changed them.
        cannot_be_met: Why no set can meet the new wishes, if none can; the new version is the nearest one.
    """

    id: str
    title: str = ""
    version: int = 0
    outcome: Outcome
    written: int | None = None
    change: SetChange | None = None
    kept: tuple[KeptValue, ...] = ()
    cannot_be_met: str = ""
    because: str = ""


class Reapplied(Frozen):
    """What an edit of a template does to some sets; nothing was written in a dry run."""

    template: TemplateUse
    dry_run: bool
    sets: tuple[SetUpdate, ...]


class Reapplier:
    """Brings templates to sets."""

    def __init__(self, recruiter: Recruiter, sets: SetStore, templates: TemplateStore) -> None:
        self._recruiter = recruiter
        self._sets = sets
        self._templates = templates

    def reapply(
        self,
        owner: Owner,
        template_id: str,
        set_ids: Sequence[str],
        *,
        version: int | None = None,
        conflicts: Conflicts = "keep",
        dry_run: bool = True,
    ) -> Reapplied:
        """Return what a version of a template, the newest if none is named, does to sets built on it.

        One set that cannot be changed does not keep the others from it.

        Raises:
            NotFoundError: The tenant has no such template.
        """
        template = self._templates.get(owner.tenant, template_id, version)
        write = None if dry_run else self._sets.add_version
        found: list[SetUpdate] = []
        for set_id in dict.fromkeys(set_ids):
            try:
                stored = self._sets.get(owner.tenant, set_id)
            except NotFoundError as error:
                found.append(SetUpdate(id=set_id, outcome="refused", because=str(error)))
                continue
            found.append(self._one(owner, template, stored, conflicts, write))
        return Reapplied(template=template.use, dry_run=dry_run, sets=tuple(found))

    def _one(
        self,
        owner: Owner,
        template: StoredTemplate,
        stored: StoredSet,
        conflicts: Conflicts,
        write: Callable[..., StoredSet] | None,
    ) -> SetUpdate:
        told = {"id": stored.id, "title": stored.made.title, "version": stored.version}
        use = stored.made.template
        if use is None or use.id != template.id:
            return SetUpdate(**told, outcome="refused", because="it is not built on this template")
        if use.version == template.version:
            return SetUpdate(**told, outcome="current")
        try:
            made, kept = self._made(owner, template, stored.made, use, conflicts)
            written = write(owner, stored.id, made, after=stored.version).version if write else None
        except (NotFoundError, UsageError, ConflictError) as error:
            return SetUpdate(**told, outcome="refused", because=str(error))
        return SetUpdate(
            **told,
            outcome="changed",
            written=written,
            change=compare(stored.made, made),
            kept=kept,
            cannot_be_met=made.conflict.because if made.conflict else "",
        )

    def _made(
        self,
        owner: Owner,
        template: StoredTemplate,
        made: QuestionSet,
        use: TemplateUse,
        conflicts: Conflicts,
    ) -> tuple[QuestionSet, tuple[KeptValue, ...]]:
        before = self._templates.get(owner.tenant, use.id, use.version).rules
        carried = carry(made, before, template.rules, conflicts)
        words = {
            "introduction": carried.introduction,
            "notes": carried.notes,
            "template": template.use,
        }
        built = made
        if carried.wishes != made.wishes:
            built = self._recruiter.build(carried.wishes, title=made.title, request=made.request, like=made)
        weightings = weightings_in(built, carried.weightings)
        return built.model_copy(update=words | {"weightings": weightings}), carried.kept
