"""What the wording of a sentence or a question gives away: a warning, a quantity, a request for questions.

The word lists are English. In another language none of them fires, and the outline falls back on the order
of the text and on what the search found.
"""

from __future__ import annotations

import re

from ingest.contract import Level

_I = re.IGNORECASE

_WARNING = re.compile(
    r"\b(?:traps?|pitfalls?|mistakes?|gotchas?|anti-?patterns?|misconceptions?|myths?|red flags?|beware|caution"
    r"|warning|dangerous|watch out|be careful|common errors?|rookie|must(?: not|n['’]t)|should(?: not|n['’]t| never))\b"
    r"|(?:^|[.;:,—–]\s+(?:but |and |so )?|\b(?:you|always|should|must) )(?:never|avoid|don['’]t|do not)\b",
    _I,
)
_QUANTITY = re.compile(
    r"""
    \d\s?(?:%|‰|°|×|percent\b|percentage\b)            # share
    | (?:[$€£¥₹]|\b(?:USD|EUR|GBP)\s?)\d | \d\s?(?:USD|EUR|GBP|dollars?|euros?|cents?)\b
    | \b\d[\d.,]*\s?[kKMBT]?\s?(?:[-–]|to|or|and)\s?\d   # range
    | \b\d+(?:\.\d+)?[:/]\d+\b | \b\d+(?:\.\d+)?x\b      # ratio
    | [=≈<>≤≥~]\s?-?\d                                  # equation, bound
    | \b(?:19|20)\d\d\b                                 # year
    | \bO\([^)]{1,24}\)                                 # complexity
    | (?<!第)\d\s?[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7a3]
    | (?<![\w.])(?<!\bstep\ )(?<!\bpart\ )(?<!\btable\ )(?<!\bfigure\ )(?<!\bchapter\ )(?<!\bsection\ )
      \d[\d.,]*[kKMBT]?\+?[\s-]?(?:
        [num]?s|sec(?:ond)?s?|min(?:ute)?s?|h|hrs?|hours?|days?|weeks?|months?|quarters?|years?
        |[kmgtp]i?b(?:it|yte)?s?|bits?|bytes?|hz|[kmg]hz|[qrt]ps|rpm|tps|dims?|dimensions?|(?:[a-z-]+\ )?[a-z-]{3,}s)\b
    """,
    _I | re.VERBOSE,
)
_DANGLING = re.compile(
    r"(?:however|therefore|thus|hence|instead|otherwise|consequently|furthermore|moreover|additionally|also|then"
    r"|but|and|so|or|yet|this|these|those|that|it|its|they|their|them|he|she|his|her|such|both|the (?:former|latter|same)"
    r"|in (?:this|that|these|those|such|addition|contrast)|for (?:this|that|these|example|instance)|as a result"
    r"|on the other hand|similarly|likewise|conversely|here|there|which|because of (?:this|that)|doing (?:so|this)"
    r"|with (?:this|that)|e\.g|i\.e)\b(?!\s+(?:is|are) (?:no|a|an|two|three|four|five|several|many|some)\b)",
    _I,
)
_FILLER = re.compile(
    r"(?:in this (?:article|section|chapter|post|guide|tutorial|document|page|video)|let['’]?s|let us|as (?:mentioned|shown|"
    r"discussed|described|we)|see (?:also|the|below|above)|for more|note that this|i hope|feel free|please|if you (?:found|find|"
    r"like)|thank|click|subscribe|follow (?:me|us|him|her)|authored by|source:|reference|image|(?:figure|fig\.|table) \d)\b",
    _I,
)
_EXAMPLE = re.compile(r"(?:for example|for instance|e\.g|such as|suppose|imagine|consider|say)\b", _I)
_PROBING = re.compile(
    r"\binterviewers?\b|\b(?:they|we)(?:['’]re| are) (?:really )?(?:listening|looking|testing|probing)\b"
    r"|\bwhat (?:this|the) question (?:tests|probes|checks)\b",
    _I,
)
_SIGNAL = re.compile(
    r"\b(?:strong|great|weak|senior|staff|principal|junior|mid|entry)(?:[- ]level)? (?:candidates?|answers?|engineers?|signals?)\b",
    _I,
)
_COMPARISON = re.compile(
    r"\b(?:vs\.?|versus|compare[ds]?|comparison|contrast|differ(?:s|ence|ences)?|trade-?offs?|better|prefer|choose|pick"
    r"|rather than|instead of|pros and cons|advantages?|when (?:would|do|should|to) )\b|\bor\b",
    _I,
)
_QUANTITY_ASKED = re.compile(
    r"\bhow (?:many|much|long|often|fast|big|large|small|high|low|far|soon)\b"
    r"|\b(?:which|what)(?:['’]s| is| are)? (?:the |a |an )?(?:\w+ ){0,3}(?:number|percentage|share|rate|threshold|size|value|figures?"
    r"|latency|cost|price|budget|ratio|limit|target)\b",
    _I,
)
_GENERIC_LABEL = frozenset(
    "a an the of to in your their they really what is it s are q and or for short quick direct model sample brief answer answers"
    " answered solution response explanation outline step steps number numbers figure figures key fact facts drop trap traps"
    " pitfall pitfalls mistake mistakes common typical gotcha gotchas follow followup followups up ups question questions probe"
    " probing probes interviewer interviewers detail details summary overview tl dr tldr".split()
)
_LEVEL_WORDS: dict[Level, re.Pattern[str]] = {
    "junior": re.compile(r"\b(?:junior|entry|graduate|intern)\b", _I),
    "mid": re.compile(r"\b(?:mid|middle|intermediate|medior)\b", _I),
    "senior": re.compile(r"\bsenior\b", _I),
    "staff": re.compile(r"\b(?:staff|principal|lead)\b", _I),
}
_ASKS = r"(?:give|list|show|suggest|generate|find|need|want|pick|write|draft|prepare|propose|create|make|build|compile|recommend|get)"
_KINDS = (
    r"(?:interview|screening|screen|sample|practice|example|probing|behaviou?ral|technical|coding|system[- ]design|warm-?up"
    r"|good|hard|tough|tricky|top|best|common|typical|popular|great|useful|senior|staff|junior|mid)(?:[- ]level)?"
)
_PERSON = r"(?:candidates?|applicants?|interviewees?|engineers?|developers?|someone|somebody|people|them|him|her|me|us|you|hires?)"
_WANTS_QUESTIONS = re.compile(
    rf"""
    ^\W*(?:(?:\d+|some|a\ few|more|any|all|{_KINDS})[\s,]+)*questions?\ (?:for|about|on|to\ ask|covering|regarding|around|that)\b
    | \b{_ASKS}\b[^.?!]{{0,40}}\bquestions?\b(?!\s+(?:mark|answering))
    | \b(?:what|which)\b[^.?!]{{0,40}}\bquestions?\b[^.?!]{{0,50}}\b(?:ask(?:ed)?|expect|come\ up|prepare\ for|get)\b
    | \b(?:set|list|bank|pool)\ of\ (?:{_KINDS}\ )*questions\b | \bquestion\ (?:set|list|bank|pool)\b
    | \b{_KINDS}\ questions\ (?:for|about|on|to\ ask|covering|regarding|around)\b
    | \bwhat\ (?:should|would|could|can|do|might|will|to|shall|must)\b[^.?!]{{0,30}}?\bask\ (?:\w+\ ){{0,3}}?{_PERSON}\b
    | \bwhat\ (?:do|would|will|might|could|can|should)\ (?:interviewers?|they|companies|recruiters?|panels?)\b[^.?!]{{0,20}}\bask\b
    | \b(?:quiz|interview|test|grill|drill)\ me\b
    """,
    _I | re.VERBOSE,
)
# A question that is *about* questions: users' questions, question answering, answering an interview question.
_ABOUT_QUESTIONS = re.compile(
    r"\b(?:answer(?:ing|s)?|handl\w+|rewrit\w+|classif\w+|rout\w+|embed\w*|rephras\w+|decompos\w+|clarifying)\b[^.?!]{0,40}\bquestions?\b"
    r"|\b(?:users?|customers?|clients?)['’]?s?['’]? (?:\w+ )?questions?\b",
    _I,
)


def warns(text: str) -> bool:
    """Return whether a sentence warns of something."""
    return bool(_WARNING.search(text))


def holds_quantity(text: str) -> bool:
    """Return whether a sentence holds a quantity: a share, sum, range, ratio, bound, date, or unit.

    >>> holds_quantity("A reranker takes about 100 ms."), holds_quantity("See step 3 of the plan.")
    (True, False)
    """
    return bool(_QUANTITY.search(text))


def dangles(text: str) -> bool:
    """Return whether a sentence opens with a word that points back to the sentence before it."""
    return bool(_DANGLING.match(text.lstrip("\"'“‘(*_ ")))


def is_filler(text: str) -> bool:
    """Return whether a sentence speaks of the page instead of the matter."""
    return bool(_FILLER.match(text))


def is_example(text: str) -> bool:
    """Return whether a sentence opens as an example of what was said before it."""
    return bool(_EXAMPLE.match(text))


def asks(text: str) -> bool:
    """Return whether a text ends as a question, in any script."""
    return text.rstrip("\"'”’»)*_ ").endswith(("?", "？", "؟", ";?"))


def tells_probing(text: str) -> bool:
    """Return whether a sentence says what an interviewer is after."""
    return bool(_PROBING.search(text))


def tells_signal(text: str) -> bool:
    """Return whether a sentence says what marks a strong or weak candidate."""
    return bool(_SIGNAL.search(text))


def compares(question: str) -> bool:
    """Return whether a question weighs one thing against another."""
    return bool(_COMPARISON.search(question))


def asks_quantity(question: str) -> bool:
    """Return whether a question asks for a figure."""
    return bool(_QUANTITY_ASKED.search(question))


def wants_questions(query: str) -> bool:
    """Return whether a query asks for interview questions rather than for an answer to one.

    >>> wants_questions("questions for a staff-level incident loop")
    True
    >>> wants_questions("How do you rewrite a user's question before searching?")
    False
    """
    return bool(_WANTS_QUESTIONS.search(query)) and not _ABOUT_QUESTIONS.search(query)


def is_generic_label(label: str) -> bool:
    """Return whether a label only names the field of an outline that its statements go to anyway."""
    return all(word in _GENERIC_LABEL for word in re.findall(r"[^\W_]+", label.lower()))


def levels_named(text: str) -> tuple[Level, ...]:
    """Return the levels that a label or sentence names, lowest first."""
    return tuple(level for level, pattern in _LEVEL_WORDS.items() if pattern.search(text))
