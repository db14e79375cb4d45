"""Text of others in files that people open: a spreadsheet runs none of it, a document fetches nothing."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from coach.recruit.exchange import export
from coach.recruit.sets import QuestionSet

FORMULAS = ('=HYPERLINK("http://evil.example","x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(made: QuestionSet, formula: str) -> None:
    """A cell that a spreadsheet would run begins with an apostrophe."""
    spoilt = [
        interview.model_copy(
            update={
                "name": formula,
                "packs": tuple(
                    pack.model_copy(update={"reasons": (formula,), "do_not_ask": (formula,)})
                    for pack in interview.packs
                ),
            }
        )
        for interview in made.interviews
    ]
    written = export(made.model_copy(update={"interviews": tuple(spoilt)}), "csv").decode()
    cells = [cell for row in csv.reader(StringIO(written, newline="")) for cell in row]
    assert sum(formula in cell for cell in cells) >= len(spoilt)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
