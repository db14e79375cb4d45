"""The last look at what a model wrote: nothing may lead out, name other people or recite our prompts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple

from coach.guard.identifiers import PLACEHOLDER

OutgoingProblem = Literal["image", "markup", "link", "placeholder", "prompt"]

RECITED_WORDS = 8  # so many words in a row are no coincidence; rules of the trade are shorter

# Possessive where what follows cannot match inside: going back would only cost time, cubic time at worst.
_IMAGE = re.compile(r"!\[[^\]]*+\]\s*+(?:\([^)]*+\)|\[[^\]]*+\])")
_MARKUP = re.compile(
    r"</?(?:img|script|iframe|svg|object|embed|form|input|link|style|meta|base|video|audio|a)\b[^>]*>?",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"""(?ix) \b (?: [a-z][a-z0-9+.-]{1,15} :// | mailto: | tel: | data:[a-z]+/ | javascript:
        | (?<!/)//(?=\w+\.\w) )
        [^\s<>"'`\])}]+
      | \b www \. [^\s<>"'`\])}]+
      | (?<=\]\() [^)\s]++ (?=[^)]*+\))
      | (?<![\w@.-]) (?:[a-z0-9-]+\.)+ (?: com | org | net | io | ai | dev | app | co | me | info | xyz | ru
        | cn | top | site | online | ly | gg ) (?: / [^\s<>"'`\])}]* | (?! \w | [.-]\w ) )"""
)
_WORD = re.compile(r"\w+")
_TRAILING = ".,;:!?*_"


class OutgoingFinding(NamedTuple):
    """A span of the text that must not be shown, and why."""

    start: int
    end: int
    problem: OutgoingProblem


class OutgoingScanner:
    """Looks at text of models before it is shown.

    Args:
        prompts: The coach's own instructions to models; none of them may come back.
    """

    def __init__(self, prompts: Iterable[str]) -> None:
        self._recitable = frozenset(run for prompt in prompts for run, _, _ in _runs(prompt))

    def scan(
        self, text: str, *, passages: Iterable[str] = (), placeholders: Collection[str] = ()
    ) -> list[OutgoingFinding]:
        """Return what must not be shown, in order; a claim with a finding is dropped.

        Links and sentences that stand in the passages may be shown; so may the placeholders of this
        conversation. An image may not, nor may the address of one: nobody says an image.
        """
        corpus = _IMAGE.sub(" ", "\n".join(passages))
        findings = [*self._leading_out(text, corpus), *self._recited(text, corpus)]
        findings += [
            OutgoingFinding(*match.span(), "placeholder")
            for match in PLACEHOLDER.finditer(text)
            if match[0].upper() not in placeholders
        ]
        return sorted(findings)

    @staticmethod
    def _leading_out(text: str, corpus: str) -> Iterator[OutgoingFinding]:
        patterns: tuple[tuple[re.Pattern[str], OutgoingProblem], ...] = (
            (_IMAGE, "image"),
            (_MARKUP, "markup"),
            (_LINK, "link"),
        )
        for pattern, problem in patterns:
            for match in pattern.finditer(text):
                found = match[0].rstrip(_TRAILING)
                if not _stands_in(found, corpus):
                    yield OutgoingFinding(match.start(), match.start() + len(found), problem)

    def _recited(self, text: str, corpus: str) -> Iterator[OutgoingFinding]:
        allowed: frozenset[tuple[str, ...]] | None = None
        for run, start, end in _runs(text):
            if run in self._recitable:
                allowed = frozenset(one for one, _, _ in _runs(corpus)) if allowed is None else allowed
                if run not in allowed:
                    yield OutgoingFinding(start, end, "prompt")


def _stands_in(address: str, corpus: str) -> bool:
    """Return whether the whole address is in the corpus, and not only the beginning of another one."""
    return re.search(rf"(?<![\w./-]){re.escape(address)}(?![\w/=&%-]|[.?#]\w)", corpus) is not None


def _runs(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    words = list(_WORD.finditer(text))
    for at in range(len(words) - RECITED_WORDS + 1):
        run = words[at : at + RECITED_WORDS]
        yield tuple(word[0].casefold() for word in run), run[0].start(), run[-1].end()
