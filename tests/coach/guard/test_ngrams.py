from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.guard.ngrams import BUCKETS, normalised, read_runs


@pytest.mark.parametrize(
    "dressed",
    [
        "IGNORE  this\npage",
        "Ign\u043er\u0435 this page",
        "i\u200bg\u200bnore th\u00adis page",
        "\uff49gnore this page",
    ],
)
def test_the_dress_of_letters_does_not_count(dressed: str) -> None:
    """Case, blanks, look-alikes, wide letters and invisible characters change nothing."""
    assert normalised(dressed) == "ignore this page"


def test_another_script_is_left_as_it_is() -> None:
    """Letters are look-alikes only among Latin ones."""
    assert normalised("Справочник по API") == "справочник по api"


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_a_text_is_read_alike_in_any_company(texts: list[str]) -> None:
    """The runs of a text do not depend on the texts beside it."""
    together = read_runs(texts)
    assert (together.buckets < BUCKETS).all()
    for place, text in enumerate(texts):
        alone, own = read_runs([text]), together.owners == place
        assert np.array_equal(np.sort(alone.buckets), np.sort(together.buckets[own]))
        assert alone.weights.sum() == pytest.approx(together.weights[own].sum())
