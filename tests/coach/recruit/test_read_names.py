"""Names of competencies as items of a note."""

from __future__ import annotations

import pytest

from coach.recruit.contract import Competency
from coach.recruit.read_names import Names
from coach.recruit.read_text import clauses
from coach.recruit.recruiter import Recruiter

TITLES = {
    "cost": "Cost",
    "evaluation": "Evaluation",
    "rag-ingestion": "RAG I: ingestion and index",
    "rag-retrieval": "RAG II: retrieval, ranking, answering",
    "incident-response": "Incident response",
}
RAG = ["rag-ingestion", "rag-retrieval"]


def spoken_for(words: str) -> list[str]:
    """As the vocabulary has it; "bread" is of no chapter that is asked about."""
    return {"evals": ["evaluation"], "production incidents": ["incident-response"], "bread": ["baking"]}.get(
        words.strip(), []
    )


NAMES = Names(
    [Competency(id=name, title=title, questions=9) for name, title in TITLES.items()],
    spoken_for,
    lambda said: {"misbehav"} if "misbehaving" in said else (),
)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("RAG, evals and cost", [(True, RAG), (True, ["evaluation"]), (True, ["cost"])]),
        ("RAG", [(True, RAG)]),
        ("RAG\n- cost", [(True, RAG), (True, ["cost"])]),
        ("how we cut the bill; cost", [(False, ["cost"])]),
        ("cost, bread", [(False, ["cost"])]),
        ("cost. How we bake bread", [(False, ["cost"])]),
        ("vector stores / the query planner", []),
        ("first RAG, today cost", [(True, RAG), (True, ["cost"])]),
        ("2 on RAG; a misbehaving index; somebody else asked cost", [(False, RAG)]),
    ],
)
def test_items_that_are_names_are_told_from_other_words(
    text: str, items: list[tuple[bool, list[str]]]
) -> None:
    """A list has two names side by side in a sentence, or nothing else is said; a word beside one may be."""
    assert list(NAMES.items(clauses(text))) == items


@pytest.mark.parametrize(
    ("said", "competency", "is_name"),
    [
        ("evals", "evaluation", True),
        ("retrieval and ranking", "rag-retrieval", True),
        ("ranking of candidates", "rag-retrieval", False),
        ("ev", "evaluation", False),
        ("bread", "baking", False),
    ],
)
def test_a_name_is_words_of_titles_alone(said: str, competency: str, *, is_name: bool) -> None:
    """It may be cut short, but not to a letter or two."""
    assert NAMES.is_name(said, competency) is is_name


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("incidents and cost, 45 min", {"incident-response", "cost"}),
        ("staff: cost, incidents", {"incident-response", "cost"}),
        ("cost", {"cost"}),
    ],
)
def test_each_name_of_a_list_is_asked_for(recruiter: Recruiter, text: str, wanted: set[str]) -> None:
    """However few words there are; and of a level that nothing speaks for there is none."""
    wishes = recruiter.read(text).wishes
    assert {one.id for one in wishes.competencies} == wanted
    assert wishes.level == ("staff" if "staff" in text else None)
