"""What the page reads of question sets; fields that it does not know are passed over."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ui.models import Kind, Level, Outline, Reply


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
    fewest: int | None = None
    most: int | None = None
    kinds: tuple[Kind, ...] = ()
    avoid_kinds: tuple[Kind, ...] = ()
    avoid_competencies: tuple[str, ...] = ()
    avoid_questions: tuple[str, ...] = ()
    avoid_topics: tuple[str, ...] = ()
    focus: str = ""
    must_have: tuple[str, ...] = ()
    never_with: tuple[tuple[str, str], ...] = ()
    rounds: int = 1
    forms: int = 1
    seed: int = 0


class Inferred(Reply):
    """Something that was read out of a request, with its words."""

    field: str
    value: str
    words: str
    by: str = "words"


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
    model: str = ""
    degraded: tuple[str, ...] = ()


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


class Source(Reply):
    """Where a question stands: its heading's characters in a document."""

    document: str
    start: int
    end: int


class Pack(Reply):
    """A question with what the page shows of its pack."""

    question: SetQuestion
    source: Source
    outline: Outline = Outline()
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


class TemplateUse(Reply):
    """The house rules that a set follows."""

    id: str
    version: int


class Made(Reply):
    """A set."""

    title: str
    request: str = ""
    wishes: Wishes = Wishes()
    introduction: str = ""
    notes: str = ""
    template: TemplateUse | None = None
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
    """A version of a set, as a list shows it."""

    id: str
    version: int
    created_at: datetime | None = None
    title: str
    template_version: int | None = None


class SetList(Reply):
    """The team's sets, latest change first."""

    sets: tuple[SetSummary, ...]


class SetVersions(Reply):
    """All versions of a set, newest first."""

    versions: tuple[SetSummary, ...]


class InterviewChange(Reply):
    """What changed in one interview."""

    name: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    minutes: tuple[float, float] | None = None
    difficulty: tuple[float, float] | None = None


class SetChange(Reply):
    """What changed between two versions of a set, each change as before and after."""

    same: bool
    corpus_changed: bool = False
    wishes: dict[str, tuple[str, str]] = Field(default_factory=dict)
    words: dict[str, tuple[str, str]] = Field(default_factory=dict)
    interviews: tuple[InterviewChange, ...] = ()


class Leak(Reply):
    """A passage of a text that gives a question away."""

    question: str
    kind: str
    likeness: float
    quote: str


class Leaks(Reply):
    """The questions that a text gives away."""

    leaks: tuple[Leak, ...]


class Weighting(Reply):
    """A question that counts more or less than the others."""

    question_id: str
    weight: float
    reason: str


class Rules(Reply):
    """House rules."""

    title: str
    introduction: str = ""
    notes: str = ""
    minutes: float | None = None
    questions: tuple[str, ...] = ()
    competencies: tuple[Wish, ...] = ()
    weightings: tuple[Weighting, ...] = ()
    avoid_kinds: tuple[Kind, ...] = ()
    avoid_competencies: tuple[str, ...] = ()
    avoid_questions: tuple[str, ...] = ()
    avoid_topics: tuple[str, ...] = ()


class StoredTemplate(Reply):
    """A version of house rules."""

    id: str
    version: int
    rules: Rules


class TemplateList(Reply):
    """The team's house rules, latest change first."""

    templates: tuple[SetSummary, ...]


class KeptValue(Reply):
    """A value of a set's own, where its house rules have another one now."""

    field: str
    own: str
    template: str


class SetUpdate(Reply):
    """What an edit of house rules does to one set."""

    id: str
    title: str = ""
    version: int = 0
    outcome: str
    written: int | None = None
    change: SetChange | None = None
    kept: tuple[KeptValue, ...] = ()
    cannot_be_met: str = ""
    because: str = ""


class Reapplied(Reply):
    """What an edit of house rules does to some sets."""

    dry_run: bool
    sets: tuple[SetUpdate, ...]
