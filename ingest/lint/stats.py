"""What a handbook holds: pages by chapter, level and kind, and figures by status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ingest.contract import Frozen
from ingest.lint.handbook import Chapter, Handbook
from ingest.lint.numbers import STATUSES, number_lines, read_number
from ingest.lint.tag_line import KINDS, LEVELS


class ChapterCount(Frozen):
    """The questions of one document.

    Attributes:
        by_kind_and_level: Kind -> level -> questions; one for two levels counts under both, one without
            kind or level under none.
    """

    file: str
    title: str
    questions: int
    by_kind_and_level: dict[str, dict[str, int]]


class FigureCount(Frozen):
    """The number lines of a handbook.

    Attributes:
        complete: Those with origin and date, or marked as a rule of thumb.
    """

    total: int
    complete: int
    by_status: dict[str, int]


class Stats(Frozen):
    """The counts of a handbook, chapters in their order."""

    chapters: tuple[ChapterCount, ...]
    figures: FigureCount


def count(handbook: Handbook) -> Stats:
    """Return the counts of a handbook; documents without a question are left out."""
    chapters = sorted(handbook.chapters, key=_place)
    counts = (_count_chapter(chapter) for chapter in chapters)
    return Stats(chapters=tuple(one for one in counts if one.questions), figures=_count_figures(handbook))


def to_markdown(stats: Stats) -> str:
    """Return the counts as Markdown: a table of chapter x kind, levels in each cell, and the figures."""
    rows = [
        f"| {one.title.replace('|', chr(92) + '|')} | {one.questions} | {' | '.join(_cells(one))} |"
        for one in (*stats.chapters, _total(stats))
    ]
    return "\n".join(
        (
            f"Questions by chapter and kind; a cell counts those for {', '.join(LEVELS)}, in this order.",
            "A question for two levels counts under both.",
            "",
            f"| Chapter | Questions | {' | '.join(KINDS)} |",
            "|---|---|" + "---|" * len(KINDS),
            *rows,
            "",
            _figures(stats.figures),
        )
    )


def _place(chapter: Chapter) -> tuple[float, str]:
    number = chapter.parsed.front_matter.get("chapter")
    return (number if isinstance(number, int) else float("inf"), chapter.name)


def _count_chapter(chapter: Chapter) -> ChapterCount:
    tags = [section.question for section in chapter.parsed.sections if section.question is not None]
    pairs = Counter((tag.kind, level) for tag in tags if tag.kind for level in tag.levels)
    return ChapterCount(
        file=chapter.name,
        title=chapter.parsed.title,
        questions=len(tags),
        by_kind_and_level={kind: {level: pairs[kind, level] for level in LEVELS} for kind in KINDS},
    )


def _count_figures(handbook: Handbook) -> FigureCount:
    found = [read_number(page, part) for page in handbook.pages for part in number_lines(page)]
    statuses = Counter(number.status for number in found if number)
    return FigureCount(
        total=len(found),
        complete=sum(number.is_complete for number in found if number),
        by_status={status: statuses[status] for status in STATUSES},
    )


def _total(stats: Stats) -> ChapterCount:
    return ChapterCount(
        file="",
        title="**All**",
        questions=sum(one.questions for one in stats.chapters),
        by_kind_and_level={
            kind: {
                level: sum(one.by_kind_and_level[kind][level] for one in stats.chapters) for level in LEVELS
            }
            for kind in KINDS
        },
    )


def _cells(one: ChapterCount) -> Iterator[str]:
    for kind in KINDS:
        counts = [one.by_kind_and_level[kind][level] for level in LEVELS]
        yield " / ".join(map(str, counts)) if any(counts) else "–"


def _figures(figures: FigureCount) -> str:
    if not figures.total:
        return "Figures: none."
    statuses = ", ".join(f"{figures.by_status[status]} {status}" for status in STATUSES)
    share = f"{figures.complete / figures.total:.1%}".replace("100.0%", "100%")
    return (
        f"Figures: {figures.total} ({statuses}). "
        f"{share} have an origin and a date or are marked as a rule of thumb."
    )
