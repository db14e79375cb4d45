"""An answer on a terminal and as Markdown.

Text of handbooks and questions is data: it is never read as markup of the medium.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from textwrap import indent
from typing import TYPE_CHECKING

from coach.answer.page import REASONS, Block, Line, Page, Reference, lay_out
from coach.answer.plain import printable
from coach.types import Abstention, Answer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_MAX_COLUMNS = 100
# A longer label is a heading, and stands on a line of its own.
_MAX_INLINE_LABEL = 24
_PARTLY = "(partly supported)"
# "(rule of thumb; S1.Q25; 2026)": where a figure is from, worth less ink than the figure.
_PROVENANCE = re.compile(r"\([^()]*;[^()]*\)\.?$")
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>|~$&#])")
_MARKDOWN_LINE_START = re.compile(r"^(\d{1,9})([.)])|^([-+=:])")


def to_terminal(answer: Answer, console: Console) -> None:
    """Print an answer; colour and width are the console's, wrapped at 100 columns."""
    page = lay_out(answer)
    width = min(console.width, _MAX_COLUMNS)
    for piece in _pieces(answer, page):
        console.print(piece, width=width, markup=False, highlight=False, emoji=False)


def _pieces(answer: Answer, page: Page) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    yield Text(page.question, style="bold")
    yield Text(" · ".join(page.facts), style="dim")
    if page.degraded:
        yield Text(page.degraded, style="yellow")
    yield Text("")
    if answer.abstention is not None:
        yield _card(answer.abstention)
    for block in page.blocks:
        yield Text(block.title, style="bold cyan")
        yield Padding(_paragraph(block) if block.style == "prose" else _list(block), (0, 0, 1, 2))
    if page.references:
        yield Text("Sources", style="bold cyan")
        yield Padding(_sources(page), (0, 0, 1, 2))
    yield Text(f"answer {printable(answer.id)} · stack {printable(answer.stack.hash)}", style="dim")


def _claim(line: Line) -> Text:
    from rich.text import Text

    text = Text(line.text)
    text.highlight_regex(_PROVENANCE, style="dim")
    if line.label and len(line.label) <= _MAX_INLINE_LABEL:
        text = Text.assemble((f"{leading(line.label)} ", "bold"), text)
    if line.is_partial:
        text.append(f" {_PARTLY}", style="yellow")
    if line.references:
        text.append("\u00a0" + "".join(f"[{number}]" for number in line.references), style="dim cyan")
    return text


def _paragraph(block: Block) -> Text:
    """Return claims as running text; a label opens a new paragraph."""
    from rich.text import Text

    text = Text()
    for place, line in enumerate(block.lines):
        if line.label:
            text.append("\n\n" if place else "")
            if len(line.label) > _MAX_INLINE_LABEL:
                text.append(f"{line.label}\n", style="italic")
        elif place:
            text.append(" ")
        text.append_text(_claim(line))
    return text


def _list(block: Block) -> Table:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for number, line in enumerate(block.lines, start=1):
        if len(line.label) > _MAX_INLINE_LABEL:
            grid.add_row("", Text(line.label, style="italic"))
        grid.add_row(f"{number}." if block.style == "numbered" else "•", _claim(line))
    return grid


def _sources(page: Page) -> Table:
    """Return the references under the sections that they stand in."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True, style="dim cyan")
    grid.add_column(ratio=1, overflow="fold")
    for (document, trail), references in groupby(page.references, key=lambda r: (r.document, r.trail)):
        grid.add_row("", Text(" › ".join((document, *trail)), style="italic"))
        for reference in references:
            span = (f"  {reference.start}–{reference.end}", "dim")
            grid.add_row(Text(f"[{reference.number}]"), Text.assemble(f"“{reference.quote}”", span))
    return grid


def _card(abstention: Abstention) -> RenderableType:
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    lines = [Text(printable(abstention.message))]
    if abstention.nearest:
        lines += [Text(""), Text("Nearest sections", style="bold")]
        for near in abstention.nearest:
            trail = " › ".join(printable(name) for name in (near.document, *near.path, near.heading) if name)
            lines.append(Text(f"• {trail}", overflow="fold"))
    lines += [Text(""), Text.assemble(("Next: ", "bold"), printable(abstention.next_step))]
    return Panel(
        Group(*lines), title=Text(REASONS[abstention.reason]), title_align="left", border_style="yellow"
    )


def to_markdown(answer: Answer) -> str:
    """Return an answer as Markdown with a footnote for each citation; ends in a newline."""
    page = lay_out(answer)
    paragraphs = [f"# {escaped(page.question)}", f"*{' · '.join(page.facts)}*"]
    if page.degraded:
        paragraphs.append(f"> {escaped(page.degraded)}")
    if answer.abstention is not None:
        paragraphs += _abstention_markdown(answer.abstention)
    for block in page.blocks:
        paragraphs.append(f"## {escaped(block.title)}")
        paragraphs += _block_markdown(block)
    paragraphs += [_footnote(reference) for reference in page.references]
    return "\n\n".join(paragraphs) + "\n"


def _block_markdown(block: Block) -> Iterator[str]:
    claims = [_claim_markdown(line, is_prose=block.style == "prose") for line in block.lines]
    if block.style == "prose":
        text = ""
        for line, claim in zip(block.lines, claims, strict=True):
            text += ("\n\n" if line.label and text else " " if text else "") + claim
        yield text
    elif block.style == "numbered":
        yield "\n".join(f"{number}. {claim}" for number, claim in enumerate(claims, start=1))
    else:
        yield "\n".join(f"- {claim}" for claim in claims)


def _claim_markdown(line: Line, *, is_prose: bool) -> str:
    label = label_markdown(line.label, is_prose=is_prose)
    notes = "".join(f"[^{number}]" for number in line.references)
    partly = f" *{_PARTLY}*" if line.is_partial else ""
    if "\n" in line.text:
        return f"{label}{notes}{partly}\n\n{indent(fenced(line.text), '   ')}\n"
    return f"{label}{escaped(line.text)}{partly}{notes}"


def leading(label: str) -> str:
    """Return a label as it stands before what it labels; a question has its sign already."""
    return label if label.endswith(("?", "？", "؟", "!", ".", ":")) else f"{label}:"


def label_markdown(label: str, *, is_prose: bool) -> str:
    """Return a label before a claim; a heading in running text stands on a line of its own."""
    if is_prose and len(label) > _MAX_INLINE_LABEL:
        return f"*{escaped(label)}*\n\n"
    return f"**{escaped(leading(label))}** " if label else ""


def fenced(code: str) -> str:
    """Return code as a Markdown block that nothing in it can end."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}\n{code}\n{fence}"


def _footnote(reference: Reference) -> str:
    place = escaped(" › ".join((reference.document, *reference.trail)))
    span = f"characters {reference.start}–{reference.end}"
    return f"[^{reference.number}]: {place}, {span}: “{escaped(reference.quote)}”"


def _abstention_markdown(abstention: Abstention) -> Iterator[str]:
    yield f"**{REASONS[abstention.reason]}** {escaped(abstention.message)}"
    if abstention.nearest:
        trails = (" › ".join((near.document, *near.path, near.heading)) for near in abstention.nearest)
        yield "Nearest sections:\n\n" + "\n".join(f"- {escaped(trail)}" for trail in trails)
    yield f"**Next:** {escaped(abstention.next_step)}"


def escaped(text: str) -> str:
    """Return a plain text as Markdown that reads as that text, whatever it holds."""
    escaped = _MARKDOWN_SIGNS.sub(r"\\\1", printable(text))
    return _MARKDOWN_LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)
