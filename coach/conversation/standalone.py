"""Follow-up questions completed by rules; what rules cannot complete with certainty is said to be unsure.

The word lists are English. A short question in another language is unsure, and completed by what was asked
before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from coach.answer.cues import word_count
from coach.conversation.dialogue import State
from coach.conversation.expletive import is_expletive
from coach.conversation.subject import body_of, subject_of
from ingest.analysis import terms
from ingest.contract import Frozen

_FLAGS = re.IGNORECASE | re.VERBOSE

_OPENING = r"^\W*(?:(?:ok|okay|so|and|but|right|well|hm+|thanks?|great|got\ it|i\ see|yes|no)\b[\s,.!]*)*"
_BARE = re.compile(
    rf"{_OPENING}(?P<word>why|how(?:\ come|\ so)?|when|where|who)(?:\ (?:not|is\ that))?\W*$", _FLAGS
)
_MORE = re.compile(
    rf"""{_OPENING}(?P<wish>
        (?:(?:can|could|would)\ you\ )?(?:please\ )?(?:
            (?:give|show|tell)\ (?:me\ )?(?:an?\ |some\ |one\ )?(?:concrete\ |real\ )?
            (?:examples?|more|details?)
          | (?:tell|say)\ (?:me\ )?more | elaborate | explain(?:\ (?:more|further|again))? | expand | clarify
          | go\ (?:on|deeper|into\ (?:more\ )?detail) | continue )
        (?:\ (?:on|about)\ (?:it|that|this))?(?:\ please)?
      | (?:for|an?|any)?\ ?examples? | more(?:\ details?)? | what\ else | anything\ else | and\ then
      )\W*$""",
    _FLAGS,
)
_PREPOSITIONS = (
    "for|in|with|without|on|at|under|during|after|before|from|by|as|within|across|against|over|about"
)
_TURNED = re.compile(
    rf"{_OPENING}(?:(?:what|how)\ about\ )?(?P<tail>(?P<preposition>{_PREPOSITIONS})\ [^?]{{2,80}}?)\W*$",
    _FLAGS,
)
_CONDITION = re.compile(rf"{_OPENING}(?:and\ )?(?P<tail>(?:what\ )?if\ [^?]{{2,120}}?)\W*$", _FLAGS)
_ASPECT = re.compile(rf"{_OPENING}(?:what|how)\ about\ (?P<aspect>[^?]{{2,80}}?)\W*$", _FLAGS)
_AND_ASPECT = re.compile(
    r"^\W*(?:and|or|but)\ (?P<aspect>(?!(?:what|how|why|when|where|who|which|is|are|do|does|did"
    r"|can|could|should|would|will)\b)[^?]{2,50}?)\W*$",
    _FLAGS,
)
_AUXILIARY = r"""(?: do | does | did | is | are | was | were | has | have | can | could | should | would
    | will | must | may | might )(?:n?['’]t)?"""
_ASKING = "what|how|why|when|where|who|whom|whose|which"
# A whole question behind a case of its own: "with LoRA, what rank ...?", "at what scale do you ...?". One
# that leaves the rest out or points back is none: "in production, what then?", "and for two, is that safer?".
_ASKS_ITSELF = re.compile(
    rf"""[,;:.!]\ *(?: {_ASKING} | {_AUXILIARY}(?!\ (?:this|that)\b)
            | explain | describe | compare | tell | walk )(?:['’]\w+)?\b
            (?!(?:\ (?:then|so|else|not|now))?\W*$)
        | \b(?:{_ASKING})\ {_AUXILIARY}\ (?:you|we|i|one|they|it|an?|the|your|our)\b
        | ^\w+\ (?:what|which|whose|whom|how)\b.*\ {_AUXILIARY}\b""",
    _FLAGS,
)
_ORDINALS = {
    word: place
    for place, names in enumerate(
        (
            "first 1st",
            "second 2nd",
            "third 3rd",
            "fourth 4th",
            "fifth 5th",
            "sixth 6th",
            "seventh 7th",
            "eighth 8th",
        )
    )
    for word in names.split()
}
_POINT = re.compile(
    rf"""\b(?: (?:the\ )?(?P<ordinal>{"|".join(_ORDINALS)}|last)
          \ (?:one|step|point|item|part|thing|suggestion)
        | (?:step|point|item|number)\ (?:no\.?\ |\#)?(?P<number>\d{{1,2}}) )\b""",
    _FLAGS,
)
# What goes on behind a place in an order may say in which: "of RLHF", "you do in an outage".
_OF = re.compile(r"\ of\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"""\ (?: of | in | on | at | for | with | when | if | before | after | during | while
        | an? | the | your | our | (?:to|that|you|we|i|one|they)\ \w+ )\b""",
    _FLAGS,
)
_OF_THE_ANSWER = frozenset(terms("answer list outline plan"))
_THING = r"""(?:approach(?:es)?|methods?|ways?|cases?|problems?|issues?|things?|ideas?|techniques?|patterns?
    |ones?|solutions?|options?|situations?|topics?|concepts?|strateg(?:y|ies)|metrics?|numbers?|setup|choice
    |decision)"""
_POINTS_BACK = re.compile(
    rf"""\b(?: (?:this|that|these|those|such|the\ same|the\ (?:latter|former|other))\ {_THING}
        | (?:the\ )?(?:latter|former|other\ one)\b
        | (?P<possessive>its|their)\b
        | it | they | them
        | (?:this|that|these|those)(?=\s*(?:$|[?.!,;])|\s+(?:is|was|are|were|does|do|did|has|have|can|could
            |will|would|should|mean|means|matter|matters|work|works|happen|happens|help|helps|fail|fails|change
            |changes|cost|costs|take|takes|affect|apply|compare|look|in|for|with|at|to)\b)
      )\b""",
    _FLAGS,
)
# "that" behind these words begins a clause and points at nothing.
_CONJOINS = re.compile(
    r"\b(?:sure|ensure|prove|say|says|show|shows|know|think|so|such|guarantee|claim|claims|fact)\s$",
    re.IGNORECASE,
)
_PERSONS = frozenset(
    terms("senior staff junior mid engineer developer candidate interviewer team people person user")
)
_OWN_TERMS = 2
_SHORT_TERMS = 2


class Standalone(Frozen):
    """A question that can be understood alone.

    Attributes:
        how: "asked": as it was asked; "rules": completed.
        is_sure: Whether the rules know what was meant; a model may know better if not.
    """

    question: str
    how: str = "asked"
    is_sure: bool = True


def stand_alone(question: str, state: State) -> Standalone:
    """Return a question completed by what was talked about before; a whole one comes back as it is.

    >>> state = State(question="How do you roll back a bad release?", subject="a bad release")
    >>> stand_alone("and for agents?", state).question
    'How do you roll back a bad release for agents?'
    >>> stand_alone("What is hybrid search?", state).question
    'What is hybrid search?'
    """
    asked = " ".join(question.split())
    if not state.question or not asked:
        return Standalone(question=question)
    for rule in _RULES:
        completed = rule(asked, state)
        if completed is not None:
            return Standalone(question=completed, how="rules")
    return _pointing(asked, state) or _short(asked, state) or Standalone(question=question)


def _bare(asked: str, state: State) -> str | None:
    match = _BARE.match(asked)
    if match is None:
        return None
    negated = " not" if re.search(r"\bnot\W*$", asked, re.IGNORECASE) else ""
    return f"{match['word'].capitalize()}{negated} {body_of(state.question)}?"


def _more(asked: str, state: State) -> str | None:
    match = _MORE.match(asked)
    return f"{state.question.rstrip('?. ')}: {match['wish'].lower()}?" if match else None


def _point(asked: str, state: State) -> str | None:
    match = _POINT.search(asked)
    if match is None or not state.points or _is_of_its_own(match, state):
        return None
    ordinal = (match["ordinal"] or "").lower()
    place = (
        len(state.points) - 1 if ordinal == "last" else _ORDINALS.get(ordinal, int(match["number"] or 0) - 1)
    )
    if not 0 <= place < len(state.points):
        return None
    point = state.points[place].rstrip(" .")
    return f"{asked[: match.start()]}“{point}”{asked[match.end() :]} ({subject_of(state.question)})"


def _is_of_its_own(point: re.Match[str], state: State) -> bool:
    """Return whether the words behind a place in an order name an order that was not talked about."""
    points_surely = point["number"] or point[0].lower().endswith("one")
    behind = point.string[point.end() :]
    link = (_OF if points_surely else _GOES_ON).match(behind)
    new = set(terms(behind[link.end() :])) - _PERSONS - _OF_THE_ANSWER if link else set()
    return not new <= set(terms(state.question))


def _turned(asked: str, state: State) -> str | None:
    """Turn the last question to another case: "and for agents?"; what stood in that place goes."""
    match = _TURNED.match(asked)
    if match is None or _ASKS_ITSELF.search(match["tail"]):
        return None
    kept = re.sub(
        rf"\s+{match['preposition']}\s+[^?,;]*$",
        "",
        state.question.rstrip("?. "),
        count=1,
        flags=re.IGNORECASE,
    )
    return f"{kept if len(terms(kept)) >= _OWN_TERMS else state.question.rstrip('?. ')} {match['tail']}?"


def _condition(asked: str, state: State) -> str | None:
    match = _CONDITION.match(asked)
    if match is None or _ASKS_ITSELF.search(match["tail"]):
        return None
    if len(set(terms(match["tail"])) - _PERSONS) > 2 * _SHORT_TERMS:
        return None
    return f"{state.question.rstrip('?. ')}, {match['tail']}?"


def _aspect(asked: str, state: State) -> str | None:
    match = _ASPECT.match(asked) or _AND_ASPECT.match(asked)
    if match is None or _POINTS_BACK.search(match["aspect"]) or _ASKS_ITSELF.search(match["aspect"]):
        return None
    return f"What about {match['aspect']}: {state.question}"


_RULES: tuple[Callable[[str, State], str | None], ...] = (
    _bare,
    _more,
    _point,
    _turned,
    _condition,
    _aspect,
)


def _pointing(asked: str, state: State) -> Standalone | None:
    """Put what is being talked about where a word points back, unless it points into the question itself."""
    match = next((one for one in _POINTS_BACK.finditer(asked) if not _points_nowhere(asked, one)), None)
    if match is None or len(set(terms(asked[: match.start()])) - _PERSONS) >= _OWN_TERMS:
        return None
    if not state.subject or _POINTS_BACK.search(state.subject):
        return Standalone(question=_beside(asked, state), how="rules", is_sure=False)
    named = f"{state.subject}'s" if match["possessive"] else state.subject
    completed = asked[: match.start()] + named + asked[match.end() :]
    # Two different things may be meant by one word; what came before decides if a model is there to read it.
    return Standalone(question=_beside(completed, state), how="rules", is_sure=not state.subjects)


def _points_nowhere(asked: str, match: re.Match[str]) -> bool:
    return bool(_CONJOINS.search(asked[: match.start()])) or is_expletive(asked, match.start())


def _short(asked: str, state: State) -> Standalone | None:
    """Complete a question that has hardly any words of its own by the one before it."""
    own = set(terms(asked)) - _PERSONS
    known = set(terms(state.question))
    is_short = len(own) < _SHORT_TERMS or (
        not asked.isascii() and word_count(asked.rstrip("?？!！.。 ")) <= _SHORT_TERMS
    )
    if not is_short or (own and own <= known):
        return None
    if re.match(
        r"\W*(?:what|who)\s+(?:is|are|was|were)\b|\W*(?:define|explain|describe)\b", asked, re.IGNORECASE
    ):
        return None if own else Standalone(question=_beside(asked, state), how="rules", is_sure=False)
    return Standalone(question=_beside(asked, state), how="rules", is_sure=False)


def _beside(asked: str, state: State) -> str:
    """Return a question with the words of the last one beside it, where it lacks most of them."""
    known = set(terms(state.question))
    held = known & set(terms(asked))
    if len(held) >= min(_OWN_TERMS, len(known)):
        return asked
    return f"{asked.rstrip('?. ')} ({body_of(state.question)})?"
