"""A claim laid word by word along a line of evidence: what both say, and what stands in place of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from coach.faithfulness.evidence import Line
from coach.faithfulness.frequencies import rarity
from coach.faithfulness.tokens import Token


class Gap(NamedTuple):
    """Where claim and evidence part: the tokens of the one that stand for those of the other.

    Attributes:
        is_inside: Whether both say the same before and after it.
    """

    ours: tuple[Token, ...]
    theirs: tuple[Token, ...]
    is_inside: bool


@dataclass(frozen=True)
class Alignment:
    """The longest common sequence of stems of a claim and a line.

    Attributes:
        matched: Places of claim tokens and of the line's tokens that are the same, in order.
    """

    claim: tuple[Token, ...]
    line: Line
    matched: tuple[tuple[int, int], ...]

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Where they part, in order."""
        ends = (len(self.claim), len(self.line.tokens))
        gaps, ours, theirs = list[Gap](), 0, 0
        for place, (our_end, their_end) in enumerate([*self.matched, ends]):
            if our_end > ours or their_end > theirs:
                is_inside = 0 < place < len(self.matched)
                gaps.append(Gap(self.claim[ours:our_end], self.line.tokens[theirs:their_end], is_inside))
            ours, theirs = our_end + 1, their_end + 1
        return tuple(gaps)

    @cached_property
    def weight(self) -> float:
        """The rarity of what both say, summed over content words."""
        return sum(rarity(self.claim[ours].stem) for ours, _ in self.matched if self.claim[ours].is_content)


def align(claim: Sequence[Token], line: Line) -> Alignment:
    """Return the alignment of a claim's tokens with a line's."""
    from rapidfuzz.distance import LCSseq

    ours, theirs = [one.stem for one in claim], [one.stem for one in line.tokens]
    blocks = LCSseq.editops(ours, theirs).as_matching_blocks()
    matched = tuple((block.a + step, block.b + step) for block in blocks for step in range(block.size))
    return Alignment(tuple(claim), line, matched)
