"""Drafts to sections: headings that only label parts, and tiny ones, join what stands above them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ingest.labels import bare_label, is_label, label_kind
from ingest.read.drafts import Draft, descendants

MIN_SECTION_CHARS = 120
MIN_ANSWERS = 3
MAX_LABEL_CHARS = 60
MAX_LABELLED_CHARS = 4_000
MAX_SMALL_LABELLED_CHARS = 900
MAX_GROUPED_CHARS = 240
MAX_PASSES = 6


def fold(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts that are sections or groups of sections, each with its path, in text order."""
    kept = _fold_labels(drafts, _repeated(drafts), _answer_names(drafts))
    for _ in range(MAX_PASSES):
        before = len(kept)
        kept = _join_groups(_join_tiny(kept))
        if len(kept) == before:
            break
    return kept


def _name(draft: Draft) -> str:
    return bare_label(draft.heading).lower()


def _repeated(drafts: Sequence[Draft]) -> set[str]:
    """Return the headings that do not ask and come more than once."""
    names = Counter(_name(draft) for draft in drafts if not draft.asks)
    return {name for name, count in names.items() if count > 1}


def _answer_names(drafts: Sequence[Draft]) -> set[str]:
    """Return how a document calls its answers, in any language: what its questions are followed by."""
    asking = sum(draft.asks for draft in drafts)
    after = Counter(
        _first_word(below)
        for draft, below in pairwise(drafts)
        if draft.asks and not below.asks and below.heading
    )
    return {name for name, count in after.items() if name and count >= MIN_ANSWERS and count * 2 >= asking}


def _first_word(draft: Draft) -> str:
    return re.split(r"[:：]", _name(draft))[0].strip()


def _fold_labels(drafts: Sequence[Draft], repeated: set[str], answers: set[str]) -> list[Draft]:
    kept: list[Draft] = []
    for at, draft in enumerate(drafts):
        if kept and _belongs(drafts, at, kept[-1], repeated, answers):
            kept[-1].absorb(draft)
        else:
            kept.append(draft)
    return kept


def _belongs(drafts: Sequence[Draft], at: int, host: Draft, repeated: set[str], answers: set[str]) -> bool:
    """Return whether a draft is a part of the one before it."""
    draft = drafts[at]
    if draft.origin == "more":
        return draft.resumes is host or (host.asks and draft.chars < MIN_SECTION_CHARS)
    if draft.asks or draft.origin in ("label", "preamble"):
        return draft.origin == "label"
    if draft.is_below(host.resumes or host):
        under = list(descendants(drafts, at))
        return not any(one.asks for one in under) and _labels(draft, under, host, repeated)
    # Some handbooks rank their answers higher than their questions.
    is_answer = label_kind(draft.heading) == "direct_answer" or _first_word(draft) in answers
    return host.asks and draft.level > 1 and is_answer


def _labels(draft: Draft, under: Sequence[Draft], host: Draft, repeated: set[str]) -> bool:
    """Return whether a heading below another only labels a part of it."""
    chars = draft.chars + sum(one.chars for one in under)
    label = is_label(draft.heading)
    if host.asks:
        short = len(draft.heading) <= MAX_LABEL_CHARS or _name(draft) in repeated
        return label or (short and chars <= MAX_LABELLED_CHARS)
    return label and chars <= MAX_SMALL_LABELLED_CHARS and host.level > 1


def _join_tiny(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts without tiny leaves whose parent stands right before them."""
    kept: list[Draft] = []
    for at, draft in enumerate(drafts):
        is_leaf = next(descendants(drafts, at), None) is None
        parent = draft.path[-1] if draft.path else None
        tiny = 0 < draft.chars < MIN_SECTION_CHARS and not draft.asks and is_leaf
        if parent is not None and tiny and kept and kept[-1] is parent:
            parent.absorb(draft)
        else:
            kept.append(draft)
    return kept


def _join_groups(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts; a heading with little text of its own takes in children that are all small."""
    kept: list[Draft] = []
    skip = 0
    for at, draft in enumerate(drafts):
        if skip:
            skip -= 1
            continue
        kept.append(draft)
        children = list(descendants(drafts, at))
        if not draft.asks and draft.chars < MIN_SECTION_CHARS and _is_small_group(draft, children):
            for child in children:
                draft.absorb(child)
            skip = len(children)
    return kept


def _is_small_group(parent: Draft, children: Sequence[Draft]) -> bool:
    if len(children) < 2 or parent.level < 2:  # noqa: PLR2004 - one child, or the title of all
        return False
    sizes = [child.chars for child in children]
    leaves = all(child.path[-1:] == (parent,) and not child.asks for child in children)
    return leaves and max(sizes) < MAX_GROUPED_CHARS and sum(sizes) <= MAX_SMALL_LABELLED_CHARS
