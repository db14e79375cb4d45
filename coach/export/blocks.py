"""What a printable document is made of, whatever the format.

Text is data: no string in here is markup of any format. A writer drops what cannot be printed (control
characters) and escapes the rest.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field as Constraint
from pydantic import model_validator

from ingest.contract import Frozen

RunStyle = Literal["plain", "bold", "italic", "quote", "code"]


class Run(Frozen):
    """A piece of text in one style.

    Attributes:
        href: Where it leads; empty means nowhere. http, https and mailto alone are followed.
        notes: Numbers of the notes that prove it, shown behind it and linked to them.
    """

    text: str
    style: RunStyle = "plain"
    href: str = Constraint("", pattern=r"^$|^(https?://|mailto:)\S+$")
    notes: tuple[int, ...] = ()


Text: TypeAlias = tuple[Run, ...]


class Heading(Frozen):
    """A heading; level 1 is the document's own."""

    kind: Literal["heading"] = "heading"
    level: int = Constraint(ge=1, le=4)
    text: str


class Paragraph(Frozen):
    """Running text; `quote` sets it off as somebody else's words."""

    kind: Literal["paragraph"] = "paragraph"
    runs: Text
    quote: bool = False


class Bullets(Frozen):
    """A list without an order."""

    kind: Literal["bullets"] = "bullets"
    items: tuple[Text, ...]


class Numbered(Frozen):
    """A list whose order matters."""

    kind: Literal["numbered"] = "numbered"
    items: tuple[Text, ...]
    first: int = 1


class Table(Frozen):
    """Rows of cells under a header.

    Attributes:
        widths: Shares of the page's width, one a column; empty means equal ones.
        min_row_mm: Least height of a row, for cells that are filled in by hand.
    """

    kind: Literal["table"] = "table"
    header: tuple[str, ...] = Constraint(min_length=1)
    rows: tuple[tuple[Text, ...], ...]
    widths: tuple[float, ...] = ()
    min_row_mm: float = Constraint(0.0, ge=0, le=200)

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        columns = len(self.header)
        if any(len(row) != columns for row in self.rows):
            raise ValueError(f"every row must have {columns} cells, as the header has")
        if self.widths and (len(self.widths) != columns or min(self.widths) <= 0):
            raise ValueError(f"widths must be {columns} positive shares")
        return self


class Field(Frozen):
    """Room to write something by hand."""

    kind: Literal["field"] = "field"
    label: str
    lines: int = Constraint(1, ge=1, le=30)


class PageBreak(Frozen):
    """What follows starts on a new page."""

    kind: Literal["page_break"] = "page_break"


class Note(Frozen):
    """What stands behind a number in the text: a citation, as a rule."""

    number: int
    runs: Text


class Notes(Frozen):
    """The notes that runs point to; each number stands in a document once."""

    kind: Literal["notes"] = "notes"
    notes: tuple[Note, ...]


Block: TypeAlias = Annotated[
    Heading | Paragraph | Bullets | Numbered | Table | Field | PageBreak | Notes,
    Constraint(discriminator="kind"),
]


class Printable(Frozen):
    """A whole document.

    Attributes:
        footer: Printed at the foot of each page, beside the page's number.
        language: BCP 47 tag, for those who have it read aloud.
    """

    title: str
    subject: str = ""
    footer: str = ""
    language: str = "en"
    blocks: tuple[Block, ...]

    @model_validator(mode="after")
    def _check_notes(self) -> Self:
        numbers = [note.number for block in self.blocks if isinstance(block, Notes) for note in block.notes]
        if len(numbers) != len(set(numbers)):
            raise ValueError("a note's number stands in the document twice")
        dangling = sorted({number for run in self.runs() for number in run.notes} - set(numbers))
        if dangling:
            raise ValueError(f"runs point to notes that are not there: {dangling}")
        return self

    def runs(self) -> tuple[Run, ...]:
        """Return every run of the document, in the order of reading."""
        return tuple(run for block in self.blocks for run in _runs(block))

    def texts(self) -> tuple[str, ...]:
        """Return every text that is printed, the footer once, in no order."""
        named = (text for block in self.blocks for text in _names(block))
        return (*named, *(run.text for run in self.runs()), self.footer)


def plain(text: str, *, notes: tuple[int, ...] = ()) -> Text:
    """Return a text of one plain run."""
    return (Run(text=text, notes=notes),)


def paragraphs(text: str, *, quote: bool = False) -> tuple[Paragraph, ...]:
    """Return a paragraph for each line of a text; empty lines have none."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(Paragraph(runs=plain(line), quote=quote) for line in lines if line)


def bold(text: str) -> Run:
    """Return a bold run."""
    return Run(text=text, style="bold")


def italic(text: str) -> Run:
    """Return an italic run."""
    return Run(text=text, style="italic")


def _runs(block: Block) -> Text:
    if isinstance(block, Paragraph):
        return block.runs
    if isinstance(block, Bullets | Numbered):
        return tuple(run for item in block.items for run in item)
    if isinstance(block, Table):
        return tuple(run for row in block.rows for cell in row for run in cell)
    if isinstance(block, Notes):
        return tuple(run for note in block.notes for run in note.runs)
    return ()


def _names(block: Block) -> tuple[str, ...]:
    if isinstance(block, Heading):
        return (block.text,)
    if isinstance(block, Table):
        return block.header
    return (block.label,) if isinstance(block, Field) else ()
