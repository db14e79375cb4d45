"""What turns a statement around: negations, words of extent, opposites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coach.faithfulness.claim import Claim
from coach.faithfulness.frequencies import rarity
from coach.faithfulness.lexicon import (
    NEGATIONS,
    NOT_NEGATING,
    OPPOSED_CLASSES,
    PASSED_BY_NEGATION,
    QUANTIFIER_CLASSES,
    opposites_in,
)
from coach.faithfulness.tokens import Token
from coach.faithfulness.verdicts import Problem


def negations(tokens: Sequence[Token]) -> list[int]:
    """Return the places of the words that negate something.

    >>> from coach.faithfulness.tokens import tokenise
    >>> negations(tokenise("No more than five can not only sing.")), negations(tokenise("It is not safe."))
    ([], [2])
    """
    return [
        place
        for place, token in enumerate(tokens)
        if token.text in NEGATIONS
        and not (place + 1 < len(tokens) and tokens[place + 1].text in NOT_NEGATING)
    ]


def negated_stems(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the stems of the words that negations turn around: the first word of content after each.

    >>> from coach.faithfulness.tokens import tokenise
    >>> sorted(negated_stems(tokenise("It does not cache any pages.")))
    ['cach']
    """
    found = set()
    for place in negations(tokens):
        after = (one for one in tokens[place + 1 : place + 6] if one.text not in PASSED_BY_NEGATION)
        negated = next((one for one in after if one.is_content), None)
        if negated:
            found.add(negated.stem)
    return frozenset(found)


def find_negations(claim: Claim) -> Iterator[Problem]:
    """Yield words that claim and evidence both have, negated in one of the two alone."""
    if not claim.alignment:
        return
    theirs = claim.alignment.line.tokens
    ours_negated, theirs_negated = negated_stems(claim.tokens), negated_stems(theirs)
    shared = {token.stem for token in claim.content} & claim.alignment.line.stems - NEGATIONS
    if bool(negations(claim.tokens)) == bool(negations(theirs)):
        return
    for stem in sorted(shared & (ours_negated | theirs_negated), key=lambda one: (-rarity(one), one)):
        word = next(one.text for one in claim.tokens if one.stem == stem)
        said, found = (f"not {word}", word) if stem in ours_negated else (word, f"not {word}")
        yield Problem(kind="negation", said=said, found=found)


def find_quantifiers(claim: Claim) -> Iterator[Problem]:
    """Yield words of extent where the evidence has another one between the same words."""
    for gap in claim.alignment.gaps if claim.alignment else ():
        theirs = [token.text for token in gap.theirs]
        held = frozenset[str]().union(*(QUANTIFIER_CLASSES.get(word, frozenset()) for word in theirs))
        for token in gap.ours:
            classes = QUANTIFIER_CLASSES.get(token.text, frozenset())
            rivals = (
                frozenset[str]().union(*(OPPOSED_CLASSES.get(name, frozenset()) for name in classes)) & held
            )
            if rivals and not classes & held:
                found = next(word for word in theirs if QUANTIFIER_CLASSES.get(word, frozenset()) & rivals)
                yield Problem(kind="quantifier", said=token.text, found=found)


def extents(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the classes of the words of extent among tokens.

    >>> from coach.faithfulness.tokens import tokenise
    >>> sorted(extents(tokenise("All users must sign in.")))
    ['all', 'must']
    """
    return frozenset[str]().union(*(QUANTIFIER_CLASSES.get(token.text, frozenset()) for token in tokens))


def find_directions(claim: Claim) -> Iterator[Problem]:
    """Yield words that have their opposite in the evidence.

    Where the evidence goes both ways ("errors fell, costs rose"), it has to stand in the word's place.
    """
    if not claim.alignment:
        return
    line = claim.alignment.line
    own = frozenset(token.stem for token in claim.tokens)
    for token in claim.content:
        found = opposites_in(token.stem, line.stems - own) if token.stem not in line.stems else ""
        if not found:
            continue
        instead = next((gap.theirs for gap in claim.alignment.gaps if token in gap.ours), ())
        both_ways = any(opposites_in(other, frozenset({found})) for other in line.stems - {found})
        if not both_ways or any(other.stem == found for other in instead):
            word = next(one.text for one in line.tokens if one.stem == found)
            yield Problem(kind="direction", said=token.text, found=word)
