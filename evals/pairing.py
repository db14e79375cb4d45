"""Which items of two runs can be set against each other: those that asked and expected the same."""

from __future__ import annotations

from dataclasses import dataclass

from coach.errors import UsageError
from evals.runs import ItemRow, Run


@dataclass(frozen=True, slots=True)
class Pairs:
    """The items that two runs share; `before` and `after` agree position by position.

    Attributes:
        only_before: Ids of items that the later run lacks; likewise `only_after`.
        changed: Ids of items that are in both and whose content is not the same; they are not paired.
        same_golden: Whether both runs read the same golden file, byte for byte.
    """

    before: tuple[ItemRow, ...]
    after: tuple[ItemRow, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    changed: tuple[str, ...]
    same_golden: bool


def pair(before: Run, after: Run) -> Pairs:
    """Return the items that both runs asked in the same words with the same expectations.

    Raises:
        UsageError: The runs are of different kinds, or have no such item.
    """
    if before.kind != after.kind:
        raise UsageError(
            f"a run of {before.kind} cannot be compared with one of {after.kind}",
            hint="Compare two runs of one kind.",
        )
    earlier = {row.id: row for row in before.rows}
    later = {row.id: row for row in after.rows}
    both = [name for name in earlier if name in later]
    same = [name for name in both if before.item_hashes.get(name) == after.item_hashes.get(name)]
    if not same:
        raise UsageError(
            f"runs {before.id!r} and {after.id!r} have no item in common "
            f"({len(earlier)} of {before.golden!r}, {len(later)} of {after.golden!r})",
            hint="Run both over the same golden file.",
        )
    return Pairs(
        before=tuple(earlier[name] for name in same),
        after=tuple(later[name] for name in same),
        only_before=tuple(name for name in earlier if name not in later),
        only_after=tuple(name for name in later if name not in earlier),
        changed=tuple(name for name in both if name not in set(same)),
        same_golden=before.golden_sha256 == after.golden_sha256,
    )
