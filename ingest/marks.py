"""What is said of a question outside of its tag lines: marks in headings, group headings, other wordings."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.contract import Level, QuestionTags
from ingest.labels import bare_label, level_of
from ingest.read.plain import emoji_in, tidy

_BRACKETED = re.compile(r"[\[(]([^\[\]()]{3,30})[\])]")
_QUOTED = re.compile(r"[\"“”「『]([^\"“”「」『』]{4,300})[\"“”」』]")
_LEGEND_PAIR = re.compile(r"([^\w\s:,;|()-][^\w\s]*)\s*[=:–-]?\s*([A-Za-z-]+)")


def read_legend(texts: Iterable[str]) -> dict[str, Level]:
    """Return the level that each emoji stands for, from a line such as "Legend: 👶 easy 🚀 expert"."""
    for text in texts:
        pairs = _LEGEND_PAIR.findall(text)
        legend = {
            run: level
            for mark, word in pairs
            for run in emoji_in(mark)
            if (level := level_of(word)) is not None
        }
        if len(legend) > 1:
            return legend
    return {}


def heading_tags(raw: str, legend: dict[str, Level]) -> QuestionTags:
    """Return what marks in a heading say: emoji of the document's legend, "(senior)", "[Hard]"."""
    levels = [legend[run] for run in emoji_in(raw) if run in legend]
    levels += [level for match in _BRACKETED.finditer(raw) if (level := level_of(match[1]))]
    return QuestionTags(levels=tuple(dict.fromkeys(levels)))


def group_levels(headings: Iterable[str]) -> tuple[Level, ...]:
    """Return the level that the nearest of some headings names ("Senior questions"), the outermost first."""
    for heading in reversed(tuple(headings)):
        words = bare_label(heading).split()
        if words and (level := level_of(words[0])) and len(words) > 1:
            return (level,)
    return ()


def read_aliases(plain: str) -> tuple[str, ...]:
    """Return the other wordings that a plain "also asked as" line holds."""
    quoted = tuple(tidy(match[1]) for match in _QUOTED.finditer(plain))
    if quoted:
        return quoted
    return tuple(piece for piece in (tidy(piece) for piece in re.split(r"\s[·|;]\s", plain)) if piece)


def merged(first: QuestionTags, second: QuestionTags) -> QuestionTags:
    """Return the first tags, filled up from the second where they are empty."""
    update = {name: getattr(second, name) for name in QuestionTags.model_fields if not getattr(first, name)}
    aliases = tuple(dict.fromkeys((*first.aliases, *second.aliases)))
    return first.model_copy(update={**update, "aliases": aliases})
