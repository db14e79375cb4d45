from __future__ import annotations

import pytest
from pydantic import ValidationError

from coach.export import Note, Notes, Paragraph, Printable, Run, Table, plain


def test_a_run_must_not_point_to_a_note_that_is_missing() -> None:
    """A document whose text cites a number without a note is refused."""
    with pytest.raises(ValidationError, match=r"notes that are not there: \[2\]"):
        Printable(
            title="t",
            blocks=(
                Paragraph(runs=plain("x", notes=(1, 2))),
                Notes(notes=(Note(number=1, runs=plain("n")),)),
            ),
        )


def test_a_number_belongs_to_one_note() -> None:
    """Two notes of one number are refused."""
    note = Note(number=1, runs=plain("n"))
    with pytest.raises(ValidationError, match="twice"):
        Printable(title="t", blocks=(Notes(notes=(note, note)),))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "https://x y"])
def test_a_link_leads_to_the_web_or_to_mail(address: str) -> None:
    """Other schemes, and addresses with blanks, are refused."""
    with pytest.raises(ValidationError):
        Run(text="x", href=address)


def test_rows_have_as_many_cells_as_the_header() -> None:
    """A ragged table is refused, and so are widths that fit no column."""
    with pytest.raises(ValidationError, match="2 cells"):
        Table(header=("a", "b"), rows=((plain("x"),),))
    with pytest.raises(ValidationError, match="2 positive"):
        Table(header=("a", "b"), rows=(), widths=(1, 0))
