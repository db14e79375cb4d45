"""Answers as tests store them."""

from __future__ import annotations

from coach.types import Answer, Citation, Claim, Outline, Stack


def make_answer(
    answer_id: str = "a1", *, question: str = "Why?", chunks: tuple[str, ...] = ("c1",)
) -> Answer:
    """Return an answer with one claim for each chunk."""
    claims = tuple(
        Claim(
            text=f"Claim {number}.",
            support="supported",
            citations=(
                Citation(
                    document="a.md", path=("A",), heading="B", start=0, end=5, quote="Quote", chunk_id=chunk
                ),
            ),
        )
        for number, chunk in enumerate(chunks)
    )
    return Answer(
        id=answer_id,
        question=question,
        status="answered",
        level="senior",
        outline=Outline(direct_answer=claims),
        support_rate=1.0,
        stack=Stack(hash="s1", parts={"index": "1"}),
        timing_ms={"total": 1.0},
    )
