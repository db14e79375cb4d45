"""Placeholders for what must not leave: put in before a call to a model, taken out of what comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coach.guard.identifiers import PLACEHOLDER, Found, find_identifiers
from coach.guard.names import WORD
from coach.guard.people import PeopleFinder

_FORM = re.compile(r"<([A-Z]+)_(\d+)>")


class Pseudonyms:
    """The placeholders of one conversation: names, addresses, numbers and secrets <-> `<PERSON_1>` and so on.

    The same characters get the same placeholder throughout. The mapping lives with the conversation's state
    and is never logged; its `repr` tells nothing. Not safe to be used from two threads at once.

    Args:
        finder: Finds names of people.
        state: What `state` gave for the conversation so far.

    >>> from coach.guard.names import Vocabulary
    >>> pseudonyms = Pseudonyms(PeopleFinder(Vocabulary()))
    >>> pseudonyms.hide("Write to Priya Raghunathan, priya@example.org")
    'Write to <PERSON_1>, <EMAIL_1>'
    >>> pseudonyms.restore("Dear <PERSON_1>!")
    'Dear Priya Raghunathan!'
    """

    def __init__(self, finder: PeopleFinder, state: Mapping[str, str] | None = None) -> None:
        self._finder = finder
        self._originals = dict(state or {})
        self._placeholders = {original: name for name, original in self._originals.items()}
        self._hints: set[str] = set()
        for placeholder, original in self._originals.items():
            self._learn(placeholder, original)

    def __repr__(self) -> str:
        return f"Pseudonyms({len(self._originals)} placeholders)"

    @property
    def state(self) -> dict[str, str]:
        """Placeholder -> original, for the conversation's store; personal data."""
        return dict(self._originals)

    def hide(self, text: str) -> str:
        """Return the text with placeholders; `restore` gives back exactly the text."""
        identifiers = find_identifiers(text)
        for found in identifiers:
            self._learn(f"<{found.kind}_0>", text[found.start : found.end])
        people = self._finder.find(text, identifiers, self._hints)
        # A second look, with what the first has taught: "Priya" alone after "Priya Raghunathan".
        for found in people:
            self._learn("<PERSON_0>", text[found.start : found.end])
        people = self._finder.find(text, identifiers, self._hints)
        pieces, end = [], 0
        for found in sorted([*identifiers, *people]):
            pieces += [text[end : found.start], self._placeholder(found, text[found.start : found.end])]
            end = found.end
        return "".join([*pieces, text[end:]])

    def restore(self, text: str) -> str:
        """Return the text with the originals; a placeholder that is not of this conversation stays."""
        return PLACEHOLDER.sub(lambda match: self._originals.get(match[0].upper(), match[0]), text)

    def _placeholder(self, found: Found, original: str) -> str:
        if original not in self._placeholders:
            taken = (_FORM.fullmatch(name) for name in self._originals)
            number = 1 + sum(match is not None and match[1] == found.kind for match in taken)
            placeholder = f"<{found.kind}_{number}>"
            self._originals[placeholder] = original
            self._placeholders[original] = placeholder
        return self._placeholders[original]

    def _learn(self, placeholder: str, original: str) -> None:
        """Remember the words by which the owner of a name or an address may be called elsewhere."""
        if placeholder.startswith("<PERSON"):
            self._hints.update(self._finder.parts(original))
        if placeholder.startswith("<EMAIL"):
            words = WORD.findall(original.partition("@")[0].replace("_", " "))
            self._hints.update(part for word in words for part in self._finder.parts(word))
