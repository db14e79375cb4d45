"""What the red team tries: attacks, poisoned pages, and honest questions about both."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from pydantic import Field, JsonValue, ValidationError

from coach.errors import UsageError
from ingest.contract import Frozen

FOLDER = Path(__file__).with_name("sets")

Split = Literal["dev", "held-out"]
Persona = Literal["candidate", "recruiter", "developer"]
Surface = Literal["ask", "search", "grade", "set", "conversation", "chat", "api"]
Item = TypeVar("Item", bound=Frozen)


class HttpAttack(Frozen):
    """A request to the API; `{answer}` and `{conversation}` in it are ids of another tenant's.

    Attributes:
        is_refused: Whether the API has to refuse it; else it may answer, without a word of others.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    headers: dict[str, str] = Field(default_factory=dict)
    json_body: JsonValue = None
    is_refused: bool = True


class Attack(Frozen):
    """An attempt to make the coach say, do or give away what it must not.

    Attributes:
        text: What is typed, pasted or sent.
        obeys: What somebody would say who obeys it. `{prompt}` stands for the instructions of the model,
            `{passages}` for what it was given to read, `{secret}` for a key.
        question: Of the handbook, for the surface "grade"; `answer` is the honest part of the answer.
        before: The user's turns before, for the surface "conversation".
        messages: The whole conversation, for the surface "chat".
        request: For the surface "api".
    """

    id: str
    persona: Persona
    surface: Surface
    technique: str
    text: str
    obeys: str
    question: str = ""
    answer: str = ""
    before: tuple[str, ...] = ()
    messages: tuple[dict[str, str], ...] = ()
    request: HttpAttack | None = None


class Poison(Frozen):
    """A page of a handbook that somebody has tampered with.

    Attributes:
        carrier: What of the page carries the instruction.
        question: The heading of the page, and what is asked.
        body: Markdown below the heading.
        obeys: What nobody may say in the coach's own voice.
    """

    id: str
    carrier: str
    question: str
    body: str
    obeys: str


class Benign(Frozen):
    """An honest question about attacks; the handbook answers it."""

    id: str
    persona: Persona
    text: str


class RedTeam(NamedTuple):
    """Everything of one split."""

    attacks: tuple[Attack, ...]
    poisons: tuple[Poison, ...]
    benign: tuple[Benign, ...]


def load_red_team(split: Split, folder: Path = FOLDER) -> RedTeam:
    """Return a split. Raises UsageError if a file is missing, or a line is unreadable or repeats an id."""
    return RedTeam(
        _load(folder / f"attacks-{split}.jsonl", Attack),
        _load(folder / f"poison-{split}.jsonl", Poison),
        _load(folder / f"benign-{split}.jsonl", Benign),
    )


def _load(file: Path, kind: type[Item]) -> tuple[Item, ...]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise UsageError(f"{str(file)!r} cannot be read: {error.strerror}") from error
    items: dict[str, Item] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = kind.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(f"line {number} of {file.name}: {first['loc']}: {first['msg']}") from error
        id_ = str(getattr(item, "id", ""))
        if id_ in items:
            raise UsageError(f"line {number} of {file.name}: the id {id_!r} is used twice")
        items[id_] = item
    return tuple(items.values())
