"""What a question is about, in its own words: what "it" means in the next one."""

from __future__ import annotations

import re

_FLAGS = re.IGNORECASE | re.VERBOSE

_ASKING = re.compile(
    r"""
    ^(?: (?:so|ok|okay|and|but|well|now|then|please|hi|hello)\b[,\s]* )*
    (?: (?:can|could|would|will)\ you\ (?:please\ )?
      | (?:i|we)(?:['’]d|\ would|\ want|\ need)?\ (?:like\ )?(?:to\ )?(?:know|understand|ask)\ (?:about\ )? )?
    (?: (?:how|why|when|where)\ (?:do|does|did|would|should|can|could|will|must|is|are|to)(?:\ not|n['’]t)?
        (?:\ (?:i|you|we|one|they|people|somebody|someone|teams?))?
      | how\ \w+\ (?:of\ )?(?:does|do|is|are|can|should|would)(?:\ (?:i|you|we|one|they))?
      | (?:what|which)(?:['’]s|['’]re|\ is|\ are|\ was|\ were|\ does|\ do|\ would|\ should|\ can)?
        (?:\ (?:i|you|we|one|they))?(?:\ (?:do|need|have)\ (?:to\ )?)?
      | who\ (?:is|are|should|would|does)
      | (?:is|are|do|does|did|can|could|should|would|will|have|has)(?:\ (?:i|you|we|one))?
      | (?:tell|teach|show|give)\ me\ (?:more\ )?(?:about|of|on|how\ to)?
      | walk\ me\ through | talk\ (?:me\ through|about) | explain | describe | compare | define | discuss
      | (?:a|an|the)\ (?:senior|staff|junior|mid)\ engineer
    )\b\s*
    """,
    _FLAGS,
)
_ROLE = re.compile(
    r"^(?:a|an|the)\s+(?:\w+[-\s])?(?:engineer|candidate|developer|team|lead)\s+", re.IGNORECASE
)
_DETERMINED = re.compile(
    r"\b(?:an?|the|your|our|my|his|their|its)\s+((?:[\w’'/+-]+[ ]){0,3}?[\w’'/+-]+?)(?=$|[,;:.?!()]"
    r"|\s+(?:is|are|was|were|has|have|had|do|does|did|can|could|should|would|will|keeps?|goes|go|gets?|fails?"
    r"|to|and|or|but|in|on|at|for|with|without|when|while|if|after|before|under|over|by|from|of|that|which"
    r"|who|because|so|than|as|into|through|during|how|what|why|where|then)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\s*[,;:.?!()]|\s+(?:and|or|but|when|while|if|because|so|without|before|after|instead|than)\b"
)
_VERB_FIRST = re.compile(r"^[a-z][\w’'-]*\s+(?:back\s+|out\s+|up\s+|down\s+|in\s+|off\s+|over\s+)?(?=\S)")
_ASKS_TO_DO = re.compile(
    r"\W*(?:\w+\W+){0,2}?(?:how|when|why|where)\s+(?:to|(?:do|does|did|would|should|can|could|will|must)\s+(?:i|you|we|one|they"
    r"|people|teams?|(?:a|an|the)\s+(?:\w+\s+)?engineer))\b",
    re.IGNORECASE,
)
_MAX_WORDS = 8


def body_of(question: str) -> str:
    """Return a question without the words that only ask.

    >>> body_of("How do you roll back a bad release?"), body_of("What is a reranker?")
    ('roll back a bad release', 'a reranker')
    """
    text = " ".join(question.split()).rstrip("?？!. ")
    for _ in range(2):
        text = _ROLE.sub("", _ASKING.sub("", text))
    return text.strip()


def subject_of(question: str) -> str:
    """Return what a question is about, or nothing if its words do not tell.

    >>> subject_of("How do you roll back a bad release?"), subject_of("What is hybrid search?")
    ('a bad release', 'hybrid search')
    >>> subject_of("How do you evaluate retrieval for RAG, and how often?")
    'retrieval for RAG'
    """
    body = body_of(question)
    if determined := _DETERMINED.search(body):
        return determined[0].strip()
    clause = _CLAUSE.split(body, maxsplit=1)[0].strip()
    if _ASKS_TO_DO.match(question) and len(clause.split()) > 1:
        clause = _VERB_FIRST.sub("", clause, count=1)
    clause = re.sub(r"\s+be$", "", clause)
    return " ".join(clause.split()[:_MAX_WORDS])
