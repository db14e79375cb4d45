"""Text of documents, models and users on its way to the screen: it is data, never markup."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
_UNPRINTABLE = frozenset({"Cc", "Cf", "Co", "Cs"})
_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&:^=])")


def visible(text: str) -> str:
    r"""Return a text without control characters and direction overrides; lines stay.

    >>> visible("safe\u202egnp.exe\x07")
    'safegnp.exe'
    """
    return "".join(
        char
        for char in text
        if char in "\n\t" or char in _JOINERS or unicodedata.category(char) not in _UNPRINTABLE
    )


def escaped(text: str) -> str:
    r"""Return a text on one line as Markdown that Streamlit shows as that very text.

    >>> print(escaped("![x](http://a.example/p.png) :red[no] <b>"))
    \!\[x\]\(http\://a\.example/p\.png\) \:red\[no\] \<b\>
    """
    return _SIGNS.sub(r"\\\1", " ".join(visible(text).split()))
