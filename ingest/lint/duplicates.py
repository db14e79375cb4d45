"""Pages that say nearly the same, found by the sketches of their shingles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.contract import Section
from ingest.lint.finding import Finding
from ingest.lint.handbook import Chapter, Handbook
from ingest.read.plain import plain_part

SHINGLE_WORDS = 5
SKETCH_SIZE = 200
MIN_SHINGLES = 40
MIN_RESEMBLANCE = 0.5

_UNSHARED = frozenset({"tags", "alias", "related"})


class _Sketched(NamedTuple):
    chapter: Chapter
    section: Section
    sketch: tuple[int, ...]


def check_near_duplicates(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning for each section that resembles one before it, and each file that repeats another."""
    for row in handbook.report:
        if row.reason.startswith("its bytes are those of"):
            yield Finding(
                severity="warning",
                rule="near-duplicate",
                file=row.document,
                line=1,
                heading="",
                message=row.reason,
            )
    kept: list[_Sketched] = []
    index: defaultdict[int, list[int]] = defaultdict(list)
    for chapter in handbook.chapters:
        for section in chapter.parsed.sections:
            found = sketch(_words(chapter, section))
            if not found:
                continue
            place, likeness = _nearest(found, kept, index)
            if place is not None and likeness >= MIN_RESEMBLANCE:
                yield _finding(chapter, section, kept[place], likeness)
                continue
            for value in found:
                index[value].append(len(kept))
            kept.append(_Sketched(chapter, section, found))


def sketch(words: Sequence[str]) -> tuple[int, ...]:
    """Return the smallest hashes of a text's shingles in order; empty for a text too short to compare."""
    import mmh3

    shingles = {" ".join(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)}
    if len(shingles) < MIN_SHINGLES:
        return ()
    return tuple(sorted({mmh3.hash64(shingle)[0] for shingle in shingles})[:SKETCH_SIZE])


def resemblance(one: Sequence[int], other: Sequence[int]) -> float:
    """Return the estimated share of shingles, of all that two texts have, that both have.

    Of the smallest hashes of both together it counts those that are in both sketches: an unbiased estimate
    of the Jaccard coefficient. Source: A. Z. Broder, "On the resemblance and containment of documents", 1997.

    >>> resemblance((1, 2, 3, 4), (1, 2, 3, 9))
    0.75
    """
    size = min(len(one), len(other))
    smallest = sorted({*one, *other})[:size]
    both = {*one} & {*other}
    return sum(value in both for value in smallest) / size if size else 0.0


def _nearest(
    found: tuple[int, ...], kept: list[_Sketched], index: dict[int, list[int]]
) -> tuple[int | None, float]:
    """Return which kept section shares most, the earlier one of two, and how much."""
    shared = Counter(place for value in found for place in index.get(value, ()))
    if not shared:
        return None, 0.0
    place = min(shared, key=lambda place: (-shared[place], place))
    return place, resemblance(found, kept[place].sketch)


def _words(chapter: Chapter, section: Section) -> list[str]:
    text = chapter.parsed.document.text
    parts = (part for part in section.parts if part.kind not in _UNSHARED)
    return (
        " ".join(
            plain_part(text[part.start : part.end], is_code=part.kind == "code", is_row=bool(part.header))
            for part in parts
        )
        .lower()
        .split()
    )


def _finding(chapter: Chapter, section: Section, other: _Sketched, likeness: float) -> Finding:
    place = f"{other.chapter.name}:{other.chapter.lines.at(other.section.start) + 1}"
    message = f"about {likeness:.0%} is that of {other.section.heading[:80]!r} ({place})"
    line = chapter.lines.at(section.start) + 1
    return chapter.finding("warning", "near-duplicate", message, line, section.heading)
