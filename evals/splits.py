"""Splits: what may be looked at how often, and whether anything of them leaked.

`dev` is for working: every row is shown. `test` is for reporting: aggregates only, and each look is counted.
`locked` is for deciding on a release: like test, and each look needs a reason, which is stored.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from coach.errors import UsageError
from evals.golden import GoldenItem
from evals.runs import Split

GOLDEN_FOLDER = Path(__file__).parent / "golden"
# Runs of four words that a line shares with a question; neighbouring questions share a phrase, a copy most.
LEAK_WORDS = 4
LEAK_SHARE = 0.7
# A character of a script without spaces counts as a word.
_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


class Leak(NamedTuple):
    """An item whose question stands in a line of a file, copied whole or nearly."""

    item_id: str
    file: str
    line: int


def golden_file(split: Split) -> Path:
    """Return the handbook's golden file of a split."""
    return GOLDEN_FOLDER / f"handbook-{split}.jsonl"


def split_of(golden: Path | None, chosen: Split | None) -> Split:
    """Return the split of a run: the one that was named, else the one in the file's name, else dev.

    A file whose name ends in "-test" or "-locked" is never taken for dev by mistake.

    Raises:
        UsageError: The file's name and the named split contradict each other.

    >>> split_of(Path("mine-test.jsonl"), None), split_of(Path("mine.jsonl"), None), split_of(None, "test")
    ('test', 'dev', 'test')
    """
    named: dict[str, Split] = {"dev": "dev", "test": "test", "locked": "locked"}
    in_name = named.get(golden.stem.rpartition("-")[2]) if golden else None
    if golden and in_name and chosen and in_name != chosen:
        raise UsageError(
            f"{golden.name!r} is a {in_name} split by its name, and --split says {chosen!r}",
            hint="Leave --split out, or name the other file.",
        )
    return chosen or in_name or "dev"


def item_hash(item: GoldenItem) -> str:
    """Return the hash of what an item asks and expects; its id, style and persona do not enter.

    >>> first, second = (GoldenItem(id=name, query="Why?", answerable=False) for name in "ab")
    >>> item_hash(first) == item_hash(second) != item_hash(first.model_copy(update={"answerable": True}))
    True
    """
    content = item.model_dump(mode="json", exclude={"id", "style", "persona"})
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def find_leaks(items: Sequence[GoldenItem], files: Iterable[Path]) -> list[Leak]:
    """Return where files (prompts, examples, training questions) hold questions of these items.

    A line leaks an item if it holds 70% of the four-word runs of its question; a question of fewer than four
    words is too common to tell.
    """
    wanted: dict[str, set[str]] = {item.id: set(_runs(item.query)) for item in items}
    owners: dict[str, list[str]] = {}
    for item_id, runs in wanted.items():
        for run in runs:
            owners.setdefault(run, []).append(item_id)
    return [
        Leak(item_id, str(file), number)
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1)
        for item_id, shared in sorted(
            Counter(owner for run in set(_runs(line)) for owner in owners.get(run, ())).items()
        )
        if shared >= LEAK_SHARE * len(wanted[item_id])
    ]


def describe_leaks(items: Sequence[GoldenItem], split: Split, golden: Path) -> list[str]:
    """Return a note if questions of a golden set stand where the coach, or who tunes it, learns from.

    Looked through are prompts and word lists of the coach, training questions, and golden sets that are
    there to be worked with. A development set is held against the first two alone.
    """
    here = Path(__file__).parent
    learnt = [*here.parent.glob("coach/**/*.md"), *here.parent.glob("coach/**/*.yaml")]
    if split != "dev":
        learnt += [*here.glob("training/**/*.jsonl"), *GOLDEN_FOLDER.glob("*-dev.jsonl")]
    leaks = find_leaks(items, sorted(file for file in learnt if file.resolve() != golden.resolve()))
    if not leaks:
        return []
    first = leaks[0]
    count = len({leak.item_id for leak in leaks})
    place = f"{Path(first.file).name}:{first.line}"
    return [f"{count} of {len(items)} questions are known, the first: {first.item_id!r} in {place}"]


def _runs(text: str) -> Iterator[str]:
    """Yield each run of `LEAK_WORDS` words of a text."""
    said = _WORD.findall(text.casefold())
    for at in range(len(said) - LEAK_WORDS + 1):
        yield " ".join(said[at : at + LEAK_WORDS])
