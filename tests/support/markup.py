"""Documents for tests, and Markdown as hypothesis imagines that people write it."""

from __future__ import annotations

import hashlib

from hypothesis import strategies as st

from ingest.chunk import chunk
from ingest.contract import Chunk, ChunkerParameters, Document, ParsedDocument, Section
from ingest.headings import parse

WORDS = st.sampled_from(
    "cache|What is|a token?|Explain|retrieval|**Traps:**|缓存|とは何ですか？|ما هو؟|🚀|¶|`code`|[link](x.md)"
    "|![img](i.png)|<b>bold</b>|e.g. this.|- dash|Answer:|a_b_c|$x_1$|\u00a0|\u200b|\t|#|[|](|**|`|<|&amp;|\\"
    "|:::|---|Q12|Tags: senior".split("|")
)
LINES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
BLOCKS = st.one_of(
    LINES,
    st.builds("{} {}".format, st.sampled_from(["#", "##", "###", "######", "##\u00a0"]), LINES),
    st.builds("{}- {}".format, st.sampled_from(["", "  ", "    ", "\t", "> "]), LINES),
    st.builds("{}. ### {}\n\n   {}".format, st.integers(1, 12), LINES, LINES),
    st.builds(
        "{}\n{}\n{}".format, st.sampled_from(["```", "```python", "~~~", "````"]), LINES, st.just("```")
    ),
    st.builds("```\n{}\n\n## {}".format, LINES, LINES),
    st.builds("| a | b |\n|---|---|\n| {} | {} |".format, LINES, LINES),
    st.builds("> {}\n> {}".format, LINES, LINES),
    st.builds("<details><summary>{}</summary>\n\n{}\n\n</details>".format, LINES, LINES),
    st.builds("<details>\n<summary>{}</summary><br><b>\n{}".format, LINES, LINES),
    st.builds("<table><tr><th>{}</th></tr><tr><td>{}</td><td>x</td></tr></table>".format, LINES, LINES),
    st.builds("{}\n----".format, LINES),
    st.builds("**{}**".format, LINES),
    st.builds("Q: {}\nA: {}".format, LINES, LINES),
    st.builds("<!-- {} -->".format, LINES),
    st.builds("::: tip\n{}\n:::".format, LINES),
    st.builds("$$\n{}\n$$".format, LINES),
    st.builds("Answer outline: - {} - {} - {}".format, LINES, LINES, LINES),
    st.just(""),
)


@st.composite
def handbooks(draw: st.DrawFn) -> Document:
    """Documents of a few blocks, with any newline, as Markdown or as plain text."""
    newline = draw(st.sampled_from(["\n", "\n\n", "\r\n\r\n", "\n \n"]))
    front = draw(st.sampled_from(["", "", "\ufeff", "---\ntitle: T\n---\n", "---\nbad: [\n---\n"]))
    text = front + newline.join(draw(st.lists(BLOCKS, max_size=10)))
    return document(text, name=draw(st.sampled_from(["book.md", "book.txt", "book.mdx"])))


def document(text: str, name: str = "book.md") -> Document:
    """Return a document of that text."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Document(name=name, root="/handbook", text=text, sha256=sha256)


def parsed(text: str, name: str = "book.md") -> ParsedDocument:
    """Return a text, parsed."""
    return parse(document(text, name))


def cut(text: str, name: str = "book.md", **parameters: int) -> tuple[Chunk, ...]:
    """Return a text, parsed and cut."""
    return chunk(parsed(text, name), ChunkerParameters(**parameters))


def headings(text: str, name: str = "book.md") -> list[str]:
    """Return the headings of the sections of a text."""
    return [section.heading for section in parsed(text, name).sections]


def questions(text: str, name: str = "book.md") -> list[str]:
    """Return the headings of the sections that ask."""
    return [section.heading for section in parsed(text, name).sections if section.question is not None]


def parts(document: ParsedDocument, section: Section) -> list[tuple[str, str, str]]:
    """Return kind, label and text of each part of a section."""
    text = document.document.text
    return [(part.kind, part.label, text[part.start : part.end]) for part in section.parts]


def only_parts(text: str, heading: str, name: str = "book.md") -> list[tuple[str, str, str]]:
    """Return kind, label and text of the parts of the section with that heading."""
    document = parsed(text, name)
    return parts(document, next(section for section in document.sections if section.heading == heading))
