"""What the wording of a statement gives away: a warning, a quantity, a word that points back.

The word lists are English. In another language few of them fire, and the outline falls back on the order
of the text and on what the search found.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FLAGS = re.IGNORECASE | re.VERBOSE

_WARNING = re.compile(
    r"""
    \b(?: traps? | pitfalls? | mistakes? | gotchas? | anti-?patterns? | misconceptions? | myths? | beware
        | red\ flags? | caution | warning | dangerous | rookie | watch\ out | be\ careful | common\ errors?
        | must(?:\ not|n['’]t) | should(?:\ not|n['’]t|\ never) )\b
    | (?: ^ | [.;:,—–]\s+(?:but\ |and\ |so\ )? | \b(?:you|always|should|must)\  )
      (?: never | avoid | don['’]t | do\ not )\b
    """,
    _FLAGS,
)
_UNIT = r"""
    (?: [num]?s | sec(?:ond)?s? | min(?:ute)?s? | h | hrs? | hours? | days? | weeks? | months? | quarters?
      | years? | [kmgtp]i?b(?:it|yte)?s? | bits? | bytes? | [kmg]?hz | [qrt]ps | rpm | dims? | dimensions?
      | (?:[a-z-]+\ )?[a-z-]{3,}s )
"""
_QUANTITY = re.compile(
    rf"""
      \d\s?(?: % | ‰ | ° | × | percent\b | percentage\b )
    | (?: [$€£¥₹] | \b(?:USD|EUR|GBP)\s? )\d | \d\s?(?: USD | EUR | GBP | dollars? | euros? | cents? )\b
    | \b\d[\d.,]*\s?[kmbt]?\s?(?: [-–] | to | or | and )\s?\d
    | \b\d+(?:\.\d+)?[:/]\d+\b | \b\d+(?:\.\d+)?x\b | [=≈<>≤≥~]\s?-?\d
    | \b(?:19|20)\d\d\b
    | \bO\([^)]{{1,24}}\)
    | (?<!第)\d\s?[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]
    | (?<![\w.])(?<!\bstep\ )(?<!\bpart\ )(?<!\btable\ )(?<!\bfigure\ )(?<!\bchapter\ )(?<!\bsection\ )
      \d[\d.,]*[kmbt]?\+?[\s-]?{_UNIT}\b
    """,
    _FLAGS,
)
_DANGLING = re.compile(
    r"""
    (?: however | therefore | thus | hence | instead | otherwise | consequently | furthermore | moreover
      | additionally | also | then | but | and | so | or | yet | similarly | likewise | conversely
      | as\ a\ result | this | these | those | that | it | its | they | their | them | he | she | his | her
      | such | both | the\ (?:former|latter|same) | here | there | which | e\.g | i\.e | on\ the\ other\ hand
      | in\ (?:this|that|these|those|such|addition|contrast) | for\ (?:this|that|these|example|instance)
      | (?:from|by|with|after|before|due\ to|because\ of|based\ on|like|unlike)\ (?:this|that|these|those)
      | doing\ (?:so|this) )\b
    (?! \s+(?:is|are)\ (?:no|a|an|two|three|four|five|several|many|some)\b )
    """,
    _FLAGS,
)
_FILLER = re.compile(
    r"""
    (?: in\ this\ (?:article|section|chapter|post|guide|tutorial|document|page|video) | let['’]?s | let\ us
      | as\ (?:mentioned|shown|discussed|described|we) | see\ (?:also|the|below|above|our|\S+\.(?:md|html))
      | for\ (?:more|a\ (?:deeper|closer|detailed)) | i\ hope | feel\ free | thanks?
      | if\ you\ (?:found|find|like)
      | please\ (?:note|see|read|refer|star|follow|create) | read\ more | check\ out
      | click\ (?:here|on\ the\ link) | authored\ by | follow\ (?:me|us|him|her)
      | subscribe\ (?:to\ (?:my|our|the\ (?:newsletter|channel))|for)
      | \([^()]*\)\ for\ (?:a|more) | (?:figure|fig\.|table)\ \d )\b
    | (?: source | references? | image )\s*:
    """,
    _FLAGS,
)
_LEAD_IN = re.compile(
    r"""
    .*[:：]$ | (?:here\ (?:are|is|['’]s) | the\ following | below\ (?:are|is) )\b
    | .*\b(?: as\ follows | the\ following | (?:listed|shown|described|given)\ below )\W*$
    """,
    _FLAGS,
)
_EXAMPLE = re.compile(
    r"(?:for example|for instance|e\.g|such as|suppose|imagine|consider|say)\b", re.IGNORECASE
)
_PROBING = re.compile(
    r"""
    \binterviewers?\b | \b(?:they|we)(?:['’]re|\ are)\ (?:really\ )?(?:listening|looking|testing|probing)\b
    | \bwhat\ (?:this|the)\ question\ (?:tests|probes|checks)\b
    """,
    _FLAGS,
)
_SIGNAL = re.compile(
    r"""
    \b(?: strong | great | weak | senior | staff | principal | junior | mid | entry )(?:[-\ ]level)?
    \ (?: candidates? | answers? | engineers? | signals? )\b
    """,
    _FLAGS,
)


_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class Cues(NamedTuple):
    """What the wording of a statement gives away.

    Attributes:
        asks: It ends as a question, in any script.
        leads_in: It only announces what stands below it.
        dangles: It opens with a word that points back to the sentence before it.
        is_filler: It speaks of the page instead of the matter.
        is_example: It opens as an example of what was said before.
        warns: It warns of something.
        has_quantity: It holds a share, sum, range, ratio, bound, date or number with a unit.
        probes: It says what an interviewer is after.
        signals: It says what marks a strong or weak candidate.
    """

    asks: bool
    leads_in: bool
    dangles: bool
    is_filler: bool
    is_example: bool
    warns: bool
    has_quantity: bool
    probes: bool
    signals: bool


def cues(text: str) -> Cues:
    """Return the cues of a plain statement.

    >>> cues("A reranker takes about 100 ms.").has_quantity, cues("See step 3 of the plan.").has_quantity
    (True, False)
    """
    return Cues(
        asks=asks(text),
        leads_in=bool(_LEAD_IN.match(text)),
        dangles=dangles(text),
        is_filler=bool(_FILLER.match(text)),
        is_example=bool(_EXAMPLE.match(text)),
        warns=bool(_WARNING.search(text)),
        has_quantity=bool(_QUANTITY.search(text)),
        probes=bool(_PROBING.search(text)),
        signals=bool(_SIGNAL.search(text)),
    )


def word_count(text: str) -> int:
    """Return how many English words take as long to say as a text.

    Source: about 150 English words or 240 Chinese characters are spoken in a minute.

    >>> word_count("one two three"), word_count("分布式锁用于互斥")
    (3, 5)
    """
    characters = len(_UNSPACED.findall(text)) if not text.isascii() else 0
    return (
        len(_UNSPACED.sub(" ", text).split()) + round(characters * 150 / 240)
        if characters
        else len(text.split())
    )


def asks(text: str) -> bool:
    """Return whether a text ends as a question, in any script."""
    return text.rstrip("\"'”’»)*_ ").endswith(("?", "？", "؟"))


def dangles(text: str) -> bool:
    """Return whether a sentence opens with a word that points back to the sentence before it."""
    return bool(_DANGLING.match(text.lstrip("\"'“‘(*_ ")))
