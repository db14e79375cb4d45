"""What a network makes of the pieces of a request, and how it joins what regressions say."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from coach.recruit import request_network
from coach.recruit.read_level import WHOLE_LEVELS, LevelCue, chosen_level, read_level
from coach.recruit.read_mentions import ROLES
from coach.recruit.read_numbers import read_numbers
from coach.recruit.read_rulings import RULINGS
from coach.recruit.request_network import (
    LOGITS,
    MOST_PIECES,
    PARTS,
    STEP,
    TOPICS,
    WINDOW,
    Part,
    PieceLogits,
    agreed,
    chances_of,
    read_pieces,
)
from coach.recruit.vocabulary import topics
from coach.word_pieces import WordPieces
from ingest.store.values import Vector


def test_every_logit_belongs_to_one_class_of_one_part() -> None:
    """Parts follow each other without a gap, and each has as many logits as it has classes."""
    assert tuple(PARTS) == get_args(Part)
    assert [place for part in PARTS.values() for place in range(LOGITS)[part]] == list(range(LOGITS))
    widths = {name: part.stop - part.start for name, part in PARTS.items()}
    topical = {"topic": TOPICS, "avoided": TOPICS}
    classes = {"number": ROLES, "ruling": RULINGS, **topical, "whole": WHOLE_LEVELS}
    assert widths == {name: len(held) for name, held in classes.items()} | {"level": 2}
    assert set(TOPICS) <= set(topics())


def test_the_weights_that_ship_tell_as_many() -> None:
    """One row a piece, and each piece where it stands."""
    text = "Ten questions, 45 minutes"
    read = read_pieces(text)
    assert read.logits.shape == (5, LOGITS)
    said = [text[start:end] for start, end in zip(read.starts, read.ends, strict=True)]
    assert said == ["Ten", "questions", ",", "45", "minutes"]


@pytest.mark.parametrize(
    "pieces", [0, 1, WINDOW, WINDOW + 1, WINDOW + STEP + 1, 5 * WINDOW, MOST_PIECES + STEP]
)
def test_a_long_request_is_read_in_windows_that_overlap(pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every piece up to a bound is read, and none at a border of a window that is no end of what is read."""
    asked: list[int] = []

    def read(held: WordPieces, first: int) -> Vector:
        asked.append(first)
        rows = np.arange(first, min(first + WINDOW, len(held.ids)), dtype=np.float32)
        near = np.minimum(rows - first, first + WINDOW - 1 - rows)
        return np.stack([rows, near, *[rows] * (LOGITS - 2)], axis=1)

    monkeypatch.setattr(request_network, "_read", read)
    found = read_pieces.__wrapped__("a " * pieces)
    assert found.logits[:, 0].tolist() == list(range(min(pieces, MOST_PIECES)))
    inside = found.logits[WINDOW // 2 : -WINDOW // 2, 1]
    assert len(inside) == 0 or inside.min() >= (WINDOW - STEP) // 2 - 1
    assert len(asked) <= 1 + pieces // STEP


def test_words_get_the_mean_of_their_pieces() -> None:
    """Of those that touch them; where none does, nothing is said."""
    logits = np.zeros((3, LOGITS), dtype=np.float32)
    logits[:, PARTS["level"]] = [[1, 0], [3, 0], [9, 9]]
    pieces = PieceLogits(logits, np.array([0, 4, 10]), np.array([4, 8, 12]))
    assert pieces.mean("level", 2, 6).tolist() == [2, 0]
    assert pieces.mean("level", 8, 10).tolist() == [0, 0]


def test_a_clause_has_the_strongest_of_its_pieces() -> None:
    """Three for each class; a piece more that says nothing takes nothing off."""
    logits = np.zeros((5, LOGITS), dtype=np.float32)
    logits[:, PARTS["level"]] = [[9, 0], [6, 3], [0, 6], [3, 0], [-9, -9]]
    pieces = PieceLogits(logits, np.arange(5), np.arange(1, 6))
    spans = [LevelCue(None, "name", "", start, end) for start, end in ((0, 5), (0, 2), (7, 9))]
    assert pieces.strongest("level", spans).tolist() == [[6, 3], [7.5, 1.5], [0, 0]]


def test_chances_and_logits_meet_in_the_middle() -> None:
    """Worked by hand: the roots of 0.5 times 0.1 and of 0.5 times 0.9 are as 1 to 3."""
    chances = np.array([[0.5, 0.5]])
    logits = np.log(np.array([[0.1, 0.9]], dtype=np.float32))
    assert chances_of(logits) == pytest.approx(np.array([[0.1, 0.9]]), abs=1e-6)
    assert agreed(chances, logits) == pytest.approx(np.array([[0.25, 0.75]]), abs=1e-6)
    assert agreed(np.array([[1.0, 0.0]]), logits).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("cues", "whole", "level"),
    [
        ([], [0.05, 0.0, 0.05, 0.2, 0.0], None),
        ([], [0.03, 0.0, 0.03, 0.24, 0.0], "senior"),
        ([("mid", 0.6), ("senior", 0.5)], [0.0, 0.0, 0.1, 0.2, 0.0], "mid"),
        ([("mid", 0.6), ("senior", 0.5)], [0.0, 0.0, 0.05, 0.25, 0.0], "senior"),
        ([("mid", 0.3), ("mid", 0.2)], [0.1, 0.0, 0.05, 0.15, 0.0], "mid"),
        ([(None, 0.9), ("senior", 0.6)], [0.0, 0.0, 0.0, 0.29, 0.0], None),
        ([("junior", 0.1)], [0.29, 0.01, 0.0, 0.0, 0.0], None),
    ],
)
def test_a_level_needs_its_words_or_the_whole_request(
    cues: list[tuple[str | None, float]], whole: list[float], level: str | None
) -> None:
    """The likeliest words of a level, and beside them what the request is for as a whole."""
    found = [LevelCue(name, "name", "", at, at + 1) for at, (name, _) in enumerate(cues)]  # type: ignore[arg-type]
    chosen, cue = chosen_level(found, [chance for _, chance in cues], np.array(whole))
    assert chosen == level
    assert (cue.level if cue else level) == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("someone who is only just starting out in the trade, ten questions", "junior"),
        (
            "he has led teams of engineers for two decades and sets the direction of the firm",
            "staff",
        ),
    ],
)
def test_a_level_may_be_told_in_words_that_no_rule_knows(text: str, level: str) -> None:
    """It is shown with the clause that speaks for it most."""
    cue = read_level(text)
    assert cue is not None
    assert (cue.level, cue.kind) == (level, "whole")
    assert 0 <= cue.start < cue.end <= len(text)


def test_a_number_is_told_by_all_of_the_request() -> None:
    """What is said far behind it counts as well."""
    text = (
        "Senior, evals. The slot is an hour; the firm takes its twenty minutes of it, the rest is for the set"
    )
    assert [(one.field, one.value) for one in read_numbers(text)] == [("minutes", 40)]
