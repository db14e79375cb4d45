"""A bad answer becomes a golden item: written once, into a development file, or refused with the reason."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from coach.coach import Coach
from coach.errors import UsageError
from evals.golden import GoldenItem, Relevant, load_golden
from evals.runs import Run
from evals.splits import split_of
from ingest.analysis import words
from ingest.contract import Frozen, Section


class Asked(Frozen):
    """A question that went wrong, and what is known of how it was asked."""

    question: str
    style: str = ""
    persona: str = ""


def from_run(run: Run, item_id: str) -> Asked:
    """Return the question of a row of a run.

    Raises:
        UsageError: The run has no such row, keeps no questions, or is of a split that must not leak.
    """
    if run.split != "dev":
        raise UsageError(
            f"run {run.id!r} is of the {run.split} split, whose questions stay there",
            hint="Take the question from a run over a development file.",
        )
    row = next((row for row in run.rows if row.id == item_id), None)
    if row is None:
        raise UsageError(f"run {run.id!r} has no item {item_id!r}", hint="The run's file lists its rows.")
    question = row.details.get("question")
    if not isinstance(question, str) or not question.strip():
        raise UsageError(f"run {run.id!r} does not say what {item_id!r} asked", hint="Give it by --question.")
    return Asked(question=question, style=row.slices.get("style", ""), persona=row.slices.get("persona", ""))


def from_record(text: str) -> Asked:
    """Return the question of an answer or of a feedback record with its answer, as JSON.

    Raises:
        UsageError: It is not JSON, or holds no question.

    >>> from_record('{"verdict": "down", "answer": {"question": "Why?"}}').question
    'Why?'
    """
    shape = 'Give {"question": "..."}, as coach ask --json prints it, or {"answer": {"question": "..."}}.'
    try:
        record: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the feedback record is not JSON: {error}", hint=shape) from error
    for place in (record, record.get("answer") if isinstance(record, dict) else None):
        question = place.get("question") if isinstance(place, dict) else None
        if isinstance(question, str) and question.strip():
            return Asked(question=question)
    raise UsageError("the feedback record holds no question", hint=shape)


def parse_place(given: str, *, grade: int = 2) -> Relevant:
    """Return the section that DOCUMENT#HEADING names.

    Raises:
        UsageError: One of the two is missing.

    >>> parse_place("agents.md#How do you stop a loop?").heading
    'How do you stop a loop?'
    """
    document, mark, heading = given.partition("#")
    if not mark or not document.strip() or not heading.strip():
        raise UsageError(
            f"{given!r} is not DOCUMENT#HEADING", hint="For example agents.md#How do you stop it?"
        )
    return Relevant(document=document.strip(), heading=heading.strip().lstrip("#").strip(), grade=grade)


def make_item(asked: Asked, relevant: Sequence[Relevant], key_facts: Sequence[str]) -> GoldenItem:
    """Return the golden item; its id follows from its words. No relevant section: it is not answerable."""
    digest = hashlib.sha256(normalise(asked.question).encode()).hexdigest()
    return GoldenItem(
        id=f"add-{digest[:8]}",
        query=asked.question.strip(),
        style=asked.style,
        persona=asked.persona,
        answerable=bool(relevant),
        relevant=tuple(relevant),
        key_facts=tuple(key_facts),
    )


def normalise(query: str) -> str:
    """Return what makes two queries the same one: their words, without case, punctuation or compounds' marks.

    >>> normalise("Why does RAG  fail?!") == normalise("why does rag fail")
    True
    """
    return " ".join(words(query)) or query.strip().casefold()


def check_places(item: GoldenItem, coach: Coach) -> None:
    """Make sure that every relevant section is in the index: an item with a slip in it is never met.

    Raises:
        UsageError: A document or heading is not there; names the nearest one.
    """
    for place in item.relevant:
        sections = _sections(place.document, coach)
        if not any(place.holds(section) for section in sections):
            near = get_close_matches(place.heading or "", [one.heading for one in sections], n=1, cutoff=0.4)
            raise UsageError(
                f"{place.document!r} has no heading {place.heading!r}",
                hint=f"Did you mean {near[0]!r}?" if near else "Write the heading as the page has it.",
            )


def _sections(document: str, coach: Coach) -> Sequence[Section]:
    try:
        return coach.document(document).sections
    except KeyError as error:
        names = [one.name for one in coach.manifest.documents]
        near = get_close_matches(document, names, n=1)
        raise UsageError(
            f"collection {coach.manifest.collection!r} has no document {document!r}",
            hint=f"Did you mean {near[0]!r}?" if near else "Name it as 'coach search' does.",
        ) from error


def append(item: GoldenItem, golden: Path) -> None:
    """Add an item to a golden file: whole or not at all, and one writer after the other.

    Raises:
        UsageError: The file is not a development split, or it or another split beside it asks this already.
    """
    if split_of(golden, None) != "dev":
        raise UsageError(
            f"{golden} is not a development split; what was seen in use is not new to anybody",
            hint="Name a file for development.",
        )
    golden.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(golden.parent):
        _refuse_duplicate(item, golden)
        before = golden.read_text(encoding="utf-8") if golden.exists() else ""
        gap = "" if not before or before.endswith("\n") else "\n"
        line = json.dumps(item.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
        draft = golden.with_suffix(".draft")
        draft.write_text(f"{before}{gap}{line}\n", encoding="utf-8")
        draft.replace(golden)


def _refuse_duplicate(item: GoldenItem, golden: Path) -> None:
    wanted = normalise(item.query)
    for file in sorted({golden, *golden.parent.glob("*.jsonl")}):
        held_back = split_of(file, None) != "dev"
        if not file.exists() or not file.stat().st_size or (file != golden and not held_back):
            continue
        same = next((one for one in load_golden(file) if normalise(one.query) == wanted), None)
        if same and held_back:
            raise UsageError(
                f"{file} asks this already, and what it asks must not leak into {golden.name}",
                hint="Leave it to the split that has it.",
            )
        if same:
            raise UsageError(
                f"{golden} asks this already, as {same.id!r}", hint="Change that item if it is wrong."
            )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process adds to a file of this folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
