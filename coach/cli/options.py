"""Options and readers that several commands share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, get_args

import click

from ingest.text import first_half_character

if TYPE_CHECKING:
    from coach.coach import Coach
    from coach.export.blocks import Printable
    from coach.settings import Settings
    from ingest.contract import Level

collection_option = click.option(
    "--collection", metavar="NAME", help="Collection to use instead of COACH_COLLECTION."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
filter_option = click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Keep only matching sections; repeat for more. Fields: level, kind, frequency, stage, document.",
)
level_option = click.option(
    "--level",
    type=click.Choice(["junior", "mid", "senior", "staff"]),
    default="senior",
    show_default=True,
    help="Whose answer is wanted.",
)
tenant_option = click.option(
    "--tenant", metavar="NAME", help="Ask as this tenant: its own handbook beside the shared one."
)
own_handbook_option = click.option(
    "--tenant", metavar="NAME", help="It is this tenant's own handbook, which nobody else is shown."
)
batch_option = click.option(
    "--batch",
    type=click.File("r", encoding="utf-8"),
    help="JSON lines to work through; '-' is standard input.",
)


class _Words(click.ParamType[str]):
    """Text; bytes that are not UTF-8 are wrong usage of the option that they were given to."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        at = first_half_character(value)
        if at is not None:
            self.fail(f"character {at} is not text: send it in UTF-8.", param, ctx)
        return value


WORDS = _Words()
DEFAULT_CORPUS = Path("corpus")
FILTER_NAMES = ("level", "kind", "frequency", "stage", "document")


def load_settings(collection: str | None) -> Settings:
    """Return the settings, with the collection that was named on the command line, if one was."""
    from coach.log import configure
    from coach.settings import Settings

    settings = Settings(collection=collection) if collection else Settings()
    configure(settings.log_level)
    return settings


@contextmanager
def open_coach(settings: Settings, tenant: str | None) -> Iterator[Coach]:
    """Give the coach as it answers a tenant, or whoever uses this machine if none is named.

    Raises:
        NotFoundError: The index holds nothing of this tenant: the name is perhaps another one.
    """
    from coach.coach import Coach
    from coach.errors import NotFoundError

    with Coach(settings) as coach:
        if tenant is None:
            yield coach
            return
        theirs = coach.of(tenant)
        if not theirs.has_own_handbook:
            raise NotFoundError(
                f"collection {settings.collection!r} holds no document of tenant {tenant!r}",
                hint="See 'coach index list'; without --tenant the shared handbook is asked.",
            )
        yield theirs


def own_tenant(paths: tuple[Path, ...], tenant: str | None) -> str:
    """Return whose handbook is to be read, nothing for the shared one. Raises UsageError."""
    from coach.errors import UsageError
    from ingest.tenants import check_tenant

    if tenant is None:
        return ""
    check_tenant(tenant)
    if not paths:  # the handbook that ships with the coach is nobody's own
        raise UsageError("whose handbook it is was named, but not where it is", hint="Name its folder.")
    return tenant


def as_level(name: str) -> Level:
    """Return a level that click has checked, as its type."""
    from ingest.contract import Level

    levels: dict[str, Level] = {level: level for level in get_args(Level)}
    return levels[name]


def parse_filters(filters: tuple[str, ...]) -> dict[str, list[str]]:
    """Return field -> accepted values.

    Raises:
        UsageError: A filter is not FIELD=VALUE with a known field, or its value none that the field can have.
    """
    from coach.errors import UsageError
    from ingest.contract import Frequency, Level, QuestionKind

    closed = {"level": get_args(Level), "kind": get_args(QuestionKind), "frequency": get_args(Frequency)}
    where: dict[str, list[str]] = {}
    for given in filters:
        field, equals, value = given.partition("=")
        if not equals or not value or field not in FILTER_NAMES:
            raise UsageError(
                f"--filter {given!r} is not FIELD=VALUE", hint=f"Fields are {', '.join(FILTER_NAMES)}."
            )
        if value not in closed.get(field, (value,)):
            raise UsageError(
                f"--filter {given!r} names no {field}", hint=f"Values are {', '.join(closed[field])}."
            )
        where.setdefault(field, []).append(value)
    return where


def read_batch(lines: IO[str], field: str, *, max_chars: int) -> list[tuple[object, str]]:
    """Return id and text of each line, all of them before the first is used; blank lines are passed over.

    Raises:
        UsageError: A line is not a JSON object with "id" and, in `field`, a text that is not too long; names
            the line.
    """
    from coach.errors import UsageError

    content = read_text(lines, "the batch")
    shape = f'A line is {{"id": ..., "{field}": "..."}}.'
    rows = []
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        row = _read_line(line, number, shape)
        if not isinstance(row, dict) or "id" not in row or not isinstance(row.get(field), str):
            raise UsageError(f'line {number} of the batch lacks "id" or a text in "{field}"', hint=shape)
        if len(row[field]) > max_chars:
            raise UsageError(
                f"line {number} of the batch has {len(row[field])} characters; {max_chars} are taken",
                hint="Shorten it, or raise COACH_MAX_QUESTION_CHARS.",
            )
        rows.append((row["id"], row[field]))
    return rows


def _read_line(line: str, number: int, shape: str) -> object:
    from coach.errors import UsageError

    try:
        row: object = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()  # half a character, "\\ud800", is JSON but no text
    except (ValueError, RecursionError) as error:
        raise UsageError(f"line {number} of the batch is not JSON: {error}", hint=shape) from error
    return row


def read_text(file: IO[str], name: str) -> str:
    """Return what a file holds. Raises UsageError: It is not UTF-8; names the first wrong byte."""
    with decoded(name):
        return file.read()


@contextmanager
def decoded(name: str) -> Iterator[None]:
    """Refuse what is read within the block and is not UTF-8, by its name and the first wrong byte.

    Raises:
        UsageError: It is not UTF-8.
    """
    from coach.errors import UsageError

    try:
        yield
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{name} is not UTF-8: {error.reason} at byte {error.start}", hint="Save it as UTF-8."
        ) from error


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give a draft to write, which takes the file's place once it is whole; a device is written itself.

    Raises:
        UsageError: The file cannot be written; what it held before is still there.
    """
    import shutil
    from tempfile import TemporaryDirectory

    from coach.errors import UsageError

    try:
        if file.exists() and not file.is_file():
            yield file
            return
        target = file.resolve()
        with TemporaryDirectory(dir=target.parent) as folder:
            draft = Path(folder) / target.name
            yield draft
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
    except OSError as error:
        raise UsageError(
            f"cannot write {str(file)!r}: {error.strerror or error}",
            hint="Name a file in a folder that exists and has room.",
        ) from error


def tell_unprintable(document: Printable) -> None:
    """Say on standard error how many characters of a document its PDF lacks, if it lacks any."""
    from coach.export.pdf import unprintable

    count = unprintable(document)
    if count:
        told = "1 character" if count == 1 else f"{count} characters"
        click.echo(f"{told} could not be printed in PDF; the other formats hold them.", err=True)


@contextmanager
def taken_as(**shown: str) -> Iterator[None]:
    """Name the option whose text a model does not take, without the text.

    Args:
        shown: Field -> what it is called on the command line, where that is not `--field`.

    Raises:
        UsageError: A text is too long, say, or is no text.
    """
    from pydantic import ValidationError

    from coach.errors import UsageError

    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        option = shown.get(field, f"--{field}")
        raise UsageError(f"{option}: {first['msg']}", hint="Correct it.") from error
