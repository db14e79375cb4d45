"""The drills that come with the coach, and the ones of them whose pages a handbook has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources

import yaml
from pydantic import ValidationError

from coach.answer.plain import cells
from coach.errors import NotFoundError, SourceError
from coach.guard.screened import place_of
from coach.practice.drill import Criterion, Drill, Proof, Staged
from coach.types import Citation
from ingest.contract import ParsedDocument, Section

FindSection = Callable[[str], Section]
"""Question by slug; raises NotFoundError."""
LoadDocument = Callable[[str], ParsedDocument]


@cache
def all_drills() -> tuple[Drill, ...]:
    """Return every drill that comes with the coach, by id.

    Raises:
        SourceError: A file of them cannot be read as a drill.
    """
    folder = resources.files("coach.practice") / "drills"
    files = [one for one in folder.iterdir() if one.name.endswith(".yaml")]
    return tuple(
        sorted((read_drill(one.name, one.read_text("utf-8")) for one in files), key=lambda one: one.id)
    )


def read_drill(name: str, text: str) -> Drill:
    """Return the drill that a file holds. Raises SourceError."""
    try:
        return Drill.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise SourceError(f"{name!r} is no drill: {error}") from error


def stage_all(find: FindSection, load: LoadDocument) -> Mapping[str, Staged]:
    """Return the drills that a handbook has all pages, rubric points and quotes of, by id."""
    staged = (_stage(drill, find, load) for drill in all_drills())
    return {one.drill.id: one for one in staged if one is not None}


def _stage(drill: Drill, find: FindSection, load: LoadDocument) -> Staged | None:
    proofs = {}
    for criterion in drill.criteria:
        try:
            section = find(criterion.page)
        except NotFoundError:  # another handbook, or one that has changed
            return None
        proof = prove(criterion, section, load(section.document))
        if proof is None:
            return None
        proofs[criterion.id] = proof
    return Staged(drill=drill, proofs=proofs)


def prove(criterion: Criterion, section: Section, parsed: ParsedDocument) -> Proof | None:
    """Return where a page says what a criterion asks for; None if it does not, word for word."""
    text = parsed.document.text
    start = text.find(criterion.quote, section.start, section.end)
    row = next(_rows(text, section, criterion.point), None)
    if start < 0 or row is None:
        return None
    return Proof(
        rubric=_cite(parsed, section, *row),
        handbook=_cite(parsed, section, start, start + len(criterion.quote)),
    )


def _rows(text: str, section: Section, point: str) -> Iterator[tuple[int, int]]:
    """Yield the span of each rubric row of this name."""
    for part in section.parts:
        if part.kind == "rubric" and cells(text[part.start : part.end])[:1] == (point,):
            yield part.start, part.end


def _cite(parsed: ParsedDocument, section: Section, start: int, end: int) -> Citation:
    place = place_of(parsed, section)
    return Citation(
        document=section.document,
        path=place.path,
        heading=place.heading,
        start=start,
        end=end,
        quote=parsed.document.text[start:end],
    )
