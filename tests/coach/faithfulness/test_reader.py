"""Answers laid out with their passages, and read by the weights that ship."""

from __future__ import annotations

import numpy as np
import pytest

from coach.faithfulness.evidence import Passages
from coach.faithfulness.parts import PASSAGE_CHARS, parts
from coach.faithfulness.reader import PASSAGE, QUESTION, Reader, judge, lay_out, pieces_of_claims, signs
from coach.faithfulness.reading import Reading, read_answer
from coach.word_pieces import ENDS, OPENS, cut

PASSAGES = (
    "A cache entry lives for ten minutes. After that it is read again.",
    "Alerts go to whoever is on call.",
)
ANSWER = "Entries live for ten minutes. Alerts go to the support desk in Lisbon."


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The weights, loaded once."""
    return Reader(threads=1)


def reading(answer: str = ANSWER, passages: tuple[str, ...] = PASSAGES, question: str = "") -> Reading:
    """Return an answer, read."""
    return read_answer(answer, Passages(passages), question)


def test_signs_tell_what_stands_in_the_passages() -> None:
    """Worked by hand: alone, with the one before, the one after, with both, and in the question."""
    answer = cut("cache entry now", 9)
    cache, entry, now = answer.ids
    found = signs(answer, [[7, cache, entry, 8], [now]], [now])
    assert found.tolist() == [[1, 0, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 1]]
    whole = signs(answer, [[cache, entry, now]], [])
    assert whole[1].tolist() == [1, 1, 1, 1, 0]


def test_a_page_holds_question_and_stretches_with_their_marks() -> None:
    """Each row is a text between its marks, filled up; pieces of a claim are those that lie in it."""
    read = reading(question="How long does an entry live?")
    (part,) = parts(read)
    page = lay_out(read, part)
    assert page.kinds.tolist() == [QUESTION, PASSAGE, PASSAGE]
    assert all(row[0] == OPENS and list(row).count(ENDS) == 1 for row in page.told)
    for place, pieces in pieces_of_claims(read, part, page):
        said = ANSWER[page.places[pieces[0]][0] : page.places[pieces[-1]][1]]
        assert said == read.claims[place].text


def test_a_claim_is_judged_by_its_pieces() -> None:
    """Worked by hand: a weighed mean, the highest, the mean, and the mean of the five highest."""
    logits = np.array([[0.0, 0.0, 1.0], [2.0, np.log(3.0), 5.0], [1.0, -50.0, 99.0]])
    assert judge(logits).values() == pytest.approx([(1.0 + 3 * 5.0) / 4, 2.0, 1.0, 1.0])


def test_what_departs_reads_worse_than_what_holds(reader: Reader) -> None:
    """By the claim's own logit and by its worst piece."""
    holds, departs = reader.read(reading())
    assert departs[0] > holds[0]
    assert departs[1] > holds[1]


def test_long_and_strange_texts_are_read(reader: Reader) -> None:
    """Neither length nor script nor emptiness is an error, and of long passages the nearest are read."""
    filler = tuple(
        f"Step {step} writes record {step} to the ledger of branch {step}." * 9 for step in range(40)
    )
    long = reading(ANSWER * 60, (*filler, *PASSAGES))
    assert all(sum(one.end - one.start for one in part.passages) <= PASSAGE_CHARS for part in parts(long))
    assert any(one.passage == len(filler) for part in parts(long) for one in part.passages)
    for read in (long, reading("日本語の答え。\x00 🙂", ("🙂" * 900,)), reading(question="?" * 4000)):
        assert np.isfinite(reader.read(read)).all()


def test_the_order_of_calls_changes_nothing(reader: Reader) -> None:
    """An answer reads alike after another one."""
    first = reader.read(reading())
    reader.read(reading("Quite another claim.", PASSAGES[:1]))
    np.testing.assert_array_equal(reader.read(reading()), first)
