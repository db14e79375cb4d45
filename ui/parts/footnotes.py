"""An answer as Markdown with footnotes, for the clipboard and for files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ui.asking import Progress
from ui.parts.outline import REASONS, Part, number_citations, parts_of, support, trail
from ui.parts.plain import visible

_SIGNS = re.compile(r"([\\`*_{}\[\]<>|~$&#])")
_LINE_START = re.compile(r"^(\d{1,9})([.)])|^([-+=:])")


def to_markdown(progress: Progress) -> str:
    """Return an answer as Markdown; each citation is a footnote with document, place and quote."""
    supported, total = support(progress)
    lines = [f"# {_plain(progress.question)}"]
    if progress.answer and progress.answer.abstention:
        lost = progress.answer.abstention
        lines += [f"**{REASONS.get(lost.reason, 'No answer')}.** {_plain(lost.message)}"]
        lines += [f"- {_plain(trail(near))} ({_plain(near.document)})" for near in lost.nearest]
        lines += [f"**Next:** {_plain(lost.next_step)}"]
    if total:
        lines.append(f"*For {progress.level}; {supported} of {total} claims supported by their quotes.*")
    numbers = {place: reference.number for place, reference in number_citations(progress).items()}
    for part in parts_of(progress):
        lines.append(f"## {_plain(part.title)}")
        lines.append("\n".join(_items(part, numbers)))
    for reference in number_citations(progress).values():
        quoted = reference.citation
        place = f"{_plain(quoted.document)} › {_plain(trail(quoted))}, characters {quoted.start}–{quoted.end}"
        lines.append(f"[^{reference.number}]: {place}: “{_plain(quoted.quote)}”")
    return "\n\n".join(lines) + "\n"


def _items(part: Part, numbers: dict[tuple[str, int, int], int]) -> Iterator[str]:
    """Yield the claims of a part as list items; a label that repeats that of the item above is left out."""
    above = ""
    for at, (label, claim) in enumerate(part.said, start=1):
        notes = dict.fromkeys(numbers[one.document, one.start, one.end] for one in claim.citations)
        marks = "".join(f"[^{number}]" for number in notes)
        sign = f"{at}." if part.style == "numbered" else "-"
        colon = "" if label.endswith("?") else ":"
        shown = f"**{_plain(label)}{colon}** " if label and label != above else ""
        above = label
        yield f"{sign} {shown}{_plain(claim.text)}{marks}"


def _plain(text: str) -> str:
    """Return a text on one line as Markdown that reads as that text, whatever it holds."""
    signs = _SIGNS.sub(r"\\\1", " ".join(visible(text).split()))
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", signs)
