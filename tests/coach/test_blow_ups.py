"""What reads text of users and models, on the worst text that it may be given: no pattern runs away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from coach.answer.asked import wants_questions
from coach.answer.generate.read import ReplyReader
from coach.answer.plain import cells, plain, printable_lines
from coach.answer.quotes import QuoteFinder
from coach.answer.sentences import Span, sentences
from coach.conversation.dialogue import State
from coach.conversation.standalone import stand_alone
from coach.faithfulness.tokens import tokenise
from coach.guard.identifiers import find_identifiers
from coach.guard.outgoing import OutgoingScanner
from coach.recruit.read_kinds import negated, read_kinds
from coach.recruit.read_level import read_level
from coach.recruit.read_numbers import read_numbers
from coach.recruit.read_rulings import rulings
from coach.recruit.read_text import clauses

QUESTION_CHARS, TEXT_CHARS = 4_000, 20_000
STATE = State(question="How do you size a cache?", subject="size a cache", points=("Measure it.",))
CONSTRUCTS = {
    "blanks": " ",
    "newlines": "\n",
    "words": "a ",
    "capitals": "Aa ",
    "digits": "1",
    "figures": "1.5 to 2-3 ",
    "separators": "1,1.1-",
    "dots": ".",
    "stops": "a. ",
    "quotes": "'\"",
    "brackets": "[](",
    "links": "[a](b",
    "images": "![a](",
    "angles": "<a ",
    "entities": "&amp",
    "stars": "*_`",
    "bars": "|a",
    "braces": '{"a": [',
    "strings": '"\\',
    "hosts": "a.b-c.",
    "mails": "a@b.",
    "schemes": "http://",
    "keys": "key=Aa1_",
    "list": "- a\n",
    "questions": "what questions should i ask ",
    "or": "or the questions about ",
    "years": "5+ years of senior experience, ",
    "names": "Dear Dr. Anna Maria, ",
    "letters": "日本",
    "invisible": "\u200b\u2060",
}
READERS: dict[str, Callable[[str], object]] = {
    "asked": wants_questions,
    "standalone": lambda text: stand_alone(text[:QUESTION_CHARS], STATE),
    "plain": plain,
    "cells": cells,
    "lines": printable_lines,
    "sentences": lambda text: sentences(text, Span(0, len(text))),
    "tokens": tokenise,
    "identifiers": find_identifiers,
    "outgoing": OutgoingScanner(["one two three four five six seven eight nine"]).scan,
    "quotes": lambda text: QuoteFinder([text]).find(text[:1200], 0),
    "reply": lambda text: list(ReplyReader().feed(text)),
    "level": read_level,
    "numbers": read_numbers,
    "kinds": lambda text: read_kinds(text, negated(text)),
    "rulings": lambda text: rulings(text, negated(text), lambda _: np.zeros(384, dtype=np.float32)),
    "clauses": clauses,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_no_construct_hangs_a_reader(construct: str) -> None:
    """Each reads the longest text of a construct; a step of cubic time would not come back in time."""
    for reader, read in READERS.items():
        longest = QUESTION_CHARS if reader in ("asked", "standalone") else TEXT_CHARS
        read(CONSTRUCTS[construct] * (longest // len(CONSTRUCTS[construct])))
