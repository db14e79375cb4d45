"""What changed from one version of a set to the next."""

from __future__ import annotations

from pydantic import Field

from coach.recruit.sets import Interview, QuestionSet
from coach.recruit.template import told
from ingest.contract import Frozen

_WORDS = ("title", "introduction", "notes", "weightings", "template")


class InterviewChange(Frozen):
    """What changed in one interview; questions are named by their text.

    Attributes:
        moved: Questions that both versions have, at another place.
        altered: Questions whose page, time or probes changed.
    """

    name: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    minutes: tuple[float, float] | None = None
    difficulty: tuple[float, float] | None = None


class SetChange(Frozen):
    """What changed between two versions of a set, each change as before and after.

    Attributes:
        wishes: By field, those that differ.
        words: Title, introduction, notes, weights and template, those that differ.
    """

    same: bool
    corpus_changed: bool
    wishes: dict[str, tuple[str, str]]
    words: dict[str, tuple[str, str]] = Field(default_factory=dict)
    interviews: tuple[InterviewChange, ...]


def compare(before: QuestionSet, after: QuestionSet) -> SetChange:
    """Return what changed."""
    old, new = {one.name: one for one in before.interviews}, {one.name: one for one in after.interviews}
    wishes = {
        name: (told(value), told(getattr(after.wishes, name)))
        for name, value in before.wishes
        if value != getattr(after.wishes, name)
    }
    words = {
        name: (told(getattr(before, name)), told(getattr(after, name)))
        for name in _WORDS
        if getattr(before, name) != getattr(after, name)
    }
    changes = tuple(_interview(name, old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new)))
    return SetChange(
        same=before == after,
        corpus_changed=before.corpus_hash != after.corpus_hash,
        wishes=wishes,
        words=words,
        interviews=tuple(one for one in changes if one != InterviewChange(name=one.name)),
    )


def _interview(name: str, before: Interview | None, after: Interview | None) -> InterviewChange:
    old = {pack.question.id: pack for pack in before.packs} if before else {}
    new = {pack.question.id: pack for pack in after.packs} if after else {}
    kept = [one for one in old if one in new]
    order = [one for one in new if one in old]
    return InterviewChange(
        name=name,
        added=tuple(pack.question.text for one, pack in new.items() if one not in old),
        removed=tuple(pack.question.text for one, pack in old.items() if one not in new),
        moved=tuple(new[one].question.text for one, other in zip(kept, order, strict=True) if one != other),
        altered=tuple(
            new[one].question.text
            for one in kept
            if old[one].model_copy(update={"reasons": ()}) != new[one].model_copy(update={"reasons": ()})
        ),
        minutes=_pair(before.minutes if before else 0.0, after.minutes if after else 0.0),
        difficulty=_pair(before.difficulty if before else 0.0, after.difficulty if after else 0.0),
    )


def _pair(before: float, after: float) -> tuple[float, float] | None:
    return (before, after) if before != after else None
