"""Numbers and lengths of requests, and what they are taken for."""

from __future__ import annotations

import numpy as np
import pytest

from coach.recruit.fitted import Regression, load_arrays, load_regression
from coach.recruit.read_lengths import lengths
from coach.recruit.read_mentions import ROLES, mentions, roles, signs
from coach.recruit.read_numbers import read_numbers


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("hour and a half", 90),
        ("3/4 hour", 45),
        ("three quarters of an hour", 45),
        ("16h to 17h20", 80),
        ("50 (fifty) minutes", 50),
        ("seventy-five minutes", 75),
        ("one hundred minutes", 100),
        ("10 to 11 o'clock", 60),
        ("minutes: 45", 45),
        ("1 h 45", 105),
    ],
)
def test_lengths_are_read_as_people_write_them(text: str, minutes: float) -> None:
    """In words, fractions, forms and by the clock."""
    assert [(one.low, one.high) for one in lengths(text)] == [(minutes, minutes)]


@pytest.mark.parametrize("text", ["Ah, yes", "8 tenders", "someone often", "$40 or 3.1.4", "v2.10.3"])
def test_parts_of_words_and_versions_are_no_lengths(text: str) -> None:
    """Letters that happen to spell a unit or a number say nothing."""
    assert not lengths(text)
    assert all(one.value == 8 for one in mentions(text))


def test_every_mention_has_chances_that_sum_to_one() -> None:
    """One of each role, in the order of the text."""
    found = roles("Six Qs in 45 minutes, 10 of them ours, for a team of 12")
    assert [one.value for one, _ in found] == [6, 45, 10, 12]
    assert all(chances.shape == (len(ROLES),) and chances.sum() == pytest.approx(1) for _, chances in found)
    assert roles("nothing") == []


@pytest.mark.parametrize(
    ("text", "minutes", "count"),
    [
        ("We have 14 engineers and 900 customers. Ten questions, forty minutes, for our 3rd hire.", 40, 10),
        ("Room 5, Tuesday 3 March, 60-minute slot of which 10 are the introduction. Seven questions.", 50, 7),
        ("Staff engineer, 8+ years, p99 under 200 ms; an hour, nine questions on serving", 60, 9),
    ],
)
def test_other_numbers_are_left_alone(text: str, minutes: float, count: int) -> None:
    """Teams, rooms, years and milliseconds are neither a length nor a number of questions."""
    found = {one.field: one.value for one in read_numbers(text)}
    assert (found["minutes"], found["count"]) == (minutes, count)


def test_a_regression_says_what_its_formula_says() -> None:
    """Worked by hand; a sign that it does not know counts for nothing."""
    model = Regression({"a": 0, "b": 1}, np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0.0, 0.5]))
    (found,) = model.chances([{"a": 2.0, "b": 0.5, "unknown": 9.0}])
    logits = np.array([2.0, 1.5])
    assert found == pytest.approx(np.exp(logits) / np.exp(logits).sum())


def test_the_regressions_that_ship_know_the_signs_that_are_read() -> None:
    """Most of what stands around a mention of a plain request was seen before."""
    model = load_regression("numbers")
    text = "Please send ten questions for a senior engineer, 45 minutes."
    for one in signs(text, mentions(text)):
        assert sum(name in model.places for name in one) > len(one) / 2
    assert load_arrays("topics")["weights"].shape[0] == len(load_arrays("topics")["topics"])
