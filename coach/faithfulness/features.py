"""A claim held against its passages, as the numbers that the fitted trees read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from coach.faithfulness.alignment import Alignment
from coach.faithfulness.checks import Findings
from coach.faithfulness.claim import Claim
from coach.faithfulness.evidence import Line, neighbours, split_clauses
from coach.faithfulness.frequencies import rarity
from coach.faithfulness.lexicon import NEGATIONS, OPPOSED_CLASSES, QUANTIFIER_CLASSES
from coach.faithfulness.polarity import extents, negations
from coach.faithfulness.related import nearness
from coach.faithfulness.tokens import Token

_SHORT_GAP = 4
_MOST_LINES = 40
_FLAGS = re.IGNORECASE
# What a sentence is for, told by set phrases: advice and summaries are added more often than facts.
_ADVICE = re.compile(
    r"\b(?:important|essential|crucial|recommended|advis|consult|make sure|ensure|remember|best to)", _FLAGS
)
_HEDGE = re.compile(
    r"\b(?:may|might|could|can|likely|typically|usually|generally|often|depending|possibl[ey]|suggest)",
    _FLAGS,
)
_SUMMARY = re.compile(
    r"^\W*(?:overall|in (?:conclusion|summary|general|short)|therefore|thus|so,|by following"
    r"|remember|finally)",
    _FLAGS,
)
_EXAMPLE = re.compile(r"\b(?:such as|for example|for instance|e\.g|including|like)\b", _FLAGS)
_POINTER = re.compile(r"\b(?:passages?|texts?|documents?|context|sources?)\b", _FLAGS)
_PURPOSE = re.compile(
    r"\b(?:to (?:ensure|avoid|prevent|help|allow|make|keep|achieve)"
    r"|because|due to|since|as it|so that|which)\b",
    _FLAGS,
)

_MANNERS = (_ADVICE, _HEDGE, _SUMMARY, _EXAMPLE, _POINTER, _PURPOSE)

NAMES = (
    "tokens", "content", "passage_lines", "passage_tokens",
    "covered_by_line", "covered_by_pair", "covered_by_near", "covered_by_all",
    "plain_covered_by_line", "plain_covered_by_all", "pairs_covered", "longest_run",
    "held", "held_least", "held_clause", "held_head", "held_tail", "missing_weight", "missing_count",
    "missing_run", "rarest_missing", "missing_in_question", "covered_by_question",
    "in_order", "out_of_order", "line_covered", "replaced", "replaced_unlike",
    "inserted_weight", "inserted_run",
    "dropped_inside", "negation_in_gap", "quantifier_in_gap", "figure_in_gap", "name_in_gap", "gaps_inside",
    "closest_gap_weight", "opens_alike", "ends_alike",
    "figures", "numbers_missing", "figures_spelt", "figures_away", "figures_conflicting", "units_differing",
    "dates_missing", "names", "names_missing", "names_away",
    "name_context", "figure_context", "word_context", "name_bound", "figure_bound",
    "negation", "negations_ours", "negations_theirs", "negations_near", "turns", "quantifiers",
    "extents_new", "extents_opposed", "extents_lost", "directions", "absent",
    "advice", "hedge", "summary", "example", "pointer", "purpose",
)  # fmt: skip


def claim_features(claim: Claim, findings: Findings, question_stems: frozenset[str]) -> list[float]:
    """Return the features of a claim, in the order of `NAMES`."""
    return [
        *_size(claim),
        *_coverage(claim),
        *_held(claim, question_stems),
        *_alignment(claim),
        *_figures(claim, findings),
        *_polarity(claim, findings),
        *(float(len(pattern.findall(claim.text))) for pattern in _MANNERS),
    ]


def _size(claim: Claim) -> list[float]:
    lines = claim.passages.lines
    return [
        len(claim.tokens),
        len(claim.content),
        min(len(lines), 200),
        min(sum(len(line.tokens) for line in lines), 5000),
    ]


def _weight(token: Token) -> float:
    return 0.1 + rarity(token.stem)


def _weigh(tokens: Iterable[Token]) -> float:
    return sum(_weight(token) for token in tokens if token.is_content)


def _share(tokens: Sequence[Token], stems: frozenset[str]) -> float:
    """Return how much of the tokens' weight stands among stems, 1 if there is no token."""
    total = _weigh(tokens)
    return _weigh(token for token in tokens if token.stem in stems) / total if total else 1.0


def _coverage(claim: Claim) -> list[float]:
    content, passages = claim.content, claim.passages
    best = claim.lines[0].stems if claim.lines else frozenset[str]()
    count = max(len(content), 1)
    pairs = list(neighbours(claim.tokens))
    return [
        max((_share(content, line.stems) for line in claim.lines), default=0.0),
        max((_share(content, _with_next(claim, line)) for line in claim.lines), default=0.0),
        _share(content, claim.near_stems),
        _share(content, passages.stems),
        sum(token.stem in best for token in content) / count,
        sum(token.stem in passages.stems for token in content) / count,
        sum(pair in passages.pairs for pair in pairs) / max(len(pairs), 1),
        _longest_run(claim.alignment) / max(len(claim.tokens), 1),
    ]


def _with_next(claim: Claim, line: Line) -> frozenset[str]:
    after = line.place + 1
    lines = claim.passages.lines
    is_beside = after < len(lines) and lines[after].passage == line.passage
    return line.stems | lines[after].stems if is_beside else line.stems


def _longest_run(alignment: Alignment | None) -> int:
    longest = run = 0
    last = (-2, -2)
    for ours, theirs in alignment.matched if alignment else ():
        run = run + 1 if (ours, theirs) == (last[0] + 1, last[1] + 1) else 1
        longest, last = max(longest, run), (ours, theirs)
    return longest


def _held(claim: Claim, question: frozenset[str]) -> list[float]:
    """Return how far a claim is borne out when words of one meaning count."""
    content, held = claim.content, claim.held
    missing = [token for token in content if not held[token.stem]]
    clauses = [_held_share(clause, held) for clause in split_clauses(claim.text, claim.tokens)]
    half = (len(content) + 1) // 2
    longest = run = 0.0
    for token in content:
        run = 0.0 if held[token.stem] else run + _weight(token)
        longest = max(longest, run)
    return [
        _held_share(content, held),
        min(held.values(), default=1.0),
        min(clauses, default=1.0),
        _held_share(content[:half], held),
        _held_share(content[half:], held),
        _weigh(missing),
        len(missing),
        longest,
        max((rarity(token.stem) for token in missing), default=0.0),
        _share(missing, question),
        _share(content, question) if question else 0.0,
    ]


def _held_share(tokens: Iterable[Token], held: dict[str, float]) -> float:
    listed = [token for token in tokens if token.is_content]
    total = _weigh(listed)
    return sum(_weight(token) * held[token.stem] for token in listed) / total if total else 1.0


def _alignment(claim: Claim) -> list[float]:
    alignment = claim.alignment
    if not alignment:
        return [0.0] * 16
    total, line_total = max(_weigh(claim.tokens), 0.1), max(_weigh(alignment.line.tokens), 0.1)
    matched = _weigh(claim.tokens[ours] for ours, _ in alignment.matched)
    inside = [gap for gap in alignment.gaps if gap.is_inside]
    replaced = [
        gap for gap in inside if _weigh(gap.ours) and _weigh(gap.theirs) and len(gap.ours) <= _SHORT_GAP
    ]
    around = [token for gap in inside for token in (*gap.ours, *gap.theirs)]
    return [
        matched / total,
        _share(claim.content, alignment.line.stems) - matched / total,
        matched / line_total,
        len(replaced),
        max((_unlike(gap.ours, gap.theirs) for gap in replaced), default=0.0),
        _weigh(token for gap in alignment.gaps for token in gap.ours) / total,
        max((_weigh(gap.ours) for gap in alignment.gaps), default=0.0),
        sum(_weigh(gap.theirs) for gap in inside) / line_total,
        sum(token.text in NEGATIONS for token in around),
        sum(token.text in QUANTIFIER_CLASSES for token in around),
        sum(token.value is not None for token in around),
        sum(token.is_capital and token.is_content for gap in inside for token in gap.ours),
        len(inside),
        min((_weigh(gap.ours) + _weigh(gap.theirs) for gap in replaced), default=9.0),
        bool(alignment.matched) and alignment.matched[0][0] == 0,
        bool(alignment.matched) and alignment.matched[-1][0] == len(claim.tokens) - 1,
    ]


def _unlike(ours: Sequence[Token], theirs: Sequence[Token]) -> float:
    """Return the weight of what stands in the place of other words without meaning the same."""
    stems = frozenset(token.stem for token in theirs)
    return sum(_weight(token) * (1 - nearness(token.stem, stems)) for token in ours if token.is_content)


def _figures(claim: Claim, findings: Findings) -> list[float]:
    counts = findings.counts
    best = max((_share(claim.content, line.stems) for line in claim.lines), default=0.0)
    known = claim.passages.stems
    figures = [claim.tokens[one.at] for one in claim.quantities if claim.tokens[one.at].stem in known][:6]
    names = [token for token in claim.names if token.stem in known][:6]
    words = sorted(claim.content, key=lambda token: (-rarity(token.stem), token.start))[:6]
    return [
        len(claim.quantities),
        counts["numbers_missing"],
        counts["figures_spelt"],
        counts["figures_away"],
        counts["figures_conflicting"],
        counts["units_differing"],
        counts["dates_missing"],
        len(claim.names),
        counts["names_missing"],
        counts["names_away"],
        min((_context(claim, one, best) for one in names), default=1.0),
        min((_context(claim, one, best) for one in figures), default=1.0),
        min((_context(claim, one, best) for one in words if one.stem in known), default=1.0),
        min((_bound(claim, one) for one in names), default=1.0),
        min((_bound(claim, one) for one in figures), default=1.0),
    ]


def _context(claim: Claim, token: Token, best: float) -> float:
    """Return how much of a claim stands in one line together with a token, compared with the best line."""
    lines = claim.passages.lines_with(token.stem)[:_MOST_LINES]
    return max((_share(claim.content, line.stems) for line in lines), default=0.0) / max(best, 0.05)


def _bound(claim: Claim, token: Token) -> float:
    """Return how much of what a claim says beside a token stands in its clause, against the best clause.

    Where two names or figures have changed places, each stands in the other's clause.
    """
    own = next(clause for clause in split_clauses(claim.text, claim.tokens) if token in clause)
    beside = [one for one in own if one.is_content and one.stem != token.stem]
    shares = [(_share(beside, clause), token.stem in clause) for clause in claim.near_clauses]
    best = max((share for share, _ in shares), default=0.0)
    return (
        max((share for share, has_it in shares if has_it), default=0.0) / max(best, 0.05) if beside else 1.0
    )


def _polarity(claim: Claim, findings: Findings) -> list[float]:
    counts = findings.counts
    theirs = claim.alignment.line.tokens if claim.alignment else ()
    ours_negated, theirs_negated = len(negations(claim.tokens)), len(negations(theirs))
    near = [token for line in claim.lines for token in line.tokens]
    ours, held = extents(claim.tokens), extents(theirs)
    opposed = frozenset[str]().union(*(OPPOSED_CLASSES.get(name, frozenset()) for name in ours - held))
    return [
        counts["negation"],
        ours_negated,
        theirs_negated,
        len(negations(near)),
        (abs(ours_negated - theirs_negated) + counts["directions"]) % 2,
        counts["quantifiers"],
        len(ours - extents(near)),
        len(opposed & held),
        len(held - ours),
        counts["directions"],
        counts["absent"],
    ]
