"""Public retrieval sets, read and written out as a handbook that `coach ingest` takes: one file a passage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from coach.errors import UsageError

_HINT = "Name the folder that holds 'anthropic-docs' and 'scifact' with --data."


@dataclass(frozen=True, slots=True)
class GivenPassage:
    """A passage as a public set cuts it; `headings` are those it stands under, outermost first."""

    id: str
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class GivenQuestion:
    """A question with the ids of the passages that answer it."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A set to be searched as it was published: its passages, its questions, its judgements."""

    name: str
    passages: tuple[GivenPassage, ...]
    questions: tuple[GivenQuestion, ...]


def load_anthropic_docs(folder: Path) -> PublicSet:
    """Return the documentation set: 232 passages under a heading each, 100 questions.

    Source: Anthropic's cookbook, "Retrieval augmented generation" (MIT).
    """
    passages = json.loads(_read(folder / "anthropic_docs.json"))
    questions = json.loads(_read(folder / "docs_evaluation_dataset.json"))
    return PublicSet(
        name="anthropic-docs",
        passages=tuple(
            GivenPassage(
                one["chunk_link"],
                (*_headings_of_link(one["chunk_link"]), one["chunk_heading"]),
                one["text"].removeprefix(one["chunk_heading"]),
            )
            for one in passages
        ),
        questions=tuple(
            GivenQuestion(one["question"], frozenset(one["correct_chunks"])) for one in questions
        ),
    )


def load_scifact(folder: Path) -> PublicSet:
    """Return SciFact as BEIR cuts it: 5,183 abstracts, the 300 claims of the test split.

    Source: Wadden et al., "Fact or Fiction: Verifying Scientific Claims" (2020); Thakur et al., "BEIR"
    (2021). Claims CC BY 4.0, abstracts ODC-By 1.0.
    """
    relevant: dict[str, set[str]] = {}
    for line in _read(folder / "qrels.test.txt").splitlines():
        topic, _, passage, grade = line.split()
        if int(grade) > 0:
            relevant.setdefault(topic, set()).add(passage)
    topics = (line.split("\t", 1) for line in _read(folder / "topics.test.tsv").splitlines())
    rows = (json.loads(line) for line in _read(folder / "corpus.jsonl").splitlines())
    return PublicSet(
        name="scifact",
        passages=tuple(GivenPassage(row["_id"], (row["title"],), row["text"]) for row in rows),
        questions=tuple(GivenQuestion(text, frozenset(relevant[topic])) for topic, text in topics),
    )


def write_out(public: PublicSet, folder: Path) -> dict[str, str]:
    """Return file name -> passage id, after the folder holds one Markdown file a passage and nothing else.

    A file that is there already is left alone, so that an ingest finds it unchanged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names: dict[str, str] = {}
    for passage in public.passages:
        name = hashlib.sha256(passage.id.encode()).hexdigest()[:16] + ".md"
        names[name] = passage.id
        content = _as_markdown(passage)
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != content:
            file.write_text(content, encoding="utf-8")
    for file in folder.glob("*.md"):
        if file.name not in names:
            file.unlink()
    return names


def _as_markdown(passage: GivenPassage) -> str:
    lines = [f"{'#' * level} {_one_line(title)}" for level, title in enumerate(passage.headings, start=1)]
    return "\n\n".join((*lines, passage.text.strip())) + "\n"


def _headings_of_link(link: str) -> Iterable[str]:
    """Yield what a link says of the place of a page: its folders and its name, as words.

    >>> list(_headings_of_link("https://docs.example/en/docs/test-and-evaluate/eval-tool#creating"))
    ['Docs', 'Test and evaluate', 'Eval tool']
    """
    for part in urlsplit(link).path.split("/"):
        if part and part != "en":
            yield part.replace("-", " ").capitalize()


def _one_line(title: str) -> str:
    return " ".join(title.split())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {str(file)!r}: {error.strerror}", hint=_HINT) from error
