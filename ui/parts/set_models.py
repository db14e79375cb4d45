"""What the page reads of question sets; fields that it does not know are passed over."""

from __future__ import annotations

from ui.models import Kind, Level, Reply


class Competency(Reply):
    """What questions can be about."""

    id: str
    title: str
    questions: int


class Competencies(Reply):
    """All of them, in the order of the handbook."""

    competencies: tuple[Competency, ...]


class Wish(Reply):
    """A competency with its share."""

    id: str
    weight: float = 1.0


class Wishes(Reply):
    """What a set is to be like; what the page has no field for stays as it was read."""

    role: str = ""
    level: Level | None = None
    competencies: tuple[Wish, ...] = ()
    minutes: float | None = None
    count: int | None = None
    kinds: tuple[Kind, ...] = ()
    avoid_kinds: tuple[Kind, ...] = ()
    avoid_competencies: tuple[str, ...] = ()
    avoid_topics: tuple[str, ...] = ()
    focus: str = ""
    rounds: int = 1
    forms: int = 1
    seed: int = 0


class Inferred(Reply):
    """Something that was read out of a request, with its words."""

    field: str
    value: str
    words: str


class Finding(Reply):
    """Something to mend."""

    place: str
    quote: str
    about: str
    advice: str


class Reading(Reply):
    """What a request asks for."""

    wishes: Wishes
    inferred: tuple[Inferred, ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class SetQuestion(Reply):
    """A question of a set."""

    id: str
    text: str
    document: str
    start: int
    end: int
    competency: str
    kind: str | None = None
    levels: tuple[str, ...] = ()


class Pack(Reply):
    """A question with what the page shows of its pack."""

    question: SetQuestion
    minutes: float
    asked: int
    reasons: tuple[str, ...]


class Interview(Reply):
    """One set of questions."""

    name: str
    minutes: float
    difficulty: float
    packs: tuple[Pack, ...]


class Conflict(Reply):
    """Why the wishes cannot be met."""

    because: str
    given_up: tuple[str, ...] = ()


class Made(Reply):
    """A set."""

    title: str
    titles: dict[str, str]
    interviews: tuple[Interview, ...]
    conflict: Conflict | None = None
    compromises: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class StoredSet(Reply):
    """A version of a set."""

    id: str
    version: int
    corpus_changed: bool
    made: Made


class SetSummary(Reply):
    """A set, as the list shows it."""

    id: str
    version: int
    title: str


class SetList(Reply):
    """The team's sets, latest change first."""

    sets: tuple[SetSummary, ...]
