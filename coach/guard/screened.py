"""A document as answers are made from it: with what of it is not for its reader told apart from the rest.

What nobody who looks at the page sees, and what speaks to an AI that reads along, is neither claimed nor
quoted nor given to a model. The page itself is shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import NamedTuple

from pydantic import PrivateAttr

from coach.guard.hidden import Hidden, hidden_spans, is_hidden, merged, touches
from coach.guard.steering import Steering
from coach.types import Hit
from ingest.contract import ParsedDocument, Section


class Place(NamedTuple):
    """What names a section: the headings above it, outermost first, and its own."""

    path: tuple[str, ...]
    heading: str


class ScreenedDocument(ParsedDocument):
    """A document with what tells its steering sentences; nothing of it is read before it is needed."""

    _steering: Steering = PrivateAttr()
    _spans: dict[str, tuple[Hidden, ...]] = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, document: ParsedDocument, steering: Steering) -> ScreenedDocument:
        """Return the document, screened."""
        made = cls.model_construct(**{name: getattr(document, name) for name in ParsedDocument.model_fields})
        made._steering = steering  # noqa: SLF001 - its own
        return made

    @property
    def screen(self) -> str:
        """What tells steering sentences, as one versioned thing."""
        return self._steering.version

    def is_steering_title(self, title: str) -> bool:
        """Return whether one of the headings or labels steers."""
        return title in self._steering_titles

    def steering_spans(self, section: Section) -> tuple[Hidden, ...]:
        """Return the sentences of a section that steer, in order."""
        if section.id not in self._spans:
            text, start = self.document.text[section.start : section.end], section.start
            found = self._steering.spans(text)
            self._spans[section.id] = tuple(Hidden(start + one.start, start + one.end) for one in found)
        return self._spans[section.id]

    def steers(self, text: str) -> bool:
        """Return whether anything that a text of the page says speaks to an AI."""
        return any(steers for _, steers in self._steering.told(text))

    @cached_property
    def _steering_titles(self) -> frozenset[str]:
        titles = {title for one in self.sections for title in (*one.path, one.heading)}
        titles |= {part.label for one in self.sections for part in one.parts}
        ordered = sorted(title for title in titles if title)
        return frozenset(
            one for one, steers in zip(ordered, self._steering.flags(ordered), strict=True) if steers
        )


def screened_hit(hit: Hit, document: ParsedDocument) -> Hit:
    """Return a hit as a model may read it: what of its text is not to be said is blank, so offsets hold."""
    section = next(one for one in document.sections if one.id == hit.section_id)
    kept = list(hit.text)
    for one in aside_spans(document, section):
        start, end = max(one.start, hit.start) - hit.start, min(one.end, hit.end) - hit.start
        kept[start:end] = " " * max(0, end - start)
    path, heading = place_of(document, section)
    return hit.model_copy(update={"text": "".join(kept), "path": path, "heading": heading})


def screen_of(document: ParsedDocument) -> str:
    """Return what screens a document; nothing for one that is not screened."""
    return document.screen if isinstance(document, ScreenedDocument) else ""


def is_steering_title(document: ParsedDocument, title: str) -> bool:
    """Return whether a heading of a document, or the label of a part, speaks to an AI."""
    return isinstance(document, ScreenedDocument) and document.is_steering_title(title)


def is_steering(document: ParsedDocument, text: str) -> bool:
    """Return whether a text of a document, as it is about to be put to somebody, speaks to an AI."""
    return isinstance(document, ScreenedDocument) and document.steers(text)


def place_of(document: ParsedDocument, section: Section) -> Place:
    """Return what names a section where it is cited."""
    steers = partial(is_steering_title, document)
    return honest_place(Place(section.path, section.heading), document.document.name, steers)


def honest_place(place: Place, document: str, steers: Callable[[str], bool]) -> Place:
    """Return a place without the headings that speak to an AI.

    Where its own heading does so, it goes by the nearest one above that does not, or else by its file.
    """
    path = tuple(one for one in place.path if not steers(one))
    if not steers(place.heading):
        return Place(path, place.heading)
    *above, nearest = path or (document,)
    return Place(tuple(above), nearest)


def is_aside(document: ParsedDocument, section: Section, start: int, end: int, *, is_code: bool) -> bool:
    """Return whether a span of a section is not to be said: it is hidden, or speaks to an AI.

    Code is shown as it is written, and hides nothing.
    """
    if not is_code and is_hidden(document.document.text, start, end):
        return True
    return touches(_steering_spans(document, section), start, end)


def aside_spans(document: ParsedDocument, section: Section) -> tuple[Hidden, ...]:
    """Return what touches a section and is not to be said: hidden or steering, in order, apart."""
    found = [*hidden_spans(document.document.text), *_steering_spans(document, section)]
    return merged(one for one in found if one.start < section.end and section.start < one.end)


def _steering_spans(document: ParsedDocument, section: Section) -> tuple[Hidden, ...]:
    return document.steering_spans(section) if isinstance(document, ScreenedDocument) else ()
