"""Cards as an Anki deck: the question in front, what the page says at the back."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

# Made once at random, as genanki asks; with other ids Anki would keep the cards twice.
_MODEL_ID, _DECK_ID = 1_716_204_533, 2_059_400_117
_NAME = "Interview coach"


class Note(NamedTuple):
    """A question with its answer, as plain text.

    Attributes:
        question_id: Makes a card that is imported again replace itself.
    """

    question_id: str
    front: str
    back: tuple[str, ...]


def write_deck(notes: Iterable[Note], file: Path) -> int:
    """Write an .apkg file and return how many cards it has. Text is data: it is escaped for Anki's HTML."""
    import genanki

    model = genanki.Model(
        _MODEL_ID,
        _NAME,
        fields=[{"name": "Question"}, {"name": "Answer"}],
        templates=[{"name": "Card", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr>{{Answer}}"}],
    )
    deck = genanki.Deck(_DECK_ID, _NAME)
    for note in notes:
        back = "".join(f"<p>{html.escape(line)}</p>" for line in note.back)
        guid = hashlib.sha256(note.question_id.encode()).hexdigest()[:16]
        deck.add_note(genanki.Note(model=model, fields=[html.escape(note.front), back], guid=guid))
    genanki.Package(deck).write_to_file(str(file))
    return len(deck.notes)
