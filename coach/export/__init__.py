"""Documents to print and to pass on: one plain model, and a writer for each format.

This package imports no format library; each writer is a module of its own.
"""

from coach.export.blocks import (
    Block,
    Bullets,
    Field,
    Heading,
    Note,
    Notes,
    Numbered,
    PageBreak,
    Paragraph,
    Printable,
    Run,
    Table,
    Text,
    bold,
    italic,
    paragraphs,
    plain,
)

__all__ = [
    "Block",
    "Bullets",
    "Field",
    "Heading",
    "Note",
    "Notes",
    "Numbered",
    "PageBreak",
    "Paragraph",
    "Printable",
    "Run",
    "Table",
    "Text",
    "bold",
    "italic",
    "paragraphs",
    "plain",
]
