"""Say a sentence in other words without changing what it says: the faithful half of made-up examples."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from coach.faithfulness.lexicon import NUMBER_WORDS

_SAME = """
approximately|roughly|around
use|employ|make use of
uses|employs|makes use of
used|employed
using|by means of|with the help of
help|assist|aid
helps|assists|aids
need|require
needs|requires
show|demonstrate|indicate
shows|demonstrates|indicates
many|numerous|a lot of
several|a number of
important|essential|key|crucial
also|in addition
however|but|yet
because|since
begin|start|commence
begins|starts
end|finish
ends|finishes
make sure|ensure|see to it
gets|obtains
buy|purchase
choose|select|pick
chooses|selects|picks
retain|maintain
often|frequently
usually|normally|as a rule
quickly|rapidly
big|large
small|little
people|persons|individuals
child|kid
children|kids
doctor|physician
question|query
questions|queries
mistake|error
mistakes|errors
method|approach|technique
methods|approaches|techniques
problem|issue
problems|issues
cheap|inexpensive
expensive|costly
fix|repair|mend
change|modify|alter
changes|modifies|alters
find|locate
finds|locates
give|provide|offer
gives|provides|offers
provide|supply|give
test|check
tests|checks
show up|appear
happen|occur|take place
happens|occurs|takes place
contain|hold|include
contains|holds|includes
lets|allows|enables
improve|enhance
improves|enhances
reduce|decrease
reduces|lowers|decreases
increase|boost
increases|raises|boosts
at least|no less than|a minimum of
at most|no more than|a maximum of
more than|in excess of
less than|fewer than
for example|for instance
due to|because of|owing to
cannot|is not able to
every|each
nearly|almost
enough|sufficient
whole|entire
attempt|try
build|construct|create
builds|constructs|creates
quality|standard
result|outcome
results|outcomes
document|file
documents|files
car|automobile
house|home
job|role
illness|disease
painful|sore
weekly|every week|once a week
daily|every day|once a day
yearly|annually|every year
per cent|percent
main|chief|principal
primary|main
difficult|hard
simple|easy
right away|immediately|at once
goal|aim|objective
goals|aims|objectives
benefit|advantage
benefits|advantages
drawback|disadvantage
amount|quantity
teach|instruct
explain|describe
explains|describes
remember|recall
discuss|talk about
verify|confirm
deploy|roll out
measure|gauge
user|end user
team|group
"""
_GROUPS = [line.split("|") for line in _SAME.strip().splitlines()]
_OTHERS: dict[str, list[str]] = {}
for _group in _GROUPS:
    for _word in _group:
        _OTHERS.setdefault(_word, []).extend(other for other in _group if other != _word)
_KNOWN = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _OTHERS), key=len, reverse=True)) + r")\b")

_SPELT = {f"{value}": word for value, word in enumerate(list(NUMBER_WORDS)[:13]) if value > 1}
_LEADS = (
    "According to the passage, {}",
    "According to the text, {}",
    "The passage says that {}",
    "The document states that {}",
    "In other words, {}",
    "It is noted that {}",
    "In short, {}",
    "The answer is that {}",
    "As described, {}",
)
_LIST = re.compile(r"\b([\w-]+(?: [\w-]+)?), ([\w-]+(?: [\w-]+)?),? (and|or) ([\w-]+)\b")
_CONTRACTIONS = (
    ("do not", "don't"),
    ("does not", "doesn't"),
    ("is not", "isn't"),
    ("are not", "aren't"),
    ("cannot", "can't"),
    ("will not", "won't"),
    ("it is", "it's"),
    ("you are", "you're"),
    ("they are", "they're"),
    ("should not", "shouldn't"),
    ("did not", "didn't"),
    ("was not", "wasn't"),
)
Rewording = Callable[[str, Random], str]


def _synonyms(text: str, rng: Random) -> str:
    found = list(_KNOWN.finditer(text))
    rng.shuffle(found)
    for match in sorted(found[: rng.randint(1, 4)], key=lambda one: -one.start()):
        text = text[: match.start()] + rng.choice(_OTHERS[match[1]]) + text[match.end() :]
    return text


def _figures(text: str, rng: Random) -> str:
    del rng
    text = re.sub(r"(?<=\d)%", " percent", text) if "%" in text else re.sub(r"(?<=\d) percent\b", "%", text)
    text = re.sub(r"(?<![\d.,$-])(\d{1,2})(?= [a-z])", lambda one: _SPELT.get(one[1], one[1]), text)
    return re.sub(r"\b(\d{1,3}),(\d{3})\b", r"\1\2", text)


def _without_brackets(text: str, rng: Random) -> str:
    del rng
    return re.sub(r"\s*\([^()]*\)", "", text)


def _without_tail(text: str, rng: Random) -> str:
    """Drop what only explains or illustrates."""
    del rng
    return re.sub(
        r",? (?:, which|, such as|such as|for example|, including|, so that|, e\.g\.)\b[^.;]*(?=\.$)",
        "",
        text,
    )


def _without_adverbs(text: str, rng: Random) -> str:
    del rng
    return re.sub(r" (?:very|really|quite|simply|just|actually|basically|essentially|also|then)\b", "", text)


def _condition_first(text: str, rng: Random) -> str:
    """Put a trailing condition or reason first."""
    del rng
    match = re.fullmatch(
        r"([A-Z][^,;:]{12,}?) (because|if|when|unless|while|after|before|once) ([^,;:]{8,})\.", text
    )
    if not match:
        return text
    return f"{match[2].capitalize()} {match[3]}, {_lower_first(match[1])}."


def _condition_last(text: str, rng: Random) -> str:
    del rng
    match = re.fullmatch(
        r"(Because|If|When|Unless|While|After|Before|Once) ([^,;:]{6,}), (?!and|or|but)([^,;:]{8,})\.", text
    )
    return f"{match[3][0].upper()}{match[3][1:]} {match[1].lower()} {match[2]}." if match else text


def _list_order(text: str, rng: Random) -> str:
    del rng
    return _LIST.sub(r"\2, \1 \3 \4", text)


def _contracted(text: str, rng: Random) -> str:
    del rng
    for long, short in _CONTRACTIONS:
        text = text.replace(short, long) if short in text else text.replace(long, short)
    return text


def _led(text: str, rng: Random) -> str:
    return rng.choice(_LEADS).format(_lower_first(text))


def _first_clause(text: str, rng: Random) -> str:
    """Keep one of two whole statements."""
    del rng
    match = re.fullmatch(
        r"([A-Z][^;:]{20,}?)(?:;|, (?:and|but|so) (?:it|they|the|this|you|we|he|she)\b)[^;]{10,}", text
    )
    return match[1].rstrip(" ,") + "." if match else text


def _without_articles(text: str, rng: Random) -> str:
    return re.sub(r"\b(?:the|a|an) ", lambda one: "" if rng.random() < 0.5 else one[0], text)  # noqa: PLR2004


def _lower_first(text: str) -> str:
    """Return a sentence as it stands inside another one; names and acronyms keep their capital."""
    first = text.split(" ", 1)[0]
    plain = first.lower() in {
        "the",
        "a",
        "an",
        "this",
        "these",
        "it",
        "they",
        "you",
        "if",
        "when",
        "in",
        "for",
        "to",
    }
    return text[0].lower() + text[1:] if plain else text


_REWORDINGS: tuple[Rewording, ...] = (
    _synonyms,
    _synonyms,
    _synonyms,
    _figures,
    _without_brackets,
    _without_tail,
    _without_adverbs,
    _condition_first,
    _condition_last,
    _list_order,
    _contracted,
    _led,
    _first_clause,
    _without_articles,
)


def reword(text: str, rng: Random, *, steps: int) -> str:
    """Return a sentence after some rewordings, each drawn at random; some of them find nothing to do."""
    for rewording in rng.sample(_REWORDINGS, k=min(steps, len(_REWORDINGS))):
        changed = rewording(text, rng)
        if len(changed.split()) >= 4:  # noqa: PLR2004 - less states nothing
            text = changed
    return text
