"""`coach eval add`: a bad answer becomes a golden item."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.options import collection_option, load_settings
from coach.errors import UsageError

if TYPE_CHECKING:
    from evals.add import Asked

_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--run", "run_file", type=_FILE, metavar="FILE", help="Run file to take the question from.")
@click.option("--id", "item_id", metavar="ITEM", help="Its row.")
@click.option("--question", metavar="TEXT", help="The question in so many words.")
@click.option(
    "--relevant",
    multiple=True,
    metavar="DOCUMENT#HEADING",
    help="Section that answers it; repeat for more.",
)
@click.option(
    "--helpful", multiple=True, metavar="DOCUMENT#HEADING", help="Section that only helps (grade 1)."
)
@click.option("--unanswerable", is_flag=True, help="The handbook does not answer it.")
@click.option("--key-fact", "key_facts", multiple=True, metavar="TEXT", help="What a good answer names.")
@click.option("--style", default="", metavar="WORD", help="How it is asked: misspelt, short, ...")
@click.option("--persona", default="", metavar="WORD", help="Who asks: candidate, recruiter, ...")
@click.option(
    "--golden", type=_FILE, metavar="FILE", help="Development file to add to; default: the handbook's."
)
@click.option("--no-check", is_flag=True, help="Do not look up the sections in the index.")
@collection_option
def add(  # noqa: PLR0913 - one parameter an option
    *,
    run_file: Path | None,
    item_id: str | None,
    question: str | None,
    relevant: tuple[str, ...],
    helpful: tuple[str, ...],
    key_facts: tuple[str, ...],
    style: str,
    persona: str,
    golden: Path | None,
    collection: str | None,
    unanswerable: bool,
    no_check: bool,
) -> None:
    """Add a question that went wrong to a golden file.

    It comes from a row of a run (--run, --id), from --question, or, with neither, from an answer or a
    feedback record as JSON on standard input: coach ask "..." --json | coach eval add --unanswerable.
    """
    from evals.add import append, check_places, make_item, parse_place
    from evals.splits import golden_file

    if unanswerable == bool(relevant):
        raise UsageError(
            "say either what answers the question or that nothing does",
            hint="Give --relevant DOCUMENT#HEADING or --unanswerable.",
        )
    if unanswerable and (helpful or key_facts):
        raise UsageError("a question that nothing answers has no helpful sections and no key facts")
    asked = _asked(run_file, item_id, question)
    asked = asked.model_copy(update={"style": style or asked.style, "persona": persona or asked.persona})
    places = [parse_place(one) for one in relevant] + [parse_place(one, grade=1) for one in helpful]
    item = make_item(asked, places, key_facts)
    if places and not no_check:
        from coach.coach import Coach

        with Coach(load_settings(collection)) as coach:
            check_places(item, coach)
    file = golden or golden_file("dev")
    append(item, file)
    click.echo(f"added {item.id} to {file}")


def _asked(run_file: Path | None, item_id: str | None, question: str | None) -> Asked:
    from evals.add import Asked, from_record, from_run
    from evals.runs import load

    if (run_file is None) != (item_id is None) or (run_file and question is not None):
        raise UsageError(
            "the question comes from one place", hint="Give --run with --id, or --question, or neither."
        )
    if run_file and item_id:
        return from_run(load(run_file), item_id)
    if question is not None:
        if not question.strip():
            raise UsageError("the question is empty", hint='Give --question "...".')
        return Asked(question=question)
    if sys.stdin.isatty():
        raise UsageError(
            "there is no question", hint="Give --run with --id, or --question, or JSON as input."
        )
    return from_record(sys.stdin.read())
