"""The answer in the making: claims that were verified, those that failed, and what went wrong on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from coach.answer.generate.excerpts import Excerpt
from coach.answer.generate.read import Draft
from coach.answer.generate.request import WRITTEN_FIELDS, Rejected, claim_limits
from coach.answer.quotes import QuoteFinder, QuoteVerdict
from coach.events import ClaimVerified, Degraded
from coach.models.contract import Hop
from coach.retrieve.stopwatch import Stopwatch
from coach.types import Claim, Outline, OutlineField
from ingest.analysis import terms
from ingest.contract import Level

# A model that repeats itself so often in a row has nothing more to say.
MOST_REPEATS = 5
# A model that fails so often is not worth more of the reader's time.
MOST_REJECTED = 24


@dataclass(frozen=True, slots=True)
class Task:
    """One answer to be written.

    Attributes:
        question: As a model may see it: it stands alone, and names are replaced by placeholders.
        restore: Puts back what was replaced.
        screen: Says why a text of the model must not be shown; nothing if it may be. It comes with
            placeholders, so that what the reader wrote is not held against the model.
        watch: Times the checks of the claims.
    """

    question: str
    level: Level
    excerpts: tuple[Excerpt, ...]
    restore: Callable[[str], str] = str
    screen: Callable[[str], str] = lambda text: ""  # noqa: ARG005
    watch: Stopwatch = field(default_factory=Stopwatch)


class Written(NamedTuple):
    """What came of it.

    Attributes:
        model: Whose claims are shown, in order, joined by "+"; empty if there are none.
        dropped: Claims that failed and were not mended.
        repaired: Claims that failed first and were mended.
        failed: Whether something is missing: what is shown has to be completed without a model.
        quotes: How the quotes were found.
    """

    outline: Outline
    model: str
    dropped: int
    repaired: int
    failed: bool
    quotes: dict[QuoteVerdict, int]


@dataclass(slots=True)
class Desk:
    """Holds what is known of one answer; used by one thread.

    Attributes:
        has_failed: Whether something is missing that quotes have to complete.
    """

    task: Task
    model: str = ""
    rejected: list[Rejected] = field(default_factory=list)
    repaired: int = 0
    has_failed: bool = False
    finder: QuoteFinder = field(init=False)
    quotes: Counter[QuoteVerdict] = field(default_factory=Counter)
    _claims: dict[OutlineField, list[Claim]] = field(init=False)
    _limits: dict[OutlineField, int] = field(init=False)
    _writers: dict[str, None] = field(default_factory=dict)
    _said: set[tuple[str, ...]] = field(default_factory=set)
    _tried: set[tuple[str, ...]] = field(default_factory=set)
    _repeats: int = 0
    _degraded: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.finder = QuoteFinder([excerpt.source for excerpt in self.task.excerpts])
        self._claims = {name: [] for name in WRITTEN_FIELDS}
        self._limits = claim_limits(self.task.level)

    @property
    def is_answered(self) -> bool:
        """Whether what is shown answers the question."""
        return bool(self._claims["direct_answer"])

    @property
    def is_full(self) -> bool:
        """Whether no field has room for more."""
        return all(len(self._claims[name]) >= most for name, most in self._limits.items())

    @property
    def is_done(self) -> bool:
        """Whether reading on is of no use."""
        return self.is_full or self._repeats >= MOST_REPEATS or len(self.rejected) >= MOST_REJECTED

    def wants(self, draft: Draft, *, mended: bool) -> bool:
        """Return whether a claim is worth a check: its field has room, and it says something new.

        A mended claim may say what one that failed has said.
        """
        said = tuple(terms(draft.text))
        if said in self._said or (said in self._tried and not mended):
            self._repeats += 1
            return False
        self._repeats = 0
        self._tried.add(said)
        return len(self._claims.get(draft.field, ())) < self._limits.get(draft.field, 0)

    def show(self, name: OutlineField, claim: Claim) -> ClaimVerified:
        """Keep a verified claim and return the event that shows it."""
        self._claims[name].append(claim)
        self._said.add(tuple(terms(claim.text)))
        self._writers[self.model] = None
        return ClaimVerified(field=name, index=len(self._claims[name]) - 1, claim=claim)

    def degrade(self, *whats: str) -> Iterator[Degraded]:
        """Yield what went wrong and was not told yet."""
        for what in whats:
            if what not in self._degraded:
                self._degraded[what] = None
                yield Degraded(what=what)

    def fail(self, why: str) -> Iterator[Degraded]:
        """Note that quotes have to complete what the model has written, and yield why."""
        self.has_failed = True
        yield from self.degrade(f"model:{self.model}→outline: {why}")

    def step(self, hops: Sequence[Hop]) -> Iterator[Degraded]:
        """Yield the steps down the fallback chain that were not told yet."""
        for hop in hops:
            self.model, self._repeats = hop.target, 0  # the next model begins anew, and that is no loop
            yield from self.degrade(f"model:{hop.source}→{hop.target}: {hop.reason}")

    def written(self) -> Written:
        """Return what came of it."""
        return Written(
            outline=Outline(**{name: tuple(claims) for name, claims in self._claims.items()}),
            model="+".join(self._writers),
            dropped=max(0, len(self.rejected) - self.repaired),
            repaired=self.repaired,
            failed=self.has_failed,
            quotes=dict(self.quotes),
        )
