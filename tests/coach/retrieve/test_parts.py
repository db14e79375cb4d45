"""Which parts of a question can be answered by themselves."""

from __future__ import annotations

import pytest

from coach.retrieve.parts import STANDS_ALONE, sections_of_parts
from coach.retrieve.retriever import Retrieval
from tests.support.retrievals import found


def test_a_part_of_its_own_matter_has_its_own_section() -> None:
    """The section that fits the part is chosen, whether or not it was found for the whole question."""
    whole = found(
        "whole", 1.9, parts=(found("canary", STANDS_ALONE + 0.1, 1.0), found("cache", STANDS_ALONE))
    )
    chosen = sections_of_parts(whole)
    assert {place: section.section_id for place, section in chosen.items()} == {0: "canary 0", 1: "cache 0"}


@pytest.mark.parametrize(
    "part",
    [found("vague", STANDS_ALONE - 0.01), found("nothing"), found("fused", 9.0, scored=())],
    ids=["vague", "nothing", "fused"],
)
def test_a_part_that_is_no_question_by_itself_stays_with_the_whole(part: Retrieval) -> None:
    """A part that is near to nothing in particular has no section; nor has any without reranking."""
    assert sections_of_parts(found("whole", 1.9, parts=(part,))) == {}
