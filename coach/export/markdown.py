"""A document as Markdown that reads well on any Git host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach.answer.plain import printable
from coach.answer.render import escaped
from coach.export.blocks import (
    Block,
    Bullets,
    Field,
    Heading,
    Note,
    Numbered,
    PageBreak,
    Paragraph,
    Printable,
    Run,
    Table,
    Text,
)

_BARE_BAR = re.compile(r"(?<!\\)\|")
_BLANK = "\\_" * 24


def to_markdown(document: Printable) -> str:
    """Return a document as Markdown; notes become footnotes. Ends in a newline."""
    pieces = [piece for block in document.blocks for piece in _block(block)]
    if document.footer:
        pieces += ["---", f"*{escaped(document.footer)}*"]
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {escaped(block.text)}"
    elif isinstance(block, Paragraph):
        yield f"> {_text(block.runs)}" if block.quote else _text(block.runs)
    elif isinstance(block, Bullets):
        yield "\n".join(f"- {_text(item)}" for item in block.items)
    elif isinstance(block, Numbered):
        yield "\n".join(f"{number}. {_text(item)}" for number, item in enumerate(block.items, block.first))
    elif isinstance(block, Table):
        yield "\n".join(_rows(block))
    elif isinstance(block, Field):
        yield f"**{escaped(block.label)}:** " + "<br>".join([_BLANK] * block.lines)
    elif isinstance(block, PageBreak):
        yield "---"
    else:
        yield from (_note(note) for note in block.notes)


def _rows(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(escaped(name) for name in table.header)} |"
    yield f"|{'---|' * len(table.header)}"
    for row in table.rows:
        # Bars are escaped in all text but code; inside a table they have to be there too.
        cells = (_BARE_BAR.sub(r"\|", _text(cell)) for cell in row)
        yield f"| {' | '.join(cells)} |"


def _note(note: Note) -> str:
    return f"[^{note.number}]: {_text(note.runs)}"


def _text(runs: Text) -> str:
    """Return runs as one line: a line of its own would end a list item or a table row.

    The first run alone is escaped as the beginning of a line.
    """
    return "".join(_run(run, opens=not place) for place, run in enumerate(runs)).strip()


def _run(run: Run, *, opens: bool) -> str:
    before, words, after = _edges(run.text)
    written = _styled(run, words, opens=opens) if words else ""
    if run.href and written:
        written = f"[{written}]({_address(run.href)})"
    return before + written + "".join(f"[^{number}]" for number in run.notes) + after


def _styled(run: Run, words: str, *, opens: bool) -> str:
    if run.style == "code":
        ticks = "`" * (1 + max(map(len, re.findall("`+", words)), default=0))
        pad = " " if words.startswith("`") or words.endswith("`") else ""
        return f"{ticks}{pad}{words}{pad}{ticks}"
    shown = escaped(words) if opens else escaped("x " + words)[2:]
    return {"bold": f"**{shown}**", "italic": f"*{shown}*", "quote": f"“{shown}”"}.get(run.style, shown)


def _edges(text: str) -> tuple[str, str, str]:
    """Return blank space, words, blank space: Markdown's marks must touch the words."""
    words = printable(text)
    before = " " if text[:1].isspace() and words else ""
    after = " " if text[-1:].isspace() else ""
    return before, words, after


def _address(href: str) -> str:
    return href.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
