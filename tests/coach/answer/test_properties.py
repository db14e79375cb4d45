"""What holds for every handbook and every question."""

from __future__ import annotations

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from coach.answer.outline import compose
from coach.answer.verify import verify
from coach.types import Passage, RewrittenQuery
from ingest.analysis import terms
from ingest.contract import Level, ParsedDocument, Part, PartKind, QuestionTags, Section
from tests.support.handbook import loader, parsed

_PIECES = st.sampled_from(
    "cache index **bold** `code` [link](u) not never 40% 3.5 ms . ? ! : ; | \n - 1. > # ~~ <br> <b> ** ` [ ("
    " 锁 は é 😀 \u200b \x1b $x$ &amp; However, It This Avoid".split(" ")
)
_TEXT = st.lists(st.one_of(_PIECES, st.text(max_size=6)), max_size=60).map(" ".join)


@st.composite
def _documents(draw: st.DrawFn, name: str) -> ParsedDocument:
    """Return a document of any text, cut into sections and parts at any places."""
    text = draw(_TEXT)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=1, max_size=3)))
    ends = [*cuts[1:], len(text)]
    sections = [
        draw(_sections(f"{name}#{start}", text, start, end)) for start, end in zip(cuts, ends, strict=True)
    ]
    return parsed(name, text, *sections)


@st.composite
def _sections(draw: st.DrawFn, id_: str, text: str, start: int, end: int) -> Section:
    places = st.integers(start, end)
    spans = [sorted((draw(places), draw(places))) for _ in range(draw(st.integers(0, 5)))]
    parts = [
        Part(
            kind=draw(st.sampled_from(get_args(PartKind))),
            start=first,
            end=last,
            label=draw(st.sampled_from(["", "Senior", "Answer"])),
            header=draw(st.sampled_from([(), ("a",), ("a", "b")])),
        )
        for first, last in spans
    ]
    first_line = text[start:end].partition("\n")[0].strip()
    return Section(
        id=id_,
        document=id_.partition("#")[0],
        heading=draw(st.sampled_from([first_line, "", "What?"])),
        path=(),
        level=1,
        start=start,
        end=end,
        parts=tuple(parts),
        question=draw(st.sampled_from([None, QuestionTags(levels=("senior",))])),
    )


@st.composite
def _passages(draw: st.DrawFn, documents: list[ParsedDocument]) -> list[Passage]:
    """Return passages of sections in any order, with any focus."""
    sections = draw(st.permutations([section for document in documents for section in document.sections]))
    return [
        Passage(
            rank=rank,
            relevance=draw(st.floats(0, 1)),
            document=section.document,
            section_id=section.id,
            heading=section.heading,
            path=section.path,
            start=section.start,
            end=section.end,
            focus=tuple(draw(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=2))),
            chunk_ids=("c1",),
            part=draw(st.sampled_from([None, 0, 1])),
        )
        for rank, section in enumerate(sections, start=1)
    ]


_QUESTIONS = st.one_of(
    st.sampled_from(["cache or index?", "questions about cache", "how many 锁", ""]), _TEXT
)


@given(data=st.data(), question=_QUESTIONS, level=st.sampled_from(get_args(Level)))
@settings(max_examples=100)
def test_every_claim_shown_is_proved(data: st.DataObject, question: str, level: Level) -> None:
    """For any document and passages nothing fails, and every claim shown has citations that resolve."""
    documents = [data.draw(_documents("a.md")), data.draw(_documents("b.md"))]
    load = loader(*documents)
    query = RewrittenQuery(
        original=question, text=question, terms=dict.fromkeys(terms(question), 1.0), parts=(question, "b")
    )
    verified = verify(compose(query, data.draw(_passages(documents)), load, level=level), load)
    for claim in verified.outline.claims():
        assert claim.citations
        assert claim.support in ("supported", "partial")
        for citation in claim.citations:
            assert load(citation.document).document.text[citation.start : citation.end] == citation.quote
