"""Tag lines of any style to `QuestionTags`."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.contract import Level, QuestionKind, QuestionTags
from ingest.labels import level_of
from ingest.read.plain import tidy, without_emoji

MAX_LINE_CHARS = 400
MAX_VALUE_CHARS = 90

_KINDS: dict[str, QuestionKind] = {
    **dict.fromkeys(("scenario", "scenario-based", "situational", "case study", "场景题"), "scenario"),
    **dict.fromkeys(("debugging", "troubleshooting", "diagnosis"), "debugging"),
    **dict.fromkeys(("design", "system design", "system-design", "系统设计"), "design"),
    **dict.fromkeys(("conceptual", "theory", "theoretical", "fundamentals", "概念"), "conceptual"),
    **dict.fromkeys(("behavioural", "behavioral", "behaviour", "behavior"), "behavioural"),
}
_FREQUENCIES = {
    **dict.fromkeys(
        (
            "very-common",
            "very common",
            "very high",
            "frequent",
            "very frequent",
            "frequently asked",
            "high",
            "高频",
        ),
        0,
    ),
    **dict.fromkeys(("common", "moderate", "often", "中频"), 1),
    **dict.fromkeys(("occasional", "rare", "low", "uncommon", "sometimes", "低频"), 2),
}
_FREQUENCY_NAMES = ("very-common", "common", "occasional")
_STAGES = frozenset(
    "recruiter technical system-design behavioral behavioural coding onsite screen phone-screen take-home hr"
    " panel hiring-manager bar-raiser ml-design case final culture-fit live-coding".split()
)
_KEYS: dict[str, tuple[str, ...]] = {
    "level": (
        "level",
        "levels",
        "difficulty",
        "seniority",
        "experience",
        "difficulty level",
        "target level",
        "难度",
    ),
    "kind": ("kind", "type", "question type", "category", "format", "类型"),
    "frequency": ("frequency", "how common", "asked", "probability", "频率"),
    "concept": (
        "concept",
        "concepts",
        "topic",
        "topics",
        "subject",
        "area",
        "skill",
        "skills",
        "domain",
        "知识点",
        "主题",
    ),
    "stage": ("stage", "stages", "round", "rounds", "interview stage", "interview round"),
    "minutes": (
        "time",
        "duration",
        "minutes",
        "est. time",
        "estimated time",
        "time limit",
        "target time",
        "length",
    ),
    "id": ("id", "slug"),
    "tags": ("tags", "tag", "labels", "标签"),
    "": (
        "source",
        "asked in",
        "asked at",
        "asked by",
        "company",
        "companies",
        "role",
        "roles",
        "importance",
        "priority",
        "updated",
    ),
}
_KEY_OF = {word: key for key, words in _KEYS.items() for word in words}
_KEYED = re.compile(r"(?P<key>[^\W\d][\w. ]{0,24}?)\s*[:：]\s*(?P<value>.*)", re.DOTALL)
_SPLIT = re.compile(r"\s*[·|•;；]\s*|\s{3,}")
_MINUTES = re.compile(
    r"~?(\d+(?:\.\d+)?)\s*(?:[-–]\s*(\d+(?:\.\d+)?)\s*)?(?:min(?:ute)?s?|分钟|分)\.?", re.IGNORECASE
)
_SLUG = re.compile(r"id[:\s]+([\w.-]+)", re.IGNORECASE)
_GLUED = re.compile(r"(Easy|Medium|Hard|Junior|Mid|Senior|Staff)([A-Z][A-Za-z -]*)?")
_COUNTER = re.compile(
    r"[\d,.]+k? (?:practi[cs]ed|views?|likes?|votes?|upvotes?|answers?|comments?|attempts?|solved)",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def read_tags(line: str) -> QuestionTags | None:
    """Return what a plain tag line says, or None if the line is not one.

    >>> read_tags("Tags: senior · common · design · 3 min · id rag-1").slug
    'rag-1'
    >>> read_tags("Concept: caching | Difficulty: junior/mid | Stage: technical").levels
    ('junior', 'mid')
    >>> read_tags("MediumSystem Design").kind, read_tags("A medium design works.") is None
    ('design', True)
    """
    words = tidy(without_emoji(line)).strip(" *_")
    if not words or len(words) > MAX_LINE_CHARS:
        return None
    if _COUNTER.fullmatch(words):
        return QuestionTags()
    glued = _GLUED.fullmatch(words)
    if glued and (not glued[2] or _is_word(glued[2])):
        words = f"Difficulty: {glued[1]} · Type: {glued[2] or ''}"
    first = _KEYED.match(words)
    key = _KEY_OF.get(first["key"].lower()) if first else None
    if first is not None and key == "tags":
        words = first["value"]
    return _read_segments(words, trusted=key == "tags")


def _read_segments(words: str, *, trusted: bool) -> QuestionTags | None:
    found = _Found()
    segments = [piece for piece in _SPLIT.split(words) if piece]
    if len(segments) == 1 and not _KEYED.match(words):
        segments = re.split(r"\s*[,，]\s*", words)
    for segment in segments:
        keyed = _KEYED.match(segment)
        key = _KEY_OF.get(keyed["key"].lower()) if keyed else None
        known = found.keyed(key, keyed["value"]) if keyed and key is not None else found.bare(segment)
        if not known and not trusted:
            return None
    tags = found.tags()
    alone = len(segments) == 1 and not trusted and not _KEYED.match(words)
    return None if not segments or (alone and not (tags.levels or tags.minutes)) else tags


def _is_word(value: str) -> bool:
    return _Found().bare(value)


class _Found:
    """Collects the values of one tag line."""

    def __init__(self) -> None:
        self._levels: list[Level] = []
        self._stages: list[str] = []
        self._kind: QuestionKind | None = None
        self._frequency: int | None = None
        self._concept = ""
        self._minutes: float | None = None
        self._slug = ""

    def tags(self) -> QuestionTags:
        """Return what was collected."""
        return QuestionTags(
            slug=self._slug,
            levels=tuple(dict.fromkeys(self._levels)),
            kind=self._kind,
            frequency=None if self._frequency is None else _FREQUENCY_NAMES[self._frequency],
            concept=self._concept,
            stages=tuple(dict.fromkeys(self._stages)),
            minutes=self._minutes,
        )

    def keyed(self, key: str, value: str) -> bool:
        """Take a "key: value" segment; return whether its value is short enough to be one."""
        value = value.strip(" *_`")
        if key and len(value) > MAX_VALUE_CHARS:
            return False
        if key == "concept":
            self._concept = value
        elif key == "id":
            self._slug = value
        elif key == "minutes":
            return bool(_MINUTES.fullmatch(value)) and self.bare(value)
        elif key == "frequency":
            self._frequency = _FREQUENCIES.get(value.lower(), self._frequency)
        elif key:
            for word in (
                re.split(r"\s*[/,，、+&]\s*|\s+(?:or|and|to)\s+|\s+", value) if key == "level" else [value]
            ):
                self.bare(word)
        return True

    def bare(self, segment: str) -> bool:
        """Take a segment without key; return whether each of its words is known."""
        words = segment.strip(" *_`#[]()").lower()
        if not words:
            return True
        minutes, slug = _MINUTES.fullmatch(words), _SLUG.fullmatch(segment.strip(" *_`"))
        if minutes:
            self._minutes = float(minutes[2] or minutes[1])
        elif slug:
            self._slug = slug[1]
        elif not self._word(words):
            pieces = re.split(r"\s*[/,，、]\s*", words)
            known = [self._word(piece) for piece in pieces]
            return len(known) > 1 and all(known)
        return True

    def _word(self, word: str) -> bool:
        level = level_of(word)
        if level:
            self._levels.append(level)
        if word in _FREQUENCIES and not level:
            self._frequency = _FREQUENCIES[word]
        if word in _KINDS and self._kind is None and word != "system-design":
            self._kind = _KINDS[word]
        stage = word.replace(" ", "-")
        if stage in _STAGES:
            self._stages.append(stage)
        return bool(level) or word in _FREQUENCIES or word in _KINDS or stage in _STAGES
