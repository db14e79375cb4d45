"""A question's page as a grader reads it: the points of its rubric, and what the page says on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from coach.answer.plain import cells, plain
from coach.answer.statements import Statement, read_part
from coach.errors import UsageError
from coach.guard.screened import Place, is_aside, place_of
from ingest.contract import ParsedDocument, PartKind, Section

# What a candidate can be expected to say; probing, links and the rubric's own words are for the reader.
_SAYABLE: frozenset[PartKind] = frozenset(
    {"direct_answer", "step", "number", "trade_off", "table", "signal", "follow_up", "callout", "body"}
)
# What a page without a rubric asks for: the first of these that it has.
_OWN_POINTS: tuple[PartKind, ...] = ("step", "direct_answer", "body")
_MOST_POINTS = 12
_DEFAULT_MINUTES = 2.0


@dataclass(frozen=True, slots=True)
class Point:
    """A key point of a rubric.

    Attributes:
        anchors: What an answer says at each level, weakest first; one alone where the page has no rubric.
        start: Of the row or statement that it is read from; `end` likewise.
    """

    name: str
    weight: float
    anchors: tuple[str, ...]
    start: int
    end: int

    @property
    def weak(self) -> tuple[str, ...]:
        """Anchors of what does not suffice: those of the lower half."""
        return self.anchors[: len(self.anchors) // 2]

    @property
    def strong(self) -> tuple[str, ...]:
        """Anchors of what suffices: those of the upper half."""
        return self.anchors[len(self.anchors) // 2 :]


@dataclass(frozen=True, slots=True)
class Page:
    """A question with what its answers are held against.

    Attributes:
        place: What names it where it is cited.
        has_rubric: Whether the points are those of a rubric; else they are the page's own statements.
        statements: What the page says that a candidate could say, in the page's order.
        traps: What it warns of.
        follow_ups: What an interviewer asks next, as plain questions.
        minutes: The time box for speaking.
    """

    section: Section
    place: Place
    document: str
    text: str
    has_rubric: bool
    points: tuple[Point, ...]
    statements: tuple[Statement, ...]
    traps: tuple[Statement, ...]
    follow_ups: tuple[str, ...]
    minutes: float

    @property
    def question_id(self) -> str:
        """Id of the question."""
        return self.section.id

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way in which the question is put."""
        tags = self.section.question
        return (self.section.heading, *(tags.aliases if tags else ()))


def read_page(parsed: ParsedDocument, section: Section) -> Page:
    """Return the page of a question.

    Raises:
        UsageError: The page holds nothing that an answer could be graded against.
    """
    text, tags = parsed.document.text, section.question
    read = read_statements(parsed, section)
    statements = tuple(filter(_is_sayable, read))
    rubric = tuple(_rubric_points(parsed, section))
    points = rubric or tuple(_own_points(statements))
    if not points or not statements:
        raise UsageError(
            f"the page of {section.heading!r} has nothing to grade an answer against",
            hint="Choose a question whose page has a rubric, steps or an answer.",
        )
    return Page(
        section=section,
        place=place_of(parsed, section),
        document=parsed.document.name,
        text=text,
        has_rubric=bool(rubric),
        points=points,
        statements=statements,
        traps=tuple(one for one in read if one.kind == "trap"),
        follow_ups=tuple(
            asked for one in read if one.kind == "follow_up" and (asked := first_question(one.text))
        ),
        minutes=(tags.minutes if tags else None) or _DEFAULT_MINUTES,
    )


def is_gradable(parsed: ParsedDocument, section: Section) -> bool:
    """Return whether `read_page` returns the page; no more of it is read than tells."""
    said = filter(_is_sayable, _read_all(parsed, section))
    first = next(said, None)
    if first is None:
        return False
    return any(one.kind in _OWN_POINTS for one in chain((first,), said)) or any(
        True for _ in _rubric_points(parsed, section)
    )


def _is_sayable(statement: Statement) -> bool:
    return statement.kind in _SAYABLE and statement.shape != "code"


def read_statements(parsed: ParsedDocument, section: Section) -> tuple[Statement, ...]:
    """Return everything that a section says to its reader, in its order."""
    return tuple(_read_all(parsed, section))


def _read_all(parsed: ParsedDocument, section: Section) -> Iterator[Statement]:
    order = 0
    for part in section.parts:
        for statement in read_part(parsed.document.text, part, order):
            is_code = statement.shape == "code"
            if not any(is_aside(parsed, section, *span, is_code=is_code) for span in statement.spans):
                yield statement
            order += 1


def _rubric_points(parsed: ParsedDocument, section: Section) -> Iterator[Point]:
    """Yield the rows of a rubric table: a name, a weight if there is one, and anchors, weakest first."""
    for part in section.parts:
        if part.kind != "rubric" or is_aside(parsed, section, part.start, part.end, is_code=False):
            continue
        row = cells(parsed.document.text[part.start : part.end])
        heads = tuple(head.casefold() for head in part.header)
        at = next((place for place, head in enumerate(heads) if head == "weight"), None)
        anchors = tuple(cell for place, cell in enumerate(row) if place not in (0, at) and cell)
        if row and row[0] and anchors:
            weight = _weight(row[at]) if at is not None and at < len(row) else 1.0
            yield Point(row[0], weight, anchors, part.start, part.end)


def _weight(cell: str) -> float:
    try:
        return max(float(cell), 0.0) or 1.0
    except ValueError:  # a word in the column; the row counts like any other
        return 1.0


def _own_points(statements: Sequence[Statement]) -> Iterator[Point]:
    """Yield what a page without a rubric asks for: its steps, or else the sentences of its answer."""
    for kind in _OWN_POINTS:
        found = [one for one in statements if one.kind == kind][:_MOST_POINTS]
        if found:
            for one in found:
                yield Point(one.text.partition(". ")[0], 1.0, (one.text,), one.start, one.end)
            return


def first_question(statement: str) -> str:
    """Return the question with which a follow-up begins, or nothing if it asks none.

    >>> first_question("**How long may it take?** Ten minutes."), first_question("One page within days.")
    ('How long may it take?', '')
    """
    question, mark, _ = plain(statement).partition("?")
    return question + mark if mark else ""
