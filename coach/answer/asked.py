"""What the wording of a question gives away: what kind of answer it wants."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.contract import Level

_FLAGS = re.IGNORECASE | re.VERBOSE

_COMPARISON = re.compile(
    r"""
    \b(?: vs\.? | versus | compare[ds]? | comparison | contrast | differ(?:s|ence|ences)? | trade-?offs?
        | better | prefer | choose | pick | rather\ than | instead\ of | pros\ and\ cons | advantages?
        | when\ (?:would|do|should|to) | or )\b
    """,
    _FLAGS,
)
_QUANTITY_ASKED = re.compile(
    r"""
    \bhow\ (?:many|much|long|often|fast|big|large|small|high|low|far|soon)\b
    | \b(?:which|what)(?:['’]s|\ is|\ are)?\ (?:the\ |a\ |an\ )?(?:\w+\ ){0,3}
      (?: number | percentage | share | rate | threshold | size | value | figures? | latency | cost
        | price | budget | ratio | limit | target )\b
    """,
    _FLAGS,
)
_CODE_ASKED = re.compile(
    r"\b(?:write|implement|code|coding|program|sql|query for|function|script|snippet|regex|syntax)\b",
    re.IGNORECASE,
)
_REQUEST = r"""
    (?: give | list | show | suggest | generate | find | need | want | pick | write | draft | prepare(?!\ for)
      | propose | create | make | build | compile | recommend | get | looking\ for | searching\ for )
"""
_SORT = r"""
    (?: (?: interview | screening | screen | sample | practice | example | probing | behaviou?ral
          | technical | coding | system[-\ ]design | warm-?up | good | hard | tough | tricky | top
          | best | common | typical | popular | great | useful
          | senior | staff | junior | mid )(?:[-\ ]level)? )
"""
_PERSON = r"""
    (?: candidates? | applicants? | interviewees? | engineers? | developers? | someone | somebody
      | people | them | him | her | me | us | you | hires? | interviewers? | panel | team | company
      | employer )
"""
_INTERVIEWED = r"(?: candidates? | applicants? | interviewees? )"
_MACHINE = r"(?: models? | agents? | bots? | chatbots? | assistants? | systems? | apps? | llms? )"
_ASKS = (
    r"(?: (?:\w+ly|first|even)\ )?(?: ask | do | need | have | want | get | receive | see | say | show )s?"
)
# Who serves the users of a product has their questions as matter; nobody interviews them.
_USERS = r"(?: users? | customers? | clients? | visitors? | shoppers? | patients? )"
# What somebody may need to be asked, and the panel then asks: "something hard to ask", "five to ask".
_TO_ASK = r"""
    (?: (?: something | anything | stuff | (?:thing|one|point|topic|idea|problem|scenario|puzzle|prompt)s?
          )(?:\ [\w-]+){0,2}
      | few | some | more | \d+ | two | three | four | five | six | seven | eight | ten | what )\ to\ ask\b
"""
_ON = r"""
    (?: for | about | on | to\ ask | covering | regarding | around | that | where | pitched | aimed | please )
"""
_ASKS_ITSELF = r"""
    (?: how | what | which | why | when | where | who | do | does | did | is | are | can | should | could
      | would | will | if )\b
"""
_NOT_A_TOPIC = r"(?: or | gets? | asks? | has | have | receives? | my | our | your | the )\b"
_WANTS_QUESTIONS = re.compile(
    rf"""
    ^\W*(?!{_ASKS_ITSELF})(?:(?!{_NOT_A_TOPIC})[\w'’-]+[\s,]+){{0,5}}questions?(?:\ {_ON}\b | \W*$)
    | \b{_REQUEST}\b(?:(?!\bask(?!\ (?:for|me)\b))[^.?!]){{0,50}}\bquestions?\b(?!\ (?:mark|answering))
    | \b{_REQUEST}\b[^.?!]{{0,50}}\b(?: {_TO_ASK} | to\ ask\b[^.?!]{{0,30}}\b{_INTERVIEWED}\b )
    | \b(?:what|which)\b[^.?!]{{0,40}}\bquestions?\b[^.?!]{{0,50}}
      \b(?: ask(?:ed)? | expect | come\ (?:up|next|after) | prepare\ for | get | test | reveal | probe )\b
    | \b(?: set | list | bank | pool )\ of\ (?:[\w-]+\ ){{0,3}}questions\b
    | \bquestion\ (?: set | list | bank | pool )\b
    | \b{_SORT}\ questions\ {_ON}\b
    | \bwhat\ (?: should | would | could | can | do | might | will | to | shall | must )\b
      (?:(?!\b(?: it | if | when | {_MACHINE}(?=\ {_ASKS}\b) )\b)[^.?!]){{0,30}}?
      \b(?: ask | put\ to )\ (?:\w+\ ){{0,3}}?{_PERSON}\b
    | \bwhat\ (?: do | would | will | might | could | can | should )
      \ (?: interviewers? | they | companies | recruiters? | panels? )\b[^.?!]{{0,20}}\bask\b
    | \bwhat\ (?: would | should )\ (?: you | i | we )\ ask\ (?: in | at | during | to | about | next )\b
    | \bhow\b[^.?!]{{0,30}}\b(?: test | interview | screen | assess | probe )
      \ (?:\w+\ ){{0,2}}?{_PERSON}\ (?: on | about )\b
    | \b(?: quiz | interview | test | grill | drill )\ me\b
    """,
    _FLAGS,
)
# A question that is about questions: users' questions, question answering, how to answer one.
_ABOUT_QUESTIONS = re.compile(
    rf"""
    \b(?: answer(?:ing|s)? | handl\w+ | rewrit\w+ | classif\w+ | rout\w+ | embed\w* | rephras\w+
        | decompos\w+ | clarifying | refus\w+ )\b[^.?!]{{0,40}}\bquestions?\b
    | \b{_USERS}['’]?s?['’]?\ (?:\w+\ )?questions?\b
    | \bquestions?\ (?:(?:do|does|did|should|would|will|can|could|might|must|that)\ )?
      (?:\w+\ ){{0,2}}?(?:{_USERS}|{_MACHINE})\ {_ASKS}\b
    """,
    _FLAGS,
)
_LEVEL_WORDS: dict[Level, re.Pattern[str]] = {
    "junior": re.compile(r"\b(?:junior|entry|graduate|intern)\b", re.IGNORECASE),
    "mid": re.compile(r"\b(?:mid|middle|intermediate|medior)\b", re.IGNORECASE),
    "senior": re.compile(r"\bsenior\b", re.IGNORECASE),
    "staff": re.compile(r"\b(?:staff|principal)\b", re.IGNORECASE),
}


def compares(question: str) -> bool:
    """Return whether a question weighs one thing against another."""
    return bool(_COMPARISON.search(question))


def asks_quantity(question: str) -> bool:
    """Return whether a question asks for a figure."""
    return bool(_QUANTITY_ASKED.search(question))


def asks_code(question: str) -> bool:
    """Return whether a question asks for something to be written as code."""
    return bool(_CODE_ASKED.search(question))


@lru_cache(maxsize=1024)
def wants_questions(query: str) -> bool:
    """Return whether a query asks for interview questions rather than for an answer to one.

    >>> wants_questions("questions for a staff-level incident loop")
    True
    >>> wants_questions("How do you rewrite a user's question before searching?")
    False
    """
    return bool(_WANTS_QUESTIONS.search(query)) and not _ABOUT_QUESTIONS.search(query)


def levels_named(text: str) -> tuple[Level, ...]:
    """Return the levels that a label or sentence names, lowest first."""
    return tuple(level for level, pattern in _LEVEL_WORDS.items() if pattern.search(text))
