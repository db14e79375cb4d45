"""An incident drill as a value: what arrives when, what can be done, and what decisions are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from coach.types import Citation
from ingest.contract import Frozen, Level

WAIT = "wait"
"""The move that every drill offers besides its own; it is offered in these words."""
WAITING = "Wait for the next signal."
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Minutes = Annotated[float, Field(ge=0, le=180)]
MoveKind = Literal[
    "confirm",
    "declare",
    "mitigate",
    "preserve",
    "communicate",
    "diagnose",
    "assess",
    "repair",
    "verify",
    "prevent",
    "harm",
    "close",
]
"""What a move is for; "harm" makes things worse, "close" ends the drill."""


class Signal(Frozen):
    """Something that arrives by itself.

    Attributes:
        minute: Of the drill.
        truth: What it really meant, told at the end, if it misleads; empty if it does not.
        unless: Moves after which it does not arrive any more.
    """

    minute: Minutes
    channel: Words
    text: Words
    truth: str = ""
    unless: tuple[Slug, ...] = ()


class Move(Frozen):
    """Something that can be decided.

    Attributes:
        minutes: That it takes.
        outcome: What one sees afterwards.
        wordings: Other ways to say it, by which free text is understood.
    """

    id: Slug
    kind: MoveKind
    minutes: Minutes
    text: Words
    outcome: Words
    wordings: tuple[Words, ...] = Field(min_length=2)


class Done(Frozen):
    """One of the moves is made; after `by_minute` it counts half."""

    kind: Literal["done"]
    moves: tuple[Slug, ...] = Field(min_length=1)
    by_minute: Minutes | None = None


class Before(Frozen):
    """One of `first` is made before any of `then`; after one of those it counts half."""

    kind: Literal["before"]
    first: tuple[Slug, ...] = Field(min_length=1)
    then: tuple[Slug, ...] = Field(min_length=1)


class Never(Frozen):
    """None of the moves is made; it counts once one of `given` is, for doing nothing is no merit."""

    kind: Literal["never"]
    moves: tuple[Slug, ...] = Field(min_length=1)
    given: tuple[Slug, ...] = Field(min_length=1)


Rule = Annotated[Done | Before | Never, Field(discriminator="kind")]


class Criterion(Frozen):
    """What a good response does, and where the handbook says so.

    Attributes:
        page: Slug of the question whose page says it.
        point: The row of that page's rubric that it stands under.
        quote: Words of that page, exactly as they stand in it.
    """

    id: Slug
    text: Words
    weight: int = Field(ge=1, le=3)
    rule: Rule
    page: Slug
    point: Words
    quote: Words


class Drill(Frozen):
    """A staged incident.

    Attributes:
        minutes: After which it ends, whatever was decided.
        signals: In the order in which they arrive.
        good_run: Moves that meet every criterion if made one after the other.
    """

    id: Slug
    title: Words
    level: Level
    minutes: float = Field(ge=10, le=180)
    briefing: Words
    signals: tuple[Signal, ...] = Field(min_length=3)
    moves: tuple[Move, ...] = Field(min_length=4)
    criteria: tuple[Criterion, ...] = Field(min_length=3)
    good_run: tuple[Slug, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _check(self) -> Self:
        problems = [*self._problems()]
        if problems:
            raise ValueError(f"drill {self.id!r}: {'; '.join(problems)}")
        return self

    def _problems(self) -> Iterator[str]:
        known = [move.id for move in self.moves]
        for name, ids in (("move", known), ("criterion", [one.id for one in self.criteria])):
            for twice, count in Counter(ids).items():
                if count > 1:
                    yield f"{name} {twice!r} stands there twice"
        for unknown in sorted(set(self._named()) - set(known)):
            yield f"there is no move {unknown!r}"
        if WAIT in known:
            yield f"{WAIT!r} is the name of a move that every drill has"
        minutes = [one.minute for one in self.signals]
        if minutes != sorted(minutes):
            yield "the signals are not in the order of their minutes"
        if not any(one.truth for one in self.signals):
            yield "no signal misleads"
        if not any(move.kind == "close" for move in self.moves):
            yield "no move ends it"

    def _named(self) -> Iterator[str]:
        """Yield every move that something refers to."""
        yield from self.good_run
        for signal in self.signals:
            yield from signal.unless
        for criterion in self.criteria:
            yield from _moves_of(criterion.rule)

    def move(self, identity: str) -> Move | None:
        """Return the move of an id; None if there is none, as of a wait."""
        return next((one for one in self.moves if one.id == identity), None)


class Proof(Frozen):
    """Where the handbook says what a criterion asks for."""

    rubric: Citation
    handbook: Citation


class Staged(Frozen):
    """A drill with the proof of each criterion, by its id, in the handbook as it is now."""

    drill: Drill
    proofs: dict[str, Proof]


def _moves_of(rule: Rule) -> Iterable[str]:
    match rule:
        case Done():
            return rule.moves
        case Before():
            return (*rule.first, *rule.then)
        case Never():
            return (*rule.moves, *rule.given)
