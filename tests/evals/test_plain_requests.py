"""Requests made by program: their labels must be as right as those of people."""

from __future__ import annotations

from pathlib import Path

from coach.recruit.contract import KINDS
from evals.training.plain_requests import MANY, plain_requests

CORPUS = Path(__file__).parents[2] / "corpus"


def test_each_label_has_its_words_in_the_text() -> None:
    """What decides a label stands in the request, and what has no label has no words."""
    requests = plain_requests()
    assert len(requests) == MANY
    for one in requests:
        decided = [words for name in ("level", "minutes", "count") for words in one.words(name)]
        for label in ("competencies", "avoid"):
            decided += [words for found in one.words_by_name(label).values() for words in found]
            assert list(one.words_by_name(label)) == one.labels[label]
        assert all(words in one.text for words in decided)
        for label in ("level", "minutes", "count"):
            assert bool(one.words(label)) == (one.labels[label] is not None)


def test_what_is_asked_for_is_a_chapter_and_not_ruled_out() -> None:
    """Labels name chapters of the handbook, or kinds to avoid, and none is on both sides."""
    chapters = {file.stem for file in CORPUS.glob("*.md")}
    for one in plain_requests():
        wanted, avoided = set(one.labels["competencies"]), set(one.labels["avoid"])
        assert wanted <= chapters
        assert avoided <= chapters | set(KINDS)
        assert not wanted & avoided


def test_they_are_the_same_each_time() -> None:
    """The seed alone decides, so that weights can be made again."""
    assert [one.labels for one in plain_requests()] == [one.labels for one in plain_requests()]
