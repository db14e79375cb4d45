"""A document with every kind of block, and text that every format could stumble over."""

from __future__ import annotations

from coach.export import (
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
    bold,
    italic,
    plain,
)

AWKWARD = "a_b *c* <b>d</b> & [e](f) | g ~h~ `i` # j"
NAMES = "Zoë Łukasz Ștefan Ελένη Юлия Nguyễn"

SAMPLE = Printable(
    title="Interview: <senior> & more",
    subject="Twelve questions",
    footer="Question set 1",
    blocks=(
        Heading(level=1, text="Interview: <senior> & more"),
        Paragraph(runs=(bold("For: "), Run(text=NAMES), Run(text=" and "), italic("others"))),
        Paragraph(runs=plain(AWKWARD)),
        Paragraph(runs=plain("Said by somebody."), quote=True),
        Heading(level=3, text="Lists"),
        Bullets(
            items=(
                plain("first point", notes=(1, 2)),
                (Run(text="see the page", href="https://x.example/a(b)"),),
            )
        ),
        Numbered(items=(plain("one"), (Run(text="two `ticks` | bar", style="code"),)), first=3),
        Table(
            header=("Key point", "Good"),
            rows=(
                (plain("Method"), (Run(text="exit, then back", style="quote"),)),
                (plain(AWKWARD), plain("")),
            ),
            widths=(1, 3),
            min_row_mm=12,
        ),
        PageBreak(),
        Field(label="Evidence", lines=3),
        Notes(notes=(Note(number=1, runs=plain("a.md, characters 3–9")), Note(number=2, runs=plain("b.md")))),
    ),
)
