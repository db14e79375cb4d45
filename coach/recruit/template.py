"""House rules: what all sets of an organisation have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from coach.errors import UsageError
from coach.recruit.contract import MAX_MINUTES, MAX_QUESTIONS, CompetencyWish, TemplateUse, Wishes
from coach.recruit.sets import Weighting
from ingest.contract import Frozen, QuestionKind

MAX_INTRODUCTION_CHARS = 4000
MAX_NOTES_CHARS = 8000
Item = TypeVar("Item")


class TemplateRules(Frozen):
    """House rules; what is left out leaves the choice to each set.

    Attributes:
        introduction: What interviewers say to every candidate first, word for word.
        notes: The organisation's own notes to its interviewers.
        minutes: Of an interview for which nothing else is asked.
        questions: Ids of questions that come in every set.
        competencies: With their weights, for sets for which none are asked.
        weightings: Of questions, in whichever set they are; all others count alike.
    """

    title: str = Field(min_length=1, max_length=200)
    introduction: str = Field("", max_length=MAX_INTRODUCTION_CHARS)
    notes: str = Field("", max_length=MAX_NOTES_CHARS)
    minutes: float | None = Field(None, ge=5, le=MAX_MINUTES)
    questions: tuple[str, ...] = Field((), max_length=MAX_QUESTIONS)
    competencies: tuple[CompetencyWish, ...] = Field((), max_length=60)
    weightings: tuple[Weighting, ...] = Field((), max_length=MAX_QUESTIONS)
    avoid_kinds: tuple[QuestionKind, ...] = ()
    avoid_competencies: tuple[str, ...] = Field((), max_length=60)
    avoid_questions: tuple[str, ...] = Field((), max_length=500)
    avoid_topics: tuple[str, ...] = Field((), max_length=60)


class FieldChange(Frozen):
    """A value as it was and as it is."""

    before: str
    after: str


class TemplateChange(Frozen):
    """What changed between two versions of a template, by field."""

    same: bool
    fields: dict[str, FieldChange]


def applied(rules: TemplateRules, wishes: Wishes) -> Wishes:
    """Return wishes with the house rules in force: lists are joined, else what the wishes state holds.

    Raises:
        UsageError: Joined, a list is longer than wishes may be.
    """
    return changed(
        wishes,
        {
            "minutes": wishes.minutes or rules.minutes,
            "competencies": wishes.competencies or rules.competencies,
            "must_have": _joined(rules.questions, wishes.must_have),
            "avoid_kinds": _joined(wishes.avoid_kinds, rules.avoid_kinds),
            "avoid_competencies": _joined(wishes.avoid_competencies, rules.avoid_competencies),
            "avoid_questions": _joined(wishes.avoid_questions, rules.avoid_questions),
            "avoid_topics": _joined(wishes.avoid_topics, rules.avoid_topics),
        },
    )


def changed(wishes: Wishes, values: dict[str, Any]) -> Wishes:
    """Return wishes with other values. Raises UsageError if they are none that wishes may have."""
    try:
        return Wishes.model_validate(dict(wishes) | values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"the wishes of the set and its house rules do not fit together: {where}: {first['msg']}",
            hint="Shorten one of the two.",
        ) from error


def compare_rules(before: TemplateRules, after: TemplateRules) -> TemplateChange:
    """Return what changed between two versions of house rules."""
    fields = {
        name: FieldChange(before=told(value), after=told(getattr(after, name)))
        for name, value in before
        if value != getattr(after, name)
    }
    return TemplateChange(same=not fields, fields=fields)


def told(value: object) -> str:
    """Return a value of house rules, or of a set that follows them, as it is shown.

    >>> told(45.0), told(("a", "b")), told(None), told("")
    ('45', 'a, b', 'not stated', 'not stated')
    """
    if value is None or value in ("", ()):
        return "not stated"
    if isinstance(value, tuple):
        return ", ".join(told(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else _named(value)


def _named(value: object) -> str:
    match value:
        case TemplateUse():
            return f"{value.title or value.id}, version {value.version}"
        case CompetencyWish():
            return value.id if value.weight == 1 else f"{value.id} (weight {value.weight:g})"
        case Weighting():
            return f"{value.question_id} (weight {value.weight:g}: {value.reason})"
        case _:
            return str(value)


def _joined(first: Sequence[Item], second: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys((*first, *second)))
