"""Question sets and the templates of their house rules as they are kept: every version of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from coach.recruit.contract import TemplateUse
from coach.recruit.sets import QuestionSet
from coach.recruit.template import TemplateRules
from coach.store.base import Id
from coach.store.paging import PAGE_ITEMS, Page
from coach.store.versioned import Place, VersionedRow, VersionedStore
from ingest.contract import Frozen


class QuestionSetRow(VersionedRow):
    """One version of a set; `template_id` and `template_version` name the house rules that it follows."""

    __tablename__ = "question_sets"

    template_id: Mapped[str | None] = mapped_column(Id)
    template_version: Mapped[int | None]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Return the indexes by which lists are read."""
        return (*super().__table_args__, Index(None, "tenant", "template_id", "created_at", "id"))


class TemplateRow(VersionedRow):
    """One version of a template."""

    __tablename__ = "question_set_templates"


class StoredSet(Frozen):
    """A version of a set with its id."""

    id: str
    version: int
    created_at: datetime
    made: QuestionSet


class SetSummary(Frozen):
    """A version of a set, as a list shows it.

    Attributes:
        template_id: Whose house rules it follows, if any; `template_version` says which version of them.
    """

    id: str
    version: int
    created_at: datetime
    title: str
    template_id: str | None = None
    template_version: int | None = None


class StoredTemplate(Frozen):
    """A version of a template with its id."""

    id: str
    version: int
    created_at: datetime
    rules: TemplateRules

    @property
    def use(self) -> TemplateUse:
        """What a set that follows this version says of it."""
        return TemplateUse(id=self.id, version=self.version, title=self.rules.title)


class TemplateSummary(Frozen):
    """A version of a template, as a list shows it."""

    id: str
    version: int
    created_at: datetime
    title: str


class SetStore(VersionedStore[QuestionSetRow, QuestionSet, StoredSet, SetSummary]):
    """Keeps question sets."""

    table = QuestionSetRow
    what = "question set"

    def built_on(
        self, tenant: str, template_id: str, *, limit: int = PAGE_ITEMS, cursor: str | None = None
    ) -> Page[SetSummary]:
        """Return the sets whose newest version follows a template, latest change first.

        Raises:
            NotFoundError: The cursor comes from no list.
            UsageError: The limit is out of range.
        """
        only = (QuestionSetRow.template_id == template_id,)
        return self._page(tenant, only, limit=limit, cursor=cursor)

    def _columns(self, body: QuestionSet) -> dict[str, Any]:
        template = body.template
        return {
            "title": body.title,
            "body": body.model_dump_json(),
            "template_id": template.id if template else None,
            "template_version": template.version if template else None,
        }

    def _stored(self, place: Place, body: QuestionSet) -> StoredSet:
        return StoredSet(**place._asdict(), made=body)

    def _read(self, body: str) -> QuestionSet:
        return QuestionSet.model_validate_json(body)

    def _summary(self, row: QuestionSetRow) -> SetSummary:
        return SetSummary.model_validate(row, from_attributes=True)


class TemplateStore(VersionedStore[TemplateRow, TemplateRules, StoredTemplate, TemplateSummary]):
    """Keeps templates."""

    table = TemplateRow
    what = "template"

    def _columns(self, body: TemplateRules) -> dict[str, Any]:
        return {"title": body.title, "body": body.model_dump_json()}

    def _stored(self, place: Place, body: TemplateRules) -> StoredTemplate:
        return StoredTemplate(**place._asdict(), rules=body)

    def _read(self, body: str) -> TemplateRules:
        return TemplateRules.model_validate_json(body)

    def _summary(self, row: TemplateRow) -> TemplateSummary:
        return TemplateSummary.model_validate(row, from_attributes=True)
