"""Public retrieval sets: read as published, written out for ingest, and measured as their authors do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.errors import UsageError
from evals.bench_retrieval import docs_table, scifact_table
from evals.public_sets import GivenQuestion, load_anthropic_docs, load_scifact, write_out

DOCS = [
    {
        "chunk_link": "https://docs.example/en/docs/test-and-evaluate/eval-tool#cases",
        "chunk_heading": "Creating\ncases",
        "text": "Creating\ncases\n\n\nClick the button.\n",
    },
    {"chunk_link": "https://docs.example/en/api/#use", "chunk_heading": "Use", "text": "Use the API."},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two sets of two passages each."""
    docs, scifact = tmp_path / "docs", tmp_path / "scifact"
    docs.mkdir()
    scifact.mkdir()
    (docs / "anthropic_docs.json").write_text(json.dumps(DOCS), encoding="utf-8")
    asked = [
        {"id": "1", "question": "How?", "correct_chunks": [DOCS[0]["chunk_link"]], "correct_answer": "So."}
    ]
    (docs / "docs_evaluation_dataset.json").write_text(json.dumps(asked), encoding="utf-8")
    rows = [
        {"_id": "7", "title": "Cells", "text": "Cells divide."},
        {"_id": "8", "title": "Mice", "text": "Eat."},
    ]
    (scifact / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    (scifact / "topics.test.tsv").write_text("3\tCells divide.\tagain\n", encoding="utf-8")
    (scifact / "qrels.test.txt").write_text("3 0 7 1\n3 0 8 0\n", encoding="utf-8")
    return tmp_path


def test_the_documentation_set_is_read(data: Path) -> None:
    """A passage stands under the folders and page of its link; its heading is not in its text again."""
    public = load_anthropic_docs(data / "docs")
    first, second = public.passages
    assert first.headings == ("Docs", "Test and evaluate", "Eval tool", "Creating\ncases")
    assert first.text.strip() == "Click the button."
    assert second.headings == ("Api", "Use")
    assert public.questions == (GivenQuestion("How?", frozenset({DOCS[0]["chunk_link"]})),)


def test_scifact_is_read(data: Path) -> None:
    """Judgements of 0 are none; a claim may hold a tab."""
    public = load_scifact(data / "scifact")
    assert [passage.id for passage in public.passages] == ["7", "8"]
    assert public.questions == (GivenQuestion("Cells divide.\tagain", frozenset({"7"})),)


def test_a_missing_set_says_which_file(tmp_path: Path) -> None:
    """And which option names the folder."""
    with pytest.raises(UsageError, match=r"corpus\.jsonl|qrels") as raised:
        load_scifact(tmp_path)
    assert "--data" in raised.value.hint


def test_the_written_folder_holds_the_set_and_nothing_else(data: Path, tmp_path: Path) -> None:
    """One file a passage, headings on one line; unchanged files keep their time, old ones go."""
    public, folder = load_anthropic_docs(data / "docs"), tmp_path / "out"
    names = write_out(public, folder)
    assert set(names.values()) == {passage.id for passage in public.passages}
    by_id = {identity: folder / name for name, identity in names.items()}
    written = by_id[DOCS[0]["chunk_link"]].read_text(encoding="utf-8")
    assert (
        written
        == "# Docs\n\n## Test and evaluate\n\n### Eval tool\n\n#### Creating cases\n\nClick the button.\n"
    )
    (folder / "old.md").touch()
    before = {file: file.stat().st_mtime_ns for file in by_id.values()}
    assert write_out(public, folder) == names
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def test_figures_are_those_of_the_authors() -> None:
    """By hand: recall 1/2 and 1, ranks 2 and 1, precision 1/3 and 2/3; F1 of the means 3/4 and 1/2."""
    questions = [GivenQuestion("1", frozenset("ab")), GivenQuestion("2", frozenset("cd"))]
    rankings = [["x", "a", "y", "b"], ["c", "d", "z"]]
    ours = [column.cells for column in docs_table(questions, rankings).columns]
    last = [list(cells)[-1] for cells in ours]
    assert last == ["ours", "0.750", "0.750", "0.600"]


def test_scifact_is_binary_ndcg_at_ten() -> None:
    """Rank 2 alone gives 1/log2(3); beyond rank ten nothing counts."""
    questions = [GivenQuestion("1", frozenset("a")), GivenQuestion("2", frozenset("b"))]
    rankings = [["x", "a"], [*"qwertzuiop", "b"]]
    columns = [list(column.cells) for column in scifact_table(questions, rankings).columns]
    assert columns[1][-1] == "0.315"  # (0.6309 + 0) / 2
