"""Question sets as files: JSON whole, CSV one question a row, and the documents in every format.

JSON is the set itself, which every command reads. CSV is what applicant-tracking systems import: with the
same handbook a set's interviews are read back from it exactly, without its title, wishes and weights.
docs/question-sets.md has an example of every column.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Literal

from pydantic import ValidationError

from coach.errors import UsageError
from coach.export.blocks import Printable
from coach.recruit.contract import ChosenQuestion, ChosenSet
from coach.recruit.guide import to_guide
from coach.recruit.pack import QuestionPack
from coach.recruit.pool import Pool
from coach.recruit.preparation import to_preparation
from coach.recruit.problem import PROBE_MINUTES
from coach.recruit.rubric import GRADES
from coach.recruit.scorecard import to_scorecard
from coach.recruit.sets import Interview, QuestionSet, make_interview
from coach.types import Citation
from ingest.contract import ParsedDocument

ExportFormat = Literal["json", "csv", "md", "pdf", "docx"]
DocumentName = Literal["guide", "scorecard", "preparation"]
MEDIA_TYPES: dict[ExportFormat, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
COLUMNS = (
    "set",
    "position",
    "question_id",
    "question",
    "competency",
    "level",
    "kind",
    "minutes",
    "difficulty",
    "asked_probes",
    "expected_answer",
    "rubric",
    "probes",
    "red_flags",
    "do_not_ask",
    "reasons",
    "source",
)
_BETWEEN = "\n"
# A spreadsheet would run a cell that begins with one of these.
# Source: https://owasp.org/www-community/attacks/CSV_Injection.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "'")


def export(made: QuestionSet, form: ExportFormat, document: DocumentName = "guide") -> bytes:
    """Return a set as a file; `document` says which, where the format prints.

    Raises:
        UsageError: No set could be made, and what is to be printed is for those who hold its interviews.
    """
    if form == "json":
        return (made.model_dump_json(indent=2) + "\n").encode()
    if form == "csv":
        return to_csv(made).encode()
    printable = to_printable(made, document)
    if form == "md":
        from coach.export.markdown import to_markdown

        return to_markdown(printable).encode()
    if form == "pdf":
        from coach.export.pdf import to_pdf

        return to_pdf(printable)
    from coach.export.docx import to_docx

    return to_docx(printable)


def to_printable(made: QuestionSet, document: DocumentName) -> Printable:
    """Return a document of a set. Raises UsageError if it needs interviews and none could be made."""
    makers: dict[DocumentName, Callable[[QuestionSet], Printable]] = {
        "guide": to_guide,
        "scorecard": to_scorecard,
        "preparation": to_preparation,
    }
    if document != "guide" and not made.interviews:
        because = f" because {made.conflict.because.removesuffix('.')}" if made.conflict else ""
        raise UsageError(
            f"there is no {document}: no set could be made{because}", hint="Build the set with other wishes."
        )
    return makers[document](made)


def read_json(content: str, name: str = "this") -> QuestionSet:
    """Return the set of a JSON file. Raises UsageError if it is none."""
    try:
        return QuestionSet.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        told = f"{where}: {first['msg']}" if where else first["msg"]
        raise UsageError(
            f"{name} is no question set: {told}", hint="Take the file that the coach wrote."
        ) from error


def to_csv(made: QuestionSet) -> str:
    """Return the interviews of a set as CSV, one question a row; several values of a cell stand on lines."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for interview in made.interviews:
        for position, pack in enumerate(interview.packs, start=1):
            writer.writerow([_passive(cell) for cell in _cells(made, interview, position, pack)])
    return target.getvalue()


def read_csv(content: str, pool: Pool, load: Callable[[str], ParsedDocument]) -> tuple[Interview, ...]:
    """Return the interviews of a CSV file, their packs read from the handbook again.

    Raises:
        UsageError: A column is missing, or a cell cannot be read.
        NotFoundError: The handbook does not hold one of the questions.
    """
    rows = list(csv.DictReader(StringIO(content)))
    missing = set(COLUMNS) - set(rows[0] if rows else ())
    if missing:
        raise UsageError(
            f"the CSV lacks {', '.join(sorted(missing))}", hint="Take the file that the coach wrote."
        )
    questions = pool.by_id()
    by_set: dict[str, list[ChosenQuestion]] = {}
    for number, row in enumerate(rows, start=2):
        question = questions.get(_active(row["question_id"]))
        if question is None:
            raise UsageError(
                f"row {number}: the handbook has no question {row['question_id']!r}",
                hint="Use the handbook that the set was made from.",
            )
        asked = row["asked_probes"]
        if not asked.isdigit():
            raise UsageError(f"row {number}: asked_probes is {asked!r}, no whole number")
        chosen = ChosenQuestion(
            question=question,
            probes=int(asked),
            minutes=question.minutes + PROBE_MINUTES * int(asked),
            reasons=tuple(_lines(row["reasons"])),
        )
        by_set.setdefault(_active(row["set"]), []).append(chosen)
    return tuple(make_interview(ChosenSet.of(name, chosen), load) for name, chosen in by_set.items())


def _cells(made: QuestionSet, interview: Interview, position: int, pack: QuestionPack) -> Iterator[str]:
    question = pack.question
    yield interview.name
    yield str(position)
    yield question.id
    yield question.text
    yield made.titles.get(question.competency, question.competency)
    yield ", ".join(question.levels)
    yield question.kind or ""
    yield f"{pack.minutes:g}"
    yield f"{question.difficulty:.2f}"
    yield str(pack.asked)
    claims = (*pack.outline.direct_answer, *pack.outline.steps)
    yield _BETWEEN.join(_cited(claim.text, claim.citations) for claim in claims)
    yield _BETWEEN.join(_rubric_lines(pack))
    yield _BETWEEN.join(_cited(probe.ask, [probe.citation]) for probe in pack.probes)
    yield _BETWEEN.join(_cited(claim.text, claim.citations) for claim in pack.red_flags)
    yield _BETWEEN.join(pack.do_not_ask)
    yield _BETWEEN.join(pack.reasons)
    yield _place(pack.source)


def _rubric_lines(pack: QuestionPack) -> Iterator[str]:
    for point in pack.rubric.points:
        anchors = {anchor.grade: anchor for anchor in point.anchors}
        yield _cited(point.name, [point.citation])
        for grade in GRADES:
            if grade in anchors:
                yield f"  {grade}: {_cited(anchors[grade].text, [anchors[grade].citation])}"


def _cited(text: str, citations: Sequence[Citation]) -> str:
    return " ".join((text, *(f"[{_place(one)}]" for one in citations)))


def _place(citation: Citation) -> str:
    return f"{citation.document}:{citation.start}-{citation.end}"


def _passive(cell: str) -> str:
    """Return a cell that no spreadsheet runs.

    >>> _passive("=1+1"), _active(_passive("'quoted'")), _active("plain")
    ("'=1+1", "'quoted'", 'plain')
    """
    return f"'{cell}" if cell.startswith(_ACTIVE) else cell


def _active(cell: str) -> str:
    return cell.removeprefix("'")


def _lines(cell: str) -> list[str]:
    return _active(cell).split(_BETWEEN) if cell else []
