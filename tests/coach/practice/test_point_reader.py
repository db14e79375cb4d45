"""Points and words read together by the weights that ship."""

from __future__ import annotations

import numpy as np
import pytest

from coach.practice.grade import VERDICTS
from coach.practice.point_reader import READ, PointReader, summary

POINTS = (
    (
        (
            "Bounded retries: A few, with backoff; A budget. I retry at most three times, wait longer "
            "each time, and give up with an error that names the cause."
        ),
        "After the third go I stop and say why it broke, and between goes I leave more and more time.",
        "I put it in an endless loop without any pause, so that sooner or later one attempt gets through.",
    ),
    (
        (
            "Least privilege: A key per tool; Short-lived. Each tool gets credentials of its own that "
            "open only what it needs and run out within the hour."
        ),
        "The calendar helper can read calendars and nothing else, and its pass is worthless by lunchtime.",
        "One master login for all helpers keeps things simple, and it never expires, so nobody is woken.",
    ),
    (
        (
            "Holdout: A split nobody reads; Looks counted. I tune on one part of the questions, keep another "
            "that nobody reads, and count how often it is run."
        ),
        "Some of the examples stay in a drawer; we write down every time somebody opens it.",
        "We keep adjusting the prompt on the very questions that we report, as then the number is honest.",
    ),
)
"""A point as pages give it, words that meet it, and words that turn it round."""
TEXT, MEETS = POINTS[0][:2]
PASSES = "I would first ask the product manager which of the two dashboards the customers look at."


@pytest.fixture(scope="module")
def reader() -> PointReader:
    """The weights, loaded once."""
    return PointReader(threads=1)


@pytest.mark.parametrize("place", range(len(POINTS)))
def test_words_that_meet_a_point_go_before_words_that_turn_it_round(reader: PointReader, place: int) -> None:
    """By the chance of being covered less that of being contradicted; chances sum to one."""
    point, meets, turns = POINTS[place]
    chances = reader.read([point], [meets, turns])[0]
    first, second = (row[VERDICTS.index("covered")] - row[VERDICTS.index("contradicted")] for row in chances)
    assert first > second
    assert chances.sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-4)


def test_words_on_another_matter_pass_a_point_over(reader: PointReader) -> None:
    """They meet it as little as they deny it."""
    chances = reader.read([TEXT], [PASSES])[0, 0]
    assert VERDICTS[int(chances.argmax())] == "missing"


def test_a_pair_is_read_alike_alone_and_in_company(reader: PointReader) -> None:
    """The other pairs of a call change nothing."""
    together = reader.read([TEXT, "Cost: a cap; a cap per tenant. "], [PASSES, MEETS])
    assert together.shape == (2, 2, len(VERDICTS))
    np.testing.assert_array_equal(together[0, 1], reader.read([TEXT], [MEETS])[0, 0])


def test_long_and_strange_texts_are_read(reader: PointReader) -> None:
    """What is beyond the weights' length is cut; signs, other scripts and nothing at all are no error."""
    found = reader.read([TEXT * 40], [MEETS * 40, "", "\x00", "日本語の答え", "🙂" * 500])
    assert np.isfinite(found).all()


def test_the_summary_tells_the_best_and_the_worst() -> None:
    """Worked by hand for two sentences read alone and together."""
    chances = np.array([[0.7, 0.1, 0.1, 0.1], [0.0, 0.2, 0.2, 0.6], [0.4, 0.2, 0.3, 0.1]], dtype=np.float32)
    told = summary(chances, 2)
    assert tuple(told) == READ
    expected = (0.7, 0.2, 0.6, 0.9, 0.75 - 0.6, 1.1 / 2, 0.8 / 2, 0.55, 0.35, 0.7, 0.1, 0.1)
    assert tuple(told.values()) == pytest.approx(expected, abs=1e-6)
