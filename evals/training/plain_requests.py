"""Requests as plain as can be, made by program: names of topics, a level, a length, a number.

People who are asked to write requests write interesting ones. Of the plain kind ("RAG and evals, 45 min") a
reader that has learnt from those alone makes guesses: that somebody who says "RAG" means a half of it, or
seeks a senior. Seeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from evals.training.requests import Request

MANY = 600
SEED = 11
AUTHOR = "plain"

# A name with the competencies that it stands for.
_NAMES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("foundations",): ("foundations", "LLM fundamentals", "how models work", "basics of language models"),
    ("architecture",): ("architecture", "platform architecture", "the serving platform", "multi-tenancy"),
    ("rag-ingestion",): ("RAG ingestion", "ingestion", "chunking and indexing", "document pipelines"),
    ("rag-retrieval",): ("retrieval", "RAG retrieval", "search and ranking", "reranking", "hybrid search"),
    ("rag-ingestion", "rag-retrieval"): ("RAG", "rag", "RAG systems", "retrieval-augmented generation"),
    ("evaluation",): ("evaluation", "evals", "LLM evaluation", "testing LLM output"),
    ("observability",): ("observability", "monitoring", "drift", "observability and drift", "tracing"),
    ("release-engineering",): ("release engineering", "releases", "rollouts and rollback", "deployments"),
    ("inference-serving",): ("inference", "inference serving", "serving", "latency and throughput"),
    ("agents-design",): ("agent design", "designing agents", "agent architecture", "multi-agent systems"),
    ("agents-debugging",): ("agent debugging", "debugging agents", "agents in production"),
    ("agents-design", "agents-debugging"): ("agents", "AI agents", "agentic systems", "LLM agents"),
    ("tool-security",): ("tool security", "MCP", "MCP security", "MCP and tool security"),
    ("incident-response",): ("incidents", "incident response", "on-call", "production incidents", "outages"),
    ("post-incident",): ("postmortems", "post-incident analysis", "blameless reviews"),
    ("cost",): ("cost", "costs", "cost control", "token spend", "LLM costs"),
    ("safety",): ("safety", "privacy", "guardrails", "safety and privacy", "trust", "AI safety"),
    ("case-files",): ("case files", "famous AI failures"),
    ("leadership",): ("leadership", "technical leadership", "mentoring and influence"),
    ("behavioural",): ("behavioural", "soft skills", "STAR stories"),
    ("landscape",): ("the interview landscape", "how loops look in 2026"),
    ("plans",): ("study plans", "a preparation plan"),
    ("templates",): ("templates", "ADR and postmortem templates"),
}
_LEVELS: dict[str | None, tuple[str, ...]] = {
    "junior": ("junior", "Junior", "entry-level", "jr"),
    "mid": ("mid", "mid-level", "Mid level", "intermediate"),
    "senior": ("senior", "Senior", "sr", "senior-level"),
    "staff": ("staff", "Staff", "staff-level", "principal"),
    None: ("",),
}
_MINUTES = {20: ("20 min",), 30: ("30 min", "half an hour", "30 minutes"), 40: ("40m", "40 minutes")} | {
    45: ("45 min", "45 minutes", "45'", "45m"), 60: ("60 min", "an hour", "1h", "60 minutes"),
    75: ("75 minutes",), 90: ("90 min", "90 minutes", "1.5 hours"),
}  # fmt: skip
_COUNTS = {4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 10: "ten", 12: "a dozen"}
_COUNTED = (
    "{} questions",
    "{} Qs",
    "{} qs",
    "{} questions max",
    "no more than {} questions",
    "up to {} questions",
)
_AVOIDED = {
    "behavioural": ("behavioural questions", "behavioural"), "design": ("system design", "design questions"),
    "cost": ("cost",), "leadership": ("leadership questions",), "foundations": ("basics",),
    "rag-ingestion": ("ingestion",), "evaluation": ("evals",), "safety": ("safety",),
}  # fmt: skip
_NEGATED = ("no {}", "without {}", "leave {} out", "not {}", "skip {}")
_JOINED = (", ", ", ", " / ", " + ", "; ", " & ", "\n- ", " and ")
_HAVE_MINUTES, _HAVE_COUNT, _HAVE_AVOIDED = 0.6, 0.5, 0.25
"""Shares of the requests that tell so much."""
_ENDS_IN_AND = 0.5
_FORMS = (
    "{topics}",
    "{level}: {topics}, {rest}",
    "{topics}. {level}, {rest}",
    "{rest}, {level}, {topics}",
    "{level} engineer, {topics}, {rest}",
    "Questions about {topics} for a {level} engineer, {rest}",
    "questions on {topics}, {rest}, {level}",
    "We need a {level} interview on {topics}: {rest}",
    "Please build a {level} interview on {topics}, {rest}",
    "I need a set about {topics} for a {level} candidate, {rest}",
    "Set for a {level} role. Topics: {topics}. {rest}",
    "interview {topics} {level} {rest}",
    "a {level} {topics} round, {rest}",
)


class _Told(NamedTuple):
    """Words of a request, and what they stand for; no words for nothing."""

    words: str
    label: Any


_NOTHING = _Told("", None)


def plain_requests() -> list[Request]:
    """Return `MANY` of them, labelled, each with the words that decide."""
    draw = Random(SEED)
    return [_request(draw, number) for number in range(MANY)]


def _request(draw: Random, number: int) -> Request:
    form = draw.choice(_FORMS)
    named = _topics(draw)
    level = _level(draw) if "{level}" in form else _NOTHING
    minutes, count = _minutes(draw), _count(draw)
    avoided = _avoided(draw, {name for one in named for name in one.label})
    rest = ", ".join(one.words for one in draw.sample([minutes, count, avoided], 3) if one.words)
    if "{rest}" not in form:
        minutes = count = avoided = _NOTHING
    text = _tidy(form.format(topics=_joined(draw, named), level=level.words, rest=rest))
    competencies = {name: [one.words] for one in named for name in one.label}
    words = {
        "level": [level.words] if level.label else [],
        "minutes": [minutes.words] if minutes.label else [],
        "count": [count.words] if count.label else [],
        "competencies": competencies,
        "avoid": {avoided.label: [avoided.words]} if avoided.label else {},
    }
    labels = {
        "id": f"{AUTHOR}-{number:03}", "text": text, "style": "terse", "level": level.label,
        "competencies": list(competencies), "minutes": minutes.label, "count": count.label,
        "avoid": [avoided.label] if avoided.label else [], "kinds": None, "words": words,
    }  # fmt: skip
    return Request(AUTHOR, labels)


def _topics(draw: Random) -> list[_Told]:
    """Return one to six names, no competency twice."""
    many = draw.choices(range(1, 7), (30, 30, 20, 10, 6, 4))[0]
    chosen: list[_Told] = []
    for stands_for in draw.sample(list(_NAMES), len(_NAMES)):
        taken = {name for one in chosen for name in one.label}
        name = draw.choice(_NAMES[stands_for])
        is_apart = not any(name in one.words or one.words in name for one in chosen)
        if len(chosen) < many and is_apart and not taken.intersection(stands_for):
            chosen.append(_Told(name, stands_for))
    return chosen


def _level(draw: Random) -> _Told:
    label = draw.choices(list(_LEVELS), (2, 2, 3, 2, 4))[0]
    return _Told(draw.choice(_LEVELS[label]), label)


def _minutes(draw: Random) -> _Told:
    minutes = draw.choice(list(_MINUTES))
    return _Told(draw.choice(_MINUTES[minutes]), minutes) if draw.random() < _HAVE_MINUTES else _NOTHING


def _count(draw: Random) -> _Told:
    count = draw.choice(list(_COUNTS))
    words = draw.choice(_COUNTED).format(draw.choice((str(count), _COUNTS[count])))
    return _Told(words, count) if draw.random() < _HAVE_COUNT else _NOTHING


def _avoided(draw: Random, wanted: set[str]) -> _Told:
    label = draw.choice([one for one in _AVOIDED if one not in wanted])
    words = draw.choice(_NEGATED).format(draw.choice(_AVOIDED[label]))
    return _Told(words, label) if draw.random() < _HAVE_AVOIDED else _NOTHING


def _joined(draw: Random, named: Sequence[_Told]) -> str:
    *first, last = [one.words for one in named]
    by = draw.choice(_JOINED)
    if first and by == ", " and draw.random() < _ENDS_IN_AND:
        return f"{by.join(first)} and {last}"
    return by.join([*first, last])


def _tidy(text: str) -> str:
    """Return a text without what stood around words that are missing."""
    for doubled, single in (
        ("  ", " "),
        (" ,", ","),
        (" .", "."),
        (" :", ":"),
        (",,", ","),
        (", .", "."),
        (": .", "."),
    ):
        while doubled in text:
            text = text.replace(doubled, single)
    return text.strip(" ,.:;\n")
