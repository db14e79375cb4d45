"""An answer cut into claims: sentences and list items that state something passages could bear out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ingest.read.blocks import Span
from ingest.read.sentences import sentences

SentenceKind = Literal["claim", "refusal", "lead", "question", "remark"]

MAX_CLAIM_CHARS = 1200

_LINE = re.compile(r"[^\n]+")
MARKER = re.compile(r"[ \t]*(?:#{1,6}\s+|>+\s*|[-*+•‣◦–]\s+|\(?(?:\d{1,3}|[a-zA-Z])[.)]\s+)+")
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FLAGS = re.IGNORECASE | re.VERBOSE
_PASSAGES = r"""(?:the|these|this|those|any|given|provided|available|retrieved|supplied|above)
    \ (?:[a-z]+\ ){0,2}
    (?:passages?|texts?|contexts?|documents?|sources?|excerpts?|snippets?|paragraphs?|articles?|materials?
      |information|handbook|notes)"""
_TELLING = (
    "(?:mention|state|provide|specify|contain|include|discuss|cover|give|say|answer|address|describe|explain"
    "|indicate|offer|list|clarify|define|elaborate|tell|reveal|detail)"
)
_ANSWERING = (
    "(?:(?:answer|determine|say|tell|conclude|infer|confirm|ascertain|know)"
    r"|(?:provide|find|give|offer)\ (?:\w+\ ){0,3}(?:answers?|information|details|mention|response))\b"
)
_REFUSAL = re.compile(
    rf"""
      \b(?:unable|not\ able|not\ possible|impossible|insufficient)\ to\ (?:\w+ly\ )?{_ANSWERING}
    | \b(?:i|we)(?:['’]?m|\ am|['’]?re|\ are)?\ (?:very\ )?sorry\b
    | \b(?:i|we)\ (?:can(?:not|['’]t|\ not)|could(?:\ not|n['’]t)|do(?:\ not|n['’]t))
        \ (?:answer|say|tell|find|determine|know|provide|give|conclude|infer|confirm)\b
    | ^(?:(?:however|unfortunately|but|therefore|so),?\ )*(?:there\ (?:is|are|was|were)\ )?
        (?:no|not\ enough|insufficient)\ (?:\w+\ ){{0,2}}(?:information|mention|indication)\b
        (?!\ (?:is|are|was|were)\ (?!given|provided|available|mentioned|present|found|included))
    | ^sorry\b | ^(?:this|that|it)\ is\ not\ (?:mentioned|stated|specified|covered|answered)\b
    | \banswer\ is\ not\ (?:\w+\ )?(?:in|within|part\ of)\ {_PASSAGES}
    | \b(?:cannot|can['’]t|can\ not)\ be\ (?:\w+ly\ )?(?:answered|determined|inferred|concluded)
        \ (?:from|by|with|based\ on|using)\ {_PASSAGES}
    | \b{_PASSAGES}\b[^.;]{{0,40}}?\b(?:do(?:es)?|did|ha(?:s|ve))(?:\ not|n['’]t)\ (?:\w+ly\ )?{_TELLING}
    | \b{_PASSAGES}\b[^.;]{{0,40}}?\b(?:contains?|ha(?:s|ve)|gives?|provides?|offers?|makes?)\ no\b
    | \bnot\ (?:\w+ly\ )?(?:mention|stat|provid|specifi|giv|cover|discuss|answer|address|list)\w+
        \ (?:by|in|from|within)\ {_PASSAGES}
    """,
    _FLAGS,
)
_ANNOUNCING = re.compile(
    r"\b(?:here|following|below|these|follow|steps|includes?|tips|ways|according\ to)\b", _FLAGS
)
# A line of so few words that ends in a colon is a heading, whatever it says.
_HEADING_WORDS = 6
_EDGES = " \t!.:;()[]*_-–—"
_REMARK = re.compile(
    r"""(?: (?:sure|certainly|of\ course|great\ question|good\ question|absolutely)\b[^.]{0,40}
        | (?:i\ )?hope\ (?:this|that|it)\b.* | (?:please\ )?let\ me\ know\b.*
        | (?:thanks|thank\ you)(?:[!.,].{0,60}|\ for\b.{0,60})?
        | feel\ free\ to\ (?:ask|reach)\b.* | yes | no | answer | note
        | (?:(?:passages?|sources?|references?|and|see|[\d,;:&.()\[\]-])\s*)+ )""",
    _FLAGS | re.DOTALL,
)
_LONGEST_REMARK_CHARS = 160


class Sentence(NamedTuple):
    """A sentence or list item of an answer: half-open offsets, and what it does there.

    Attributes:
        kind: "claim" states something. "refusal" says that the passages do not tell. "lead" announces what
            follows. "remark" talks to the reader.
    """

    start: int
    end: int
    kind: SentenceKind


def split(answer: str) -> list[Sentence]:
    r"""Return the sentences of an answer in order, list markers left out; long ones are cut.

    >>> text = "Here are two ways:\n1. Cache it. It helps.\n2. I cannot answer the rest."
    >>> [(text[one.start : one.end], one.kind) for one in split(text)][1:]
    [('Cache it.', 'claim'), ('It helps.', 'claim'), ('I cannot answer the rest.', 'refusal')]
    """
    found = (piece for line in _LINE.finditer(answer) for piece in _pieces(answer, line.start(), line.end()))
    return [Sentence(one.start, one.end, classify(answer[one.start : one.end])) for one in found]


def classify(sentence: str) -> SentenceKind:
    """Return what a sentence does in an answer.

    >>> [classify(one) for one in ("Is it?", "Sure!", "Steps:", "The passages do not say.", "It is.")]
    ['question', 'remark', 'lead', 'refusal', 'claim']
    """
    bare = sentence.strip(" \t*_\"'`”“")
    if bare.endswith(("?", "？")):
        return "question"
    words = _WORDS.findall(bare)
    if not words or (len(bare) <= _LONGEST_REMARK_CHARS and _REMARK.fullmatch(bare.strip(_EDGES))):
        return "remark"
    if bare.endswith((":", "：")) and (len(words) <= _HEADING_WORDS or _ANNOUNCING.search(bare)):
        return "lead"
    return "refusal" if _REFUSAL.search(bare) else "claim"


def _pieces(answer: str, start: int, end: int) -> Iterator[Span]:
    """Yield the sentences of one line, none of them longer than what is judged as one claim."""
    marker = MARKER.match(answer, start, end)
    for sentence in sentences(answer, Span(marker.end() if marker else start, end)):
        first = sentence.start
        while sentence.end - first > MAX_CLAIM_CHARS:
            cut = answer.rfind(" ", first + 1, first + MAX_CLAIM_CHARS)
            cut = cut if cut > first else first + MAX_CLAIM_CHARS
            yield Span(first, cut)
            first = cut + (answer[cut] == " ")
        yield Span(first, sentence.end)
