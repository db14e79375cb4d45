"""A grade as plain text, for a terminal or a model."""

from __future__ import annotations

from collections.abc import Iterator

from coach.answer.page import shortened
from coach.practice.grade import Grade, PointGrade, PointVerdict

_MARKS: dict[PointVerdict, str] = {"covered": "+", "partly": "~", "missing": "-", "contradicted": "!"}
_QUOTE_CHARS = 160


def render(grade: Grade) -> str:
    """Return a grade as text: score, points with both quotes, form, next moves."""
    lines = [grade.question]
    if grade.outcome == "cannot_grade":
        return "\n".join([*lines, "", f"cannot grade · {grade.message}"])
    score = f"{grade.score:.1f} of 10 · between {grade.low:.1f} and {grade.high:.1f}"
    length = f"{grade.length.minutes:.1f} of {grade.length.box_minutes:g} minutes"
    lines += [f"{score} · {length}, {grade.length.verdict}", ""]
    lines += [f"Degraded: {one}" for one in grade.degraded]
    lines += [line for point in grade.points for line in point_lines(point)]
    if grade.structure:
        lead = "leads with the point" if grade.structure.leads_with_point else "does not lead with the point"
        weighed = "a trade-off is named" if grade.structure.trade_off else "no trade-off is named"
        lines += ["", f"Structure: {lead}; {len(grade.structure.numbers)} figures; {weighed}"]
    lines += [f"Trap: {_short(hit.trap.quote)} (“{_short(hit.candidate.quote)}”)" for hit in grade.traps]
    lines += [
        f"{one.level.capitalize()} adds: {_short(one.handbook.quote)}"
        for one in grade.additions
        if not one.is_said
    ]
    lines += [f"Not counted ({one.reason}): “{_short(one.candidate.quote)}”" for one in grade.set_aside]
    lines += ["", "Next"]
    for number, move in enumerate(grade.moves, start=1):
        lines.append(f"  {number}. {_short(move.text)}")
        if move.handbook:
            lines.append(f"     “{_short(move.handbook.quote)}”")
    return "\n".join(lines)


def point_lines(point: PointGrade) -> Iterator[str]:
    """Yield a point with both quotes."""
    yield f"{_MARKS[point.verdict]} {point.point} · {point.verdict} · weight {point.weight:g}"
    if point.candidate:
        yield f"    you       “{_short(point.candidate.quote)}”"
    if point.handbook:
        place = f"{point.handbook.document}:{point.handbook.start}"
        yield f"    handbook  “{_short(point.handbook.quote)}”  {place}"


def _short(text: str) -> str:
    return shortened(text, _QUOTE_CHARS)
