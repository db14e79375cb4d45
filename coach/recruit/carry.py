"""How an edit of house rules reaches a set that follows them: three values of each field are compared.

They are what the set has, what the template gave in the version on which the set was built, and what it gives
now. What the set has of its own stays; where the template changed it too, the two are named.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from coach.recruit.contract import Wishes
from coach.recruit.sets import QuestionSet, Weighting
from coach.recruit.template import TemplateRules, changed, told
from ingest.contract import Frozen

Value = TypeVar("Value")
Conflicts = Literal["keep", "take"]
"""Where both the set and the template have changed a value: keep the set's, or take the template's."""


class KeptValue(Frozen):
    """A value of a set's own, where the template has another one now."""

    field: str
    own: str
    template: str


class Carried(Frozen):
    """A set's values after an edit of its template.

    Attributes:
        kept: Values that stay the set's own although the template changed them.
    """

    wishes: Wishes
    introduction: str
    notes: str
    weightings: tuple[Weighting, ...]
    kept: tuple[KeptValue, ...]


def carry(
    made: QuestionSet, before: TemplateRules, after: TemplateRules, conflicts: Conflicts = "keep"
) -> Carried:
    """Return the values of a set, built on one version of a template, under another version.

    Raises:
        UsageError: A list would be longer than wishes may be.
    """
    merge = _Merge(take=conflicts == "take")
    wishes = made.wishes
    minutes = merge.value("minutes", wishes.minutes, before.minutes, after.minutes)
    competencies = merge.value("competencies", wishes.competencies, before.competencies, after.competencies)
    fixed = _Edit(before.questions, after.questions)
    avoided = _Edit(before.avoid_questions, after.avoid_questions)
    kinds = _Edit(before.avoid_kinds, after.avoid_kinds)
    chapters = _Edit(before.avoid_competencies, after.avoid_competencies)
    topics = _Edit(before.avoid_topics, after.avoid_topics)
    asked = avoided.left(wishes.avoid_questions), fixed.left(wishes.must_have)
    values = {
        "minutes": minutes,
        "must_have": merge.items("questions", wishes.must_have, fixed, asked[0]),
        "avoid_questions": merge.items("avoid_questions", wishes.avoid_questions, avoided, asked[1]),
        "avoid_kinds": merge.items("avoid_kinds", wishes.avoid_kinds, kinds, wishes.kinds),
        "avoid_competencies": merge.items(
            "avoid_competencies", wishes.avoid_competencies, chapters, [one.id for one in competencies]
        ),
        "avoid_topics": merge.items("avoid_topics", wishes.avoid_topics, topics, ()),
        "competencies": competencies,
    }
    merged = changed(wishes, values)
    return Carried(
        wishes=_settled(merged, fixed, avoided, kinds, chapters) if merge.take else merged,
        introduction=merge.value("introduction", made.introduction, before.introduction, after.introduction),
        notes=merge.value("notes", made.notes, before.notes, after.notes),
        weightings=tuple(_weightings(merge, made.weightings, before.weightings, after.weightings)),
        kept=tuple(merge.kept),
    )


@dataclass(frozen=True, slots=True)
class _Edit:
    """How a list of a template changed."""

    before: Sequence[str]
    after: Sequence[str]

    @property
    def added(self) -> tuple[str, ...]:
        return tuple(one for one in self.after if one not in self.before)

    def left(self, own: Sequence[str]) -> tuple[str, ...]:
        """Return a set's list without what the template had and has no longer."""
        return tuple(one for one in own if one not in self.before or one in self.after)


@dataclass(slots=True)
class _Merge:
    take: bool
    kept: list[KeptValue] = field(default_factory=list)

    def value(self, name: str, own: Value, before: Value, after: Value) -> Value:
        """Return what one value becomes."""
        if after in (before, own):
            return own
        if own == before or self.take:
            return after
        self.kept.append(KeptValue(field=name, own=told(own), template=told(after)))
        return own

    def items(
        self, name: str, own: Sequence[str], edit: _Edit, ruled_out: Collection[str]
    ) -> tuple[str, ...]:
        """Return what a list becomes; what the set rules out elsewhere is not added to it."""
        left = edit.left(own)
        new = [one for one in edit.added if one not in left]
        against = [] if self.take else [one for one in new if one in ruled_out]
        self.kept += [KeptValue(field=name, own=f"without {one}", template=f"with {one}") for one in against]
        return (*left, *(one for one in new if one not in against))


def _weightings(
    merge: _Merge, own: Sequence[Weighting], before: Sequence[Weighting], after: Sequence[Weighting]
) -> list[Weighting]:
    had, old, new = ({one.question_id: one for one in some} for some in (own, before, after))
    names = dict.fromkeys((*had, *new))
    found = [merge.value("weightings", had.get(one), old.get(one), new.get(one)) for one in names]
    return [one for one in found if one is not None]


def _settled(wishes: Wishes, fixed: _Edit, avoided: _Edit, kinds: _Edit, chapters: _Edit) -> Wishes:
    """Return the wishes without what contradicts the lists that were taken over."""
    values: dict[str, Any] = {
        "avoid_questions": tuple(one for one in wishes.avoid_questions if one not in fixed.added),
        "must_have": tuple(one for one in wishes.must_have if one not in avoided.added),
        "kinds": tuple(one for one in wishes.kinds if one not in kinds.added),
        "competencies": tuple(one for one in wishes.competencies if one.id not in chapters.added),
    }
    return changed(wishes, values)
