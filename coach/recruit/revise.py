"""What a text changes in the wishes of a set that there is already; what it does not speak of stays."""

from __future__ import annotations

import re
from typing import Any

from coach.errors import UsageError
from coach.recruit.contract import LEVELS, CompetencyWish, Wishes
from coach.recruit.read import Reading
from coach.recruit.read_level import level_cues
from coach.recruit.read_shares import told_parts
from coach.recruit.wishes import AVOIDED, SIZES, overlaid
from ingest.contract import Level

_FLAGS = re.IGNORECASE
_HARD = r"(?:difficult|demanding|challenging|advanced)"
_EASY = r"(?:easy|simple|basic)"
_HARDER = re.compile(rf"(?<!not )\b(?:harder|tougher|more {_HARD}|too {_EASY})\b", _FLAGS)
_EASIER = re.compile(rf"(?<!not )\b(?:easier|simpler|(?:less|too) (?:hard|tough|{_HARD}))\b", _FLAGS)
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d{1,2}(?:st|nd|rd|th))"
# "replace the third question", "question 2", "keep 1 and 4"
_ONE_QUESTION = re.compile(
    rf"(?<!in the )(?<!in )\b{_ORDINAL} (?:question|one)\b|\b(?:question|q) ?#? ?\d"
    r"|\b(?:keep|replace|swap|drop|remove|redo) (?:nos?\.? ?|numbers? |#)?\d{1,2}\b(?! ?(?:min|q|%))",
    _FLAGS,
)
_ADDS = re.compile(
    r"\b(?:also|add(?:ing|itional(?:ly)?)?|as well|another|extra|plus|includ(?:e|ing)|in addition|on top"
    r"|too(?=[\s.!]*$))\b",
    _FLAGS,
)
_ALONE = re.compile(r"\b(?:only|just|solely|exclusively|nothing but|instead|rather)\b", _FLAGS)
_SO_MUCH = re.compile(
    r"\b(?P<how>more|less|fewer)\s+(?:(?:questions?|qs|time)\s+)?(?:(?:about|of|on|for|to)\s+)?$", _FLAGS
)
# "add 2 questions", "two more questions", "drop one question"
_COUNTED = re.compile(r"\b(?:(?P<more>add|another|extra|additional)|(?P<fewer>drop|remove|cut))\s*$", _FLAGS)
_COUNTED_BEHIND = re.compile(
    r"\s*(?:questions? |qs )?(?:(?P<more>more|extra|additional|further)|(?P<fewer>fewer|less))\b", _FLAGS
)
_TWICE = 2.0
_MOST_WEIGHT = 100.0
_UNDERSTOOD = (
    "A change may name a level, or say harder or easier; a length; a number of questions; kinds; and topics"
    " to add, to drop, or to ask more or less of. For a single question use must_have and avoid_questions."
)


def revised(before: Wishes, text: str, reading: Reading) -> Wishes:
    """Return the wishes that follow others after what a text says of them.

    Of topics only those count that words name. If the text adds to those that there are, rules one of them
    out or names one again, the others stay; else what it names takes their place.

    Raises:
        UsageError: Nothing of the text could be read, it speaks of single questions, or asks for another
            level than there is; or together they are no wishes.
    """
    said = _spoken(reading)
    if _ONE_QUESTION.search(text):
        raise UsageError("a text cannot change single questions: the set is as it was", hint=_UNDERSTOOD)
    step = bool(_HARDER.search(text)) - bool(_EASIER.search(text))
    if step and not level_cues(text):
        said["level"] = _level_after(before.level, step)
    if not said:
        raise UsageError("nothing of this could be read: the set is as it was", hint=_UNDERSTOOD)
    if reading.wishes.count is not None:
        said["count"] = _count_after(before, text, reading)
    if "competencies" in said:
        said["competencies"] = _named(reading)
        if _leaves_others(before, text, reading):
            said["competencies"] = _joined(before, text, reading)
            del said["focus"]
    return overlaid(before, said, joined=AVOIDED)


def _spoken(reading: Reading) -> dict[str, Any]:
    """Return what a text speaks of, by field; competencies that only stand for its kinds are not of it."""
    kinds = {(one.start, one.end) for one in reading.inferred if one.field == "kinds"}
    names: set[str] = set()
    for one in reading.inferred:
        if one.field == "count":
            names.update(SIZES)
        elif one.field != "competencies":
            names.add(one.field)
        elif one.by == "model" or (one.by == "words" and (one.start, one.end) not in kinds):
            names.update((one.field, "focus"))
    return {name: value for name, value in reading.wishes if name in names}


def _level_after(level: Level | None, step: int) -> Level:
    """Return the level above or below one."""
    place = LEVELS.index(level) + step if level else -1
    if not 0 <= place < len(LEVELS):
        why = f"there is no level {'above' if step > 0 else 'below'} {level}" if level else "it has no level"
        raise UsageError(f"the set cannot be made harder or easier: {why}", hint="Name the level to be had.")
    return LEVELS[place]


def _count_after(before: Wishes, text: str, reading: Reading) -> int:
    """Return how many questions a text asks for; so many more or fewer count from those that there are."""
    place = next(one for one in reading.inferred if one.field == "count")
    told = _COUNTED.search(text[: place.start]) or _COUNTED_BEHIND.match(text[place.end :])
    count = reading.wishes.count or 0
    if not told:
        return count
    if before.count is None:
        raise UsageError(
            "the set has no fixed number of questions: it is as it was", hint="Name how many it is to have."
        )
    return before.count + (count if told["more"] else -count)


def _named(reading: Reading) -> tuple[CompetencyWish, ...]:
    """Return the competencies that words name, or a model."""
    guessed = {one.value for one in reading.inferred if one.field == "competencies" and one.by == "meaning"}
    return tuple(one for one in reading.wishes.competencies if one.id not in guessed)


def _leaves_others(before: Wishes, text: str, reading: Reading) -> bool:
    """Return whether a text speaks of some topics of a set beside others that stay."""
    if _ADDS.search(text):
        return True
    if _ALONE.search(text) or told_parts(text):
        return False
    spoken = {one.id for one in _named(reading)} | {*reading.wishes.avoid_competencies}
    return bool(_told_amounts(text, reading)) or any(one.id in spoken for one in before.competencies)


def _joined(before: Wishes, text: str, reading: Reading) -> tuple[CompetencyWish, ...]:
    """Return the competencies that there are with those that a text adds; "more" weighs twice as much."""
    if not before.competencies:
        raise UsageError(
            "the set has no topics of its own that others could be added to: it is as it was",
            hint="Name all topics that it is to have.",
        )
    out, amounts = reading.wishes.avoid_competencies, _told_amounts(text, reading)
    found = {one.id: one for one in before.competencies if one.id not in out}
    for name in amounts.keys() & found.keys():
        weight = min(found[name].weight * amounts[name], _MOST_WEIGHT)
        found[name] = CompetencyWish(id=name, weight=weight)
    added = (CompetencyWish(id=one.id) for one in _named(reading) if one.id not in found)
    return (*found.values(), *added)


def _told_amounts(text: str, reading: Reading) -> dict[str, float]:
    """Return how many times as much a text asks for of competencies: "more cost, fewer evals"."""
    asked = {
        one.value: told["how"].lower()
        for one in reading.inferred
        if one.field == "competencies" and (told := _SO_MUCH.search(text[: one.start]))
    }
    return {name: _TWICE if how == "more" else 1 / _TWICE for name, how in asked.items()}
