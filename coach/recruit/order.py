"""An order for a set: what is asked for in words or wishes, with the house rules that are in force."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from coach.recruit.contract import Wishes
from coach.recruit.read import MAX_REQUEST_CHARS
from coach.recruit.recruiter import Recruiter
from coach.recruit.sets import QuestionSet, Weighting
from coach.recruit.store import StoredTemplate
from coach.recruit.template import MAX_INTRODUCTION_CHARS, MAX_NOTES_CHARS, applied
from ingest.contract import Frozen


class Order(Frozen):
    """What a set is built from: wishes, or a text that they are read from; with both, the wishes hold.

    Attributes:
        weightings: None leaves them as the template, or the version before, has them; likewise
            `introduction` and `notes`.
    """

    wishes: Wishes | None = None
    text: str = Field("", max_length=MAX_REQUEST_CHARS)
    title: str = Field("", max_length=200)
    weightings: tuple[Weighting, ...] | None = Field(None, max_length=100)
    introduction: str | None = Field(None, max_length=MAX_INTRODUCTION_CHARS)
    notes: str | None = Field(None, max_length=MAX_NOTES_CHARS)


def build_first(recruiter: Recruiter, order: Order, template: StoredTemplate | None = None) -> QuestionSet:
    """Return the first version of a set; with neither wishes nor a text it is a usual interview.

    Raises:
        NotFoundError: The wishes or the house rules name something that the handbook lacks.
        UsageError: Neither a choice nor a proof that there is none was found.
    """
    wishes = _wishes(recruiter, order) or Wishes()
    if template is not None:
        wishes = applied(template.rules, wishes)
    made = recruiter.build(wishes, title=order.title, request=order.text, weightings=order.weightings or ())
    if template is None:
        return made.model_copy(update=_words(order, "", ""))
    rules = template.rules
    changed = _words(order, rules.introduction, rules.notes)
    changed["template"] = template.use
    if order.weightings is None:
        changed["weightings"] = weightings_in(made, rules.weightings)
    return made.model_copy(update=changed)


def build_next(recruiter: Recruiter, order: Order, before: QuestionSet) -> QuestionSet:
    """Return the version that follows another; what the order does not speak of stays as it was.

    House rules are not applied again: what was changed by hand stays changed.

    Raises:
        NotFoundError: The wishes name something that the handbook lacks.
        UsageError: Neither a choice nor a proof that there is none was found.
    """
    wishes = _wishes(recruiter, order) or before.wishes
    title, request = order.title or before.title, order.text or before.request
    if wishes == before.wishes and before.corpus_hash == recruiter.pool.corpus_hash and not order.weightings:
        made = before.model_copy(update={"title": title, "request": request, "weightings": ()})
    else:
        made = recruiter.build(wishes, title=title, request=request, weightings=order.weightings or ())
    changed = _words(order, before.introduction, before.notes)
    changed["template"] = before.template
    if order.weightings is None:
        changed["weightings"] = weightings_in(made, before.weightings)
    return made.model_copy(update=changed)


def weightings_in(made: QuestionSet, weightings: tuple[Weighting, ...]) -> tuple[Weighting, ...]:
    """Return the weightings of questions that are in a set."""
    known = {pack.question.id for one in made.interviews for pack in one.packs}
    return tuple(one for one in weightings if one.question_id in known)


def _wishes(recruiter: Recruiter, order: Order) -> Wishes | None:
    if order.wishes is None and order.text.strip():
        return recruiter.read(order.text).wishes
    return order.wishes


def _words(order: Order, introduction: str, notes: str) -> dict[str, Any]:
    return {
        "introduction": introduction if order.introduction is None else order.introduction,
        "notes": notes if order.notes is None else order.notes,
    }
