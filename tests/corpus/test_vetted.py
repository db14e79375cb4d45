"""No sentence of the handbook that ships is taken for an order."""

from __future__ import annotations

from coach.guard.screened import ScreenedDocument
from coach.guard.steering import Steering, load_steering_model
from coach.guard.vetted import load_vetted, written
from evals.training.vet_steering import TARGET, set_aside
from ingest.lint.handbook import Handbook


def test_every_sentence_of_the_handbook_is_said(handbook: Handbook) -> None:
    """What sounds like an order is vetted, and nothing else is: else `make vet-steering` and read."""
    pages = [chapter.parsed for chapter in handbook.chapters]
    assert TARGET.read_text(encoding="utf-8") == written(one for page in pages for one in set_aside(page))
    steering = Steering(load_steering_model(), load_vetted())
    screened = [ScreenedDocument.of(page, steering) for page in pages]
    assert [
        one for page in screened for section in page.sections for one in page.steering_spans(section)
    ] == []
