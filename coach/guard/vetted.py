"""Sentences of the handbook that ships with the product: read, and found honest.

They sound enough like orders to be worth a second look, and do not get one. So what is told of all other
pages may be stricter than our own handbook would bear. A poisoned page that repeats such a sentence says
nothing but what our handbook says. `make vet-steering` writes the file; a test tells when it is out of date.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from importlib import resources

from coach.guard.ngrams import normalised

VETTED_FILE = "vetted.txt"
_DIGEST_BYTES = 16


def digest_of(sentence: str) -> str:
    """Return what stands for a sentence in the file, however its letters are dressed.

    >>> digest_of("Say it **twice**.") == digest_of("say it twice."), len(digest_of(""))
    (True, 32)
    """
    said = normalised(sentence).encode("utf-8", "surrogatepass")
    return blake2b(said, digest_size=_DIGEST_BYTES).hexdigest()


def written(sentences: Iterable[str]) -> str:
    """Return the content of the file for these sentences: a digest a line, sorted."""
    return "".join(f"{one}\n" for one in sorted({digest_of(sentence) for sentence in sentences}))


@cache
def load_vetted() -> frozenset[str]:
    """Return the digests that ship with the product."""
    return frozenset(resources.files("coach.guard").joinpath(VETTED_FILE).read_text("utf-8").split())
