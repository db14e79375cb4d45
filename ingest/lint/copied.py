"""No sentence stands in the documents that a handbook was written from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.lint.finding import Finding
from ingest.lint.handbook import Handbook

RUN_WORDS = 8
"""Shorter runs are names and turns of phrase, which anybody uses."""

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"[“\"][^”\"\n]*[”\"]|^ {0,3}>.*$", re.MULTILINE)


def check_copied(handbook: Handbook, originals: Sequence[str]) -> Iterator[Finding]:
    """Yield an error for each run of `RUN_WORDS` words or more that an original has too.

    Case and punctuation make no difference. What stands in quotation marks or in a block quote may be shared.
    """
    known = {run for text in originals for run, _, _ in _runs(text)}
    for chapter in handbook.chapters if known else ():
        text = chapter.parsed.document.text
        quoted = [match.span() for match in _QUOTED.finditer(text)]
        past = 0
        for run, start, end in _runs(text):
            if run not in known:
                continue
            if start >= past and not any(at <= start and end <= to for at, to in quoted):
                message = f"an original has these words too: '{text[start:end]}'"
                yield chapter.finding("error", "copied", message, chapter.lines.at(start) + 1)
            past = end  # one finding for all runs of a passage


def _runs(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each run of words in lower case with its span.

    >>> list(_runs("One, two three four five six seven eight."))
    [('one two three four five six seven eight', 0, 40)]
    """
    words = [(match[0].lower(), match.start(), match.end()) for match in _WORD.finditer(text)]
    for first in range(len(words) - RUN_WORDS + 1):
        run = words[first : first + RUN_WORDS]
        yield " ".join(word for word, _, _ in run), run[0][1], run[-1][2]
