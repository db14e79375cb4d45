"""What to do before the next try: three concrete moves, the most worth first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coach.practice.grade import Length, Move, PointGrade, Structure
from coach.practice.page import Page

MOST_MOVES = 3


def next_moves(
    page: Page, points: Sequence[PointGrade], structure: Structure | None, length: Length
) -> tuple[Move, ...]:
    """Return at most three moves: the points that would earn most, then how the answer is built."""
    return tuple([*_of_points(points), *_of_form(page, structure, length)][:MOST_MOVES])


def _of_points(points: Sequence[PointGrade]) -> Iterator[Move]:
    """Yield a move for each point that is not covered, by what it would earn, ties in the page's order."""
    ranked = sorted(
        (one for one in points if one.verdict != "covered"), key=lambda one: -one.weight * (1 - one.credit)
    )
    for one in ranked:
        if one.verdict == "contradicted" and one.candidate:
            text = f"Take back “{one.candidate.quote}”: on “{one.point}” the page says otherwise."
        elif one.verdict == "partly":
            text = f"Finish “{one.point}”: say this part of it as well."
        else:
            text = f"Say something on “{one.point}”; nothing of it was said."
        yield Move(text=text, handbook=one.handbook)


def _of_form(page: Page, structure: Structure | None, length: Length) -> Iterator[Move]:
    if length.verdict == "long":
        spare = length.minutes - length.box_minutes
        yield Move(text=f"Cut {spare:.1f} minutes; the time box is {length.box_minutes:g} minutes.")
    if structure is None:
        return
    if not structure.leads_with_point:
        yield Move(text="Open with the answer itself; the reasons come after it.")
    if not structure.numbers:
        yield Move(text="Give one number with its unit and where it comes from.")
    if structure.trade_off is None:
        yield Move(text="Name what your choice costs, and when you would choose otherwise.")
    if length.verdict == "short":
        yield Move(text=f"There is room: the time box is {length.box_minutes:g} minutes.")
    for question in page.follow_ups:
        yield Move(text=f"Answer the follow-up aloud: {question}")
