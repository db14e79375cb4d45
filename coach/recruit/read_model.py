"""A job text read by a model as well: every item is checked against the text before it counts.

An item counts if its value is of the vocabulary, its quote stands in the text, and the quote does not speak
against it. What was read without a model stays wherever the model gives nothing that counts.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple, get_args

from pydantic import JsonValue

from coach.answer.generate.request import fenced
from coach.consulting import Consulted
from coach.models.contract import Message, Request
from coach.recruit.contract import KINDS, LEVELS, Competency, CompetencyWish, Wishes
from coach.recruit.read import BOUNDS, Inferred, InferredField, Reading
from coach.recruit.read_level import read_level
from coach.recruit.read_numbers import read_numbers

PURPOSE = "read_request"
REPLY_TOKENS = 1200
MAX_QUOTE_CHARS = 300
MOST_ITEMS = 40
_FIELDS: tuple[InferredField, ...] = tuple(one for one in get_args(InferredField) if one != "avoid_topics")
_LISTS = ("kinds", "avoid_kinds", "competencies", "avoid_competencies")
_MISSING: dict[InferredField, str] = {"level": "No level", "competencies": "No topic"}
"""How the note begins that tells that a field was not read."""
_NOTHING = re.compile(r'"items"\s*:\s*\[\s*\]')
_OBJECT = re.compile(r"\{[^{}]*\}")
# A sentence that speaks to a machine says nothing of the job. English, like the rest of the vocabulary.
_TO_A_MACHINE = re.compile(
    r"""
    \b (?:ignore|disregard|forget|override) \b [^.!?\n]{0,40} \b (?:previous|above|prior|earlier|all|your) \b
        [^.!?\n]{0,20} \b (?:instructions?|prompts?|rules|messages?|text) \b
    | \b you\ are\ (?:now\ )? (?:chatgpt|gpt\S*|an?\ (?:ai|language\ model|assistant)\b (?!\ engineer) )
    | \b (?:note|instructions?|message) \ (?:to|for) \ (?:the\ |any\ |all\ )?
        (?:ai|llms?|models?|assistants?) \b
    | \b (?:ai|llms?|models?|assistants?) \ (?:that\ (?:is|are)\ )? reading\ this \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


class _Item(NamedTuple):
    field: InferredField
    value: str
    start: int
    end: int


def make_request(text: str, timeout_s: float, competencies: Sequence[Competency]) -> Request:
    """Return the request to read a text; static words first, the text fenced off as data."""
    mark = secrets.token_hex(8)
    known = "\n".join(f"{one.id}: {one.title}" for one in competencies)
    lines = [
        f"Vocabulary of competencies, id: title\n{known}",
        fenced("request", text, mark),
        "Read the request.",
    ]
    return Request(
        purpose=PURPOSE,
        messages=(
            Message(role="system", content=_prompt()),
            Message(role="user", content="\n\n".join(lines)),
        ),
        output_schema=_schema(),
        max_tokens=REPLY_TOKENS,
        timeout_s=timeout_s,
    )


def completed(text: str, offline: Reading, said: Consulted, competencies: Collection[str]) -> Reading:
    """Return what was read without a model, with what the model has read in its place.

    Numbers that were read without a model stay: they are read from figures and words that mean nothing else.
    """
    items = list(dict.fromkeys(_items(text, said, competencies)))
    degraded = said.degraded
    if said.text and not _raw_items(said.text) and not _NOTHING.search(said.text):
        degraded = (*degraded, f"{PURPOSE}: unreadable")
    stated = {one.field for one in offline.inferred}
    taken = [one for one in items if not (one.field in {"minutes", *BOUNDS} and one.field in stated)]
    fields = {one.field for one in taken}
    inferred = [one for one in offline.inferred if one.field not in fields]
    inferred += [
        Inferred(
            field=one.field,
            value=one.value,
            words=text[one.start : one.end],
            start=one.start,
            end=one.end,
            by="model",
        )
        for one in taken
    ]
    return offline.model_copy(
        update={
            "wishes": _wishes(offline.wishes, taken),
            "inferred": tuple(inferred),
            "notes": _notes(offline, fields),
            "model": said.model,
            "degraded": degraded,
            "usage": said.usage,
            "cost_usd": said.cost_usd,
        }
    )


def _items(text: str, said: Consulted, competencies: Collection[str]) -> Iterator[_Item]:
    seen: set[tuple[str, str]] = set()
    for raw in _raw_items(said.text)[:MOST_ITEMS]:
        name = next((one for one in _FIELDS if one == raw.get("field")), None)
        value, quote = str(raw.get("value", "")).strip(), said.restore(str(raw.get("quote", "")))
        place = _find(text, quote)
        if name is None or place is None or (name, value) in seen:
            continue
        if name not in _LISTS and any(one == name for one, _ in seen):
            continue  # a level or a number is one; the first counts
        if _is_known(name, value, competencies) and _bears_out(name, value, text[place[0] : place[1]]):
            seen.add((name, value))
            yield _Item(name, value, *place)


def _raw_items(reply: str) -> list[dict[str, Any]]:
    """Return the objects of a reply, whatever stands around them."""
    found = []
    for match in _OBJECT.finditer(reply):
        try:
            one = json.loads(match[0])
        except ValueError:
            continue
        if isinstance(one, dict) and "field" in one:
            found.append(one)
    return found


def _find(text: str, quote: str) -> tuple[int, int] | None:
    """Return where a quote stands in a text, blank space aside; None if nowhere or in words to a machine."""
    words = quote.split()
    if not words or len(quote) > MAX_QUOTE_CHARS:
        return None
    match = re.search(r"\s+".join(re.escape(word) for word in words), text)
    if match is None:
        return None
    start, end = match.span()
    told = (one for one in _SENTENCE.finditer(text) if one.start() < end and start < one.end())
    return None if any(_TO_A_MACHINE.search(one[0]) for one in told) else (start, end)


def _is_known(name: InferredField, value: str, competencies: Collection[str]) -> bool:
    if name == "level":
        return value in LEVELS
    if name in {"kinds", "avoid_kinds"}:
        return value in KINDS
    if name in {"competencies", "avoid_competencies"}:
        return value in competencies
    return value.isdecimal() and BOUNDS[name][0] <= int(value) <= BOUNDS[name][1]


def _bears_out(name: InferredField, value: str, quote: str) -> bool:
    """Return whether the quote itself, read without a model, does not say otherwise."""
    if name == "level":
        cue = read_level(quote)
        return cue is None or cue.level == value
    if name in BOUNDS:
        figures = {f"{one.value:g}" for one in read_numbers(quote)} | {*re.findall(r"\d+", quote)}
        return value in figures
    return True


def _wishes(wishes: Wishes, items: Sequence[_Item]) -> Wishes:
    values: dict[str, Any] = {}
    for one in items:
        if one.field == "competencies":
            values[one.field] = (*values.get(one.field, ()), CompetencyWish(id=one.value))
        elif one.field in _LISTS:
            values[one.field] = (*values.get(one.field, ()), one.value)
        elif one.field == "level":
            values[one.field] = one.value
        else:
            values[one.field] = float(one.value) if one.field == "minutes" else int(one.value)
    return wishes.model_copy(update=values)


def _notes(offline: Reading, fields: Collection[str]) -> tuple[str, ...]:
    """Return the notes without those that tell what the model has read to be missing."""
    found = tuple(about for name, about in _MISSING.items() if name in fields)
    return tuple(one for one in offline.notes if not one.startswith(found))


def _schema() -> dict[str, JsonValue]:
    text: dict[str, JsonValue] = {"type": "string"}
    item: dict[str, JsonValue] = {
        "type": "object",
        "properties": {"field": {"type": "string", "enum": list(_FIELDS)}, "value": text, "quote": text},
        "required": ["field", "value", "quote"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"items": {"type": "array", "items": item}},
        "required": ["items"],
        "additionalProperties": False,
    }


@cache
def _prompt() -> str:
    raw = resources.files("coach.recruit").joinpath("read_request.md").read_text(encoding="utf-8")
    return raw.split("---\n", 2)[2].strip()
