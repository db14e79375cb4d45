"""An order for a set: what is asked for in words or wishes, with the house rules that are in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field

from coach.recruit.contract import Wishes
from coach.recruit.lint import REQUEST, lint_text
from coach.recruit.read import MAX_REQUEST_CHARS, Reading
from coach.recruit.recruiter import Recruiter
from coach.recruit.revise import revised
from coach.recruit.sets import QuestionSet, Weighting, check_weightings, usual_title
from coach.recruit.store import StoredTemplate
from coach.recruit.template import MAX_INTRODUCTION_CHARS, MAX_NOTES_CHARS, applied
from coach.recruit.wishes import overlaid
from ingest.contract import Frozen

Read = Callable[[str], Reading]
_PREFERENCES = ("level", "focus", "seed")
"""What one question is preferred to another by."""


class Order(Frozen):
    """What a set is built from: wishes, or a text that they are read from; with both, the wishes hold.

    Attributes:
        wishes: Of a next version, those that are left out stay; `count`, `fewest` and `most` are one.
        weightings: None leaves them as the template, or the version before, has them; likewise
            `introduction` and `notes`.
    """

    wishes: Wishes | None = None
    text: str = Field("", max_length=MAX_REQUEST_CHARS)
    title: str = Field("", max_length=200)
    weightings: tuple[Weighting, ...] | None = Field(None, max_length=100)
    introduction: str | None = Field(None, max_length=MAX_INTRODUCTION_CHARS)
    notes: str | None = Field(None, max_length=MAX_NOTES_CHARS)


def build_first(
    recruiter: Recruiter, order: Order, template: StoredTemplate | None = None, read: Read | None = None
) -> QuestionSet:
    """Return the first version of a set; with neither wishes nor a text it is a usual interview.

    Args:
        recruiter: Of the live index.
        order: What is asked for.
        template: The house rules, if any are to hold.
        read: What reads the text, if not the recruiter.

    Raises:
        NotFoundError: The wishes or the house rules name something that the handbook lacks.
        UsageError: Neither a choice nor a proof that there is none was found.
    """
    wishes = order.wishes or Wishes()
    if order.wishes is None and order.text.strip():
        wishes = (read or recruiter.read)(order.text).wishes
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


def build_next(
    recruiter: Recruiter, order: Order, before: QuestionSet, read: Read | None = None
) -> QuestionSet:
    """Return the version that follows another; what the order does not speak of stays as it was.

    Of wishes, those that were given hold and the others stay; a text changes what it speaks of, and adds what
    it rules out; see `revised`. House rules are not applied again: what was changed by hand stays changed.
    Words and weights change no question; other wishes leave those in place that may stay, unless others are
    preferred now.

    Args:
        recruiter: Of the live index.
        order: What is asked for.
        before: The version that it follows.
        read: What reads the text, if not the recruiter.

    Raises:
        NotFoundError: The wishes name something that the handbook lacks, or a weight is given for a question
            that is not in the set.
        UsageError: Neither a choice nor a proof that there is none was found, the wishes do not fit with
            those of the version before, or nothing of the text could be read.
    """
    wishes = _wishes_after(before.wishes, order, read or recruiter.read)
    kept = usual_title(wishes) if before.title == usual_title(before.wishes) else before.title
    title, request = order.title or kept, order.text or before.request
    weightings = order.weightings or ()
    if wishes == before.wishes and before.corpus_hash == recruiter.pool.corpus_hash:
        check_weightings(weightings, before.interviews)
        on_sets = (one for one in before.findings if one.place != REQUEST)
        findings = (*lint_text(request), *on_sets)
        changes = {"request": request, "weightings": weightings, "findings": findings}
        made = before.model_copy(update=changes | {"title": title})
    else:
        same = all(getattr(wishes, name) == getattr(before.wishes, name) for name in _PREFERENCES)
        like = before if same else None
        made = recruiter.build(wishes, title=title, request=request, weightings=weightings, like=like)
    changed = _words(order, before.introduction, before.notes)
    changed["template"] = before.template
    if order.weightings is None:
        changed["weightings"] = weightings_in(made, before.weightings)
    return made.model_copy(update=changed)


def weightings_in(made: QuestionSet, weightings: tuple[Weighting, ...]) -> tuple[Weighting, ...]:
    """Return the weightings of questions that are in a set."""
    known = {pack.question.id for one in made.interviews for pack in one.packs}
    return tuple(one for one in weightings if one.question_id in known)


def _wishes_after(before: Wishes, order: Order, read: Read) -> Wishes:
    if order.wishes is not None:
        sent = dict(order.wishes)
        return overlaid(before, {name: sent[name] for name in order.wishes.model_fields_set})
    if order.text.strip():
        return revised(before, order.text, read(order.text))
    return before


def _words(order: Order, introduction: str, notes: str) -> dict[str, Any]:
    return {
        "introduction": introduction if order.introduction is None else order.introduction,
        "notes": notes if order.notes is None else order.notes,
    }
