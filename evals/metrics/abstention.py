"""Abstention: whether the coach says no to what the handbook does not answer, and only to that."""

from __future__ import annotations


def abstention(*, answerable: bool, abstained: bool) -> dict[str, float]:
    """Return what one question adds to each measure of abstention; a measure that does not apply is absent.

    `abstention_recall` is the share of unanswerable questions that are refused, `abstention_precision` the
    share of refused questions that are unanswerable, `false_refusals` the share of answerable questions
    that are refused. An abstention is the positive class.

    Source: the definitions of precision and recall; for abstention so in Wen et al., "Know Your Limits: A
    Survey of Abstention in Large Language Models" (2024), section on metrics.

    Worked: of two unanswerable questions one is refused, and of one answerable question one is too.

    >>> asked = [(False, True), (False, False), (True, True)]
    >>> rows = [abstention(answerable=answerable, abstained=abstained) for answerable, abstained in asked]
    >>> for name in ("abstention_recall", "abstention_precision", "false_refusals"):
    ...     print(name, sum(row.get(name, 0.0) for row in rows) / sum(name in row for row in rows))
    abstention_recall 0.5
    abstention_precision 0.5
    false_refusals 1.0
    """
    found = {"false_refusals" if answerable else "abstention_recall": float(abstained)}
    if abstained:
        found["abstention_precision"] = float(not answerable)
    return found
