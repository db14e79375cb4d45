"""The page's door to question sets: a part of `ui.client.Api`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote

from ui.models import Reply
from ui.parts.set_models import (
    Competencies,
    Leaks,
    Reading,
    Reapplied,
    Rules,
    SetChange,
    SetList,
    SetVersions,
    StoredSet,
    StoredTemplate,
    TemplateList,
    Wishes,
)

Shape = TypeVar("Shape", bound=Reply)
_SETS = "/v1/question-sets"
_TEMPLATES = "/v1/question-set-templates"
_MOST_LISTED = 100


class SetMethods(ABC):
    """Requests for question sets and the house rules that they are built on."""

    @abstractmethod
    def _get(self, path: str, shape: type[Shape], query: dict[str, str | int] | None = None) -> Shape: ...

    @abstractmethod
    def _post(self, path: str, body: Mapping[str, object], shape: type[Shape]) -> Shape: ...

    @abstractmethod
    def _file(self, path: str, query: dict[str, str | int]) -> bytes: ...

    def read_request(self, text: str) -> Reading:
        """Return what a recruiter's text asks for."""
        return self._post(f"{_SETS}/read", {"text": text}, Reading)

    def competencies(self) -> Competencies:
        """Return what questions can be about."""
        return self._get(f"{_SETS}/competencies", Competencies)

    def build_set(self, wishes: Wishes, title: str, text: str, template_id: str = "") -> StoredSet:
        """Return a new question set, built on house rules if some are named."""
        body: dict[str, object] = {"wishes": wishes.model_dump(mode="json"), "title": title, "text": text}
        return self._post(_SETS, body | ({"template_id": template_id} if template_id else {}), StoredSet)

    def build_version(self, set_id: str, wishes: Wishes, title: str, text: str, after: int) -> StoredSet:
        """Return the version of a question set that follows `after`."""
        body = {"wishes": wishes.model_dump(mode="json"), "title": title, "text": text}
        return self._post(f"{_set(set_id)}/versions", body | {"after": after}, StoredSet)

    def question_set(self, set_id: str, version: int | None = None) -> StoredSet:
        """Return a version of a question set, the newest if none is named."""
        return self._get(_set(set_id), StoredSet, {"version": version} if version else None)

    def question_sets(self) -> SetList:
        """Return the team's question sets, latest change first."""
        return self._get(_SETS, SetList)

    def set_versions(self, set_id: str) -> SetVersions:
        """Return all versions of a question set, newest first."""
        return self._get(f"{_set(set_id)}/versions", SetVersions)

    def set_changes(self, set_id: str, before: int, after: int) -> SetChange:
        """Return what changed from one version of a question set to another."""
        return self._get(f"{_set(set_id)}/changes", SetChange, {"before": before, "after": after})

    def restore_set(self, set_id: str, version: int, after: int) -> StoredSet:
        """Return an older version of a question set as its newest one."""
        return self._post(f"{_set(set_id)}/restore", {"version": version, "after": after}, StoredSet)

    def leaks(self, set_id: str, text: str) -> Leaks:
        """Return the questions of a set that a text gives away."""
        return self._post(f"{_set(set_id)}/leaks", {"text": text}, Leaks)

    def exported_set(self, set_id: str, version: int, form: str, document: str) -> bytes:
        """Return a question set as a file."""
        return self._file(
            f"{_set(set_id)}/export", {"format": form, "document": document, "version": version}
        )

    def templates(self) -> TemplateList:
        """Return the team's house rules, latest change first."""
        return self._get(_TEMPLATES, TemplateList)

    def template(self, template_id: str) -> StoredTemplate:
        """Return the newest version of house rules."""
        return self._get(_template(template_id), StoredTemplate)

    def save_template(self, rules: Rules, before: StoredTemplate | None = None) -> StoredTemplate:
        """Return house rules, kept: new ones, or the version that follows another."""
        body: dict[str, object] = {"rules": rules.model_dump(mode="json")}
        if before is None:
            return self._post(_TEMPLATES, body, StoredTemplate)
        path = f"{_template(before.id)}/versions"
        return self._post(path, body | {"after": before.version}, StoredTemplate)

    def template_sets(self, template_id: str) -> SetList:
        """Return the sets that are built on house rules, latest change first."""
        return self._get(f"{_template(template_id)}/sets", SetList, {"limit": _MOST_LISTED})

    def apply_template(
        self, template_id: str, sets: Sequence[str], *, conflicts: str, dry_run: bool
    ) -> Reapplied:
        """Return what house rules do to sets; nothing is written in a dry run."""
        body: dict[str, object] = {"sets": list(sets), "conflicts": conflicts, "dry_run": dry_run}
        return self._post(f"{_template(template_id)}/apply", body, Reapplied)


def _set(set_id: str) -> str:
    return f"{_SETS}/{quote(set_id, safe='')}"


def _template(template_id: str) -> str:
    return f"{_TEMPLATES}/{quote(template_id, safe='')}"
