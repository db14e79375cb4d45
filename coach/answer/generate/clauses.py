"""A claim held against its quote clause by clause: who does what, and what goes with which.

A claim may be made of words of its quote alone and still say something else: "full nightly, fast per
request" turned around. What gives that away is a clause that repeats one of the quote but for a word in the
same place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from coach.faithfulness.tokens import Token, tokenise

_BORDER = re.compile(r"[,;:.!?()\n—–]+(?=\s|$)|\s(?:but|while|whereas|so\ that)\s", re.VERBOSE)
_FINE_BORDER = re.compile(rf"{_BORDER.pattern}|\s(?:and|or)\s", re.VERBOSE)
_EXTENT = {
    word: name
    for name, words in {
        "all": "all every each any always everyone everything whole entire entirely",
        "none": "no none never nobody nothing",
        "most": "most mostly majority usually generally typically",
    }.items()
    for word in words.split()
}
# "each week" counts, and claims nothing of all weeks.
_TIMES = frozenset("second minute hour day week month quarter year time".split())
_NEGATIONS = frozenset("not no never none nobody nothing neither nor without cannot".split())
# Words that say little of their own: another one of them in their place changes nothing.
_LIGHT = frozenset(
    "according account achieve achieves add adds also amount approach become becomes begin begins belongs"
    " best bring brings call called calls carry case choose chooses come comes consist consists contain"
    " contains cover covers create creates depend depends describe described differ differs done end ends"
    " ensure ensures exist exists face find finds follow follows form give gives go goes good happen"
    " happens has have having held help helps hold holds import include includes involve involves keep"
    " keeps kept kind know knows lead leads leave leaves left made main make makes making mean means move"
    " name named need needs new occur occurs offer offers own part perform place possible practice prefer"
    " provide provides put puts reach reached reaches really receive receives remain remains require"
    " required requires respond result results run runs say says see seen sees serve set sets several show"
    " shows simply so start starts state states stay step stop take taken takes tell tells thing things"
    " treat treats try turn turns type use used uses using value want wants way well when whenever while"
    " work works can must should may one ones".split()
)
# "one" is left out: it may stand for a thing.
_NUMBERS = {
    word: float(value)
    for value, word in enumerate(
        "zero - two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    )
} | {
    "twenty": 20.0,
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "seventy": 70.0,
    "eighty": 80.0,
    "ninety": 90.0,
    "hundred": 100.0,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
}
_MOSTLY = 0.5
_LONGEST = 2
# Of a claim of so few words that say something, one has to stand in the quote; a heading proves nothing.
_FEW = 3


class Replaced(NamedTuple):
    """Words of a claim in the place of words of its quote."""

    said: str
    found: str


Clause = tuple[Token, ...]


def fault(claim: str, quote: str) -> str:
    """Return what a claim says otherwise than its quote, for whoever mends it; nothing if no rule sees it."""
    if is_strange(claim, quote):
        return "it shares no word with the quote"
    if extra := overstated(claim, quote) or miscounted(claim, quote):
        return f"it says {extra!r}, which the quote does not"
    if word := turned(claim, quote):
        return f'claim and quote differ in a "not" at {word!r}'
    if found := replaced(claim, quote):
        return f"it says {found.said!r} where the quote says {found.found!r}"
    return ""


def is_strange(claim: str, quote: str) -> bool:
    """Return whether a short claim shares no word that says something with its quote.

    >>> is_strange("Alerts are for cowards.", "Spend it on change."), is_strange("Spend it.", "Spend it all.")
    (True, False)
    """
    ours, theirs = (
        {token.stem for clause in _clauses(text, _BORDER) for token in clause} for text in (claim, quote)
    )
    return 0 < len(ours) <= _FEW and not ours & theirs


def replaced(claim: str, quote: str) -> Replaced | None:
    """Return the first words that a claim has in place of words of its quote, or None.

    >>> quote = "Run a fast suite per request, the full nightly."
    >>> replaced("Run the full suite per request, the fast one nightly.", quote)
    Replaced(said='full', found='fast')
    >>> replaced("The fast suite runs per request.", quote)
    """
    return _replaced(claim, quote, _BORDER) or _replaced(claim, quote, _FINE_BORDER)


def _replaced(claim: str, quote: str, border: re.Pattern[str]) -> Replaced | None:
    theirs = list(_clauses(quote, border))
    for ours in _clauses(claim, border):
        place = _nearest(ours, theirs)
        if place is None:
            continue
        # "writes to customers" where "writes to the page, customers and staff" stands
        later = theirs[place + 1 :]
        listed = {token.stem for clause in later if len(clause) <= _LONGEST for token in clause}
        listed |= {token.stem for clause in later[:1] for token in clause[:1]}
        found = _replacement(ours, theirs[place], listed)
        if found is not None and _is_telling(found[0], ours, theirs, place):
            return Replaced(*(" ".join(token.text for token in side) for side in found))
    return None


def _is_telling(new: Clause, ours: Clause, theirs: Sequence[Clause], place: int) -> bool:
    """Return whether enough of a clause is the quote's for a new word in it to be a false one.

    A word from elsewhere in the quote may be half of the clause; one from nowhere may be a synonym.
    """
    shared = sum(block.size for block in _aligned(ours, theirs[place]).get_matching_blocks())
    known = {token.stem for clause in theirs for token in clause}
    is_known = all(token.stem in known for token in new)
    return shared >= len(new) if is_known else shared > len(new)


def miscounted(claim: str, quote: str) -> str:
    """Return the first number of a claim, in figures or words, that its quote does not hold, or nothing.

    >>> miscounted("Three runs of 1,000.", "One run of 1000."), miscounted("Two runs.", "2 runs.")
    ('three', '')
    """
    held = {_value(token) for token in tokenise(quote)}
    said = (token for token in tokenise(claim) if _value(token) is not None)
    return next((token.text for token in said if _value(token) not in held), "")


def _value(token: Token) -> float | None:
    return _NUMBERS.get(token.text) if token.value is None else token.value


def turned(claim: str, quote: str) -> str:
    """Return the first word of a clause of which only the claim, or only the quote, says that it is not so.

    >>> turned("It sees the rest and keeps the account.", "It sees the rest; it never keeps the account.")
    'account'
    """
    theirs = list(_clauses(quote, _FINE_BORDER, light=True))
    for ours in _clauses(claim, _FINE_BORDER, light=True):
        place = _nearest(ours, theirs)
        if place is not None and _is_negated(ours) != _is_negated(theirs[place]):
            shared = {token.stem for token in theirs[place]} - _NEGATIONS
            own = {token.stem for token in ours} - _NEGATIONS
            if own & shared and len(own - shared) <= (len(own & shared) > 1):
                return next(token.text for token in reversed(ours) if token.stem in shared)
    return ""


def overstated(claim: str, quote: str) -> str:
    """Return the first word of extent in a claim that its quote has in no form, or nothing.

    >>> overstated("Every run is capped.", "Some runs are capped."), overstated("Each run is.", "All are.")
    ('every', '')
    """
    held = {_EXTENT.get(token.text) for token in tokenise(quote)}
    if any(token.text in _NEGATIONS for token in tokenise(quote)):
        held.add("none")
    tokens = tokenise(claim)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        counts = following is not None and following.stem in _TIMES
        if _EXTENT.get(token.text, "") not in {*held, ""} and not counts:
            return token.text
    return ""


def _clauses(text: str, border: re.Pattern[str], *, light: bool = False) -> Iterator[Clause]:
    for piece in border.split(text):
        tokens = tuple(
            token
            for token in tokenise(piece)
            if (token.is_content or token.text in _NEGATIONS) and (light or token.text not in _LIGHT)
        )
        if tokens:
            yield tokens


def _nearest(ours: Clause, theirs: Sequence[Clause]) -> int | None:
    """Return the place of the clause that says most of ours in order, if that is half of ours or more."""
    shared = [sum(block.size for block in _aligned(ours, one).get_matching_blocks()) for one in theirs]
    best = max(shared, default=0)
    return shared.index(best) if best and best >= _MOSTLY * len(ours) else None


def _aligned(ours: Clause, theirs: Clause) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [one.stem for one in theirs], [one.stem for one in ours], autojunk=False)


def _replacement(ours: Clause, theirs: Clause, listed: set[str]) -> tuple[Clause, Clause] | None:
    """Return our words and theirs that stand in each other's place.

    Between two words that both share, that is certain. At an end it is where all the rest is the same, or
    where two words have changed places; unless our word is `listed` after the last of theirs.
    """
    codes = _aligned(ours, theirs).get_opcodes()
    swaps = [
        (ours[code[3] : code[4]], theirs[code[1] : code[2]], at)
        for at, code in enumerate(codes)
        if code[0] == "replace" and max(code[4] - code[3], code[2] - code[1]) <= _LONGEST
    ]
    changes = sum(code[0] != "equal" for code in codes)
    stems = [({one.stem for one in new}, {one.stem for one in gone}) for new, gone, _ in swaps]
    for (new, gone, at), (new_stems, gone_stems) in zip(swaps, stems, strict=True):
        is_crossed = any(new_stems & theirs and gone_stems & ours for ours, theirs in stems)
        is_inside, is_last = 0 < at < len(codes) - 1, at == len(codes) - 1
        if is_inside or ((changes == 1 or is_crossed) and not (is_last and new_stems & listed)):
            return new, gone
    return None


def _is_negated(clause: Clause) -> bool:
    return any(token.text in _NEGATIONS for token in clause)
