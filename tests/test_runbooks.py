"""A runbook is of use at night only if all of it is there and each command in it still exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from coach.cli import cli
from coach.operate.drills.catalogue import drills
from coach.settings import Settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "runbooks"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
PAGES = sorted(FOLDER.glob("*.md"))
PARTS = [
    "Signal",
    "What readers get",
    "First mitigation",
    "Check that it worked",
    "Escalate",
]
LONGEST_WORDS = 400
_FENCED = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_ASSIGNED = re.compile(r"[A-Z_]+=\S*")


def commands(page: str) -> list[list[str]]:
    """Return the words of each `coach` command on a page, settings in front of it included."""
    lines = [line for block in _FENCED.findall(page) for line in block.splitlines()]
    found = [shlex.split(line) for line in (*lines, *_INLINE.findall(page)) if "coach " in line]
    return [words for words in found if "coach" in words[:4] and all(map(_is_setting, _before(words)))]


def _before(words: list[str]) -> list[str]:
    return words[: words.index("coach")]


def _is_setting(word: str) -> bool:
    return bool(_ASSIGNED.fullmatch(word))


def check(words: list[str]) -> None:
    """Have click read a command as it would at the terminal, short of running it."""
    for setting in _before(words):
        name = setting.partition("=")[0].removeprefix("COACH_").lower()
        assert name in Settings.model_fields, setting
    command: click.Command = cli
    context, rest = click.Context(cli), words[words.index("coach") + 1 :]
    while isinstance(command, click.Group) and rest:
        found = command.get_command(context, rest[0])
        assert found is not None, f"there is no command {' '.join(words)!r}"
        command, rest = found, rest[1:]
        context = click.Context(command, parent=context)
    if rest:  # a command that is only named, "coach eval gate", has to exist and no more
        command.make_context(command.name, rest)


def test_each_failure_has_a_page_and_a_drill() -> None:
    """The ten pages and the ten drills are the same ten."""
    assert [page.stem for page in PAGES] == sorted(drill.name for drill in drills())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_all_parts_in_order_and_fits_a_screen(page: Path) -> None:
    """Each page begins with a level and its drill, has the five parts in order, and is short."""
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    opening = text.split("## ")[0]
    assert "Begin at" in opening
    assert "SEV-" in opening
    assert f"`coach drill {page.stem}`" in opening
    assert len(text.split()) <= LONGEST_WORDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_a_metric_or_probe_a_log_line_and_an_undo(page: Path) -> None:
    """The signal is a table that names a log line or the pages that show it; the mitigation has an undo."""
    parts = dict(_PART.findall(page.read_text(encoding="utf-8")))
    rows = re.findall(r"^\| (.+?) \| .+ \|$", parts["Signal"], re.MULTILINE)
    assert "log line" in rows
    assert {"metric", "page"} & set(rows)
    assert "Undo: " in parts["First mitigation"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_exists_with_its_options(page: Path) -> None:
    """The parser takes each command as it stands on the page; whoever is woken types nothing that fails."""
    found = commands(page.read_text(encoding="utf-8"))
    assert len(found) > 1
    for words in found:
        check(words)


@pytest.mark.parametrize(
    "words",
    [["coach", "switches", "set", "fallback"], ["coach", "heal"], ["coach", "index", "gc", "--kep", "1"]],
)
def test_a_command_that_does_not_exist_is_found(words: list[str]) -> None:
    """A missing argument, an unknown command and an unknown option do not pass."""
    with pytest.raises((click.UsageError, AssertionError)):
        check(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    """A page names other pages by files that are there."""
    for target in re.findall(r"\]\(([\w-]+\.md)\)", page.read_text(encoding="utf-8")):
        assert (FOLDER / target).is_file(), target


def test_each_alert_stands_on_the_page_that_it_links_to() -> None:
    """Whoever is woken by an alert finds its name at the top of the page."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    for rule in rules:
        page = ROOT / rule["annotations"]["runbook_url"]
        assert f"`{rule['alert']}`" in page.read_text(encoding="utf-8"), rule["alert"]
