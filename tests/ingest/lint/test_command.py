"""`coach lint`, as a program calls it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from click.testing import CliRunner, Result

from coach.cli import cli
from ingest.lint.finding import Finding, RuleName
from ingest.lint.stats import ChapterCount, FigureCount, Stats
from tests.ingest.lint.pages import CHAPTER, SOURCES, changed, line_of

CLI_PAGE = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")


def run(folder: Path, text: str, *options: str) -> Result:
    (folder / "serving.md").write_text(text, encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    return CliRunner().invoke(cli, ["lint", str(folder), *options])


def test_errors_are_printed_with_file_and_line_and_end_with_1(tmp_path: Path) -> None:
    """A row can be clicked in a terminal."""
    text = changed(CHAPTER, ("(#serving)", "(#gone)"))
    done = run(tmp_path, text)
    line = line_of(text, "- [Serving]")
    assert done.exit_code == 1
    assert done.stdout == (
        f"{tmp_path}/serving.md:{line}: error link-anchor: no heading has the anchor of '#gone'\n"
    )
    assert done.stderr == "1 errors, 0 warnings, 1 questions\n"


def test_warnings_alone_end_with_0(tmp_path: Path) -> None:
    """They do not stop a build."""
    done = run(tmp_path, changed(CHAPTER, ("· 2 min ·", "· 9 min ·")))
    assert (done.exit_code, done.stdout.count(": warning time-box: ")) == (0, 1)


def test_json_holds_findings_and_counts(tmp_path: Path) -> None:
    """Nothing else is printed."""
    done = run(tmp_path, changed(CHAPTER, ("(#serving)", "(#gone)")), "--json")
    data = json.loads(done.stdout)
    assert (done.exit_code, done.stderr) == (1, "")
    assert (data["errors"], data["warnings"], data["root"]) == (1, 0, str(tmp_path))
    assert data["findings"][0]["file"] == "serving.md"
    assert data["stats"]["figures"]["total"] == 2


def test_words_of_an_original_are_errors_unless_quoted(tmp_path: Path) -> None:
    """Eight in a row, whatever their case and punctuation; seven are anybody's, and quotations are honest."""
    sentence = "the queue of a tenant who waits longest is served before all others"
    originals, handbook = tmp_path / "originals.md", tmp_path / "handbook"
    originals.write_text(f"# Notes\n\nHe said: {sentence.title()}!\n", encoding="utf-8")
    handbook.mkdir()
    for said, errors in (
        (f"Note that {sentence}, always.", 1),
        (f"As they say, “{sentence}”.", 0),
        (f"> {sentence}", 0),
        ("The queue of a tenant who waits is served.", 0),
    ):
        (handbook / "page.md").write_text(f"# Page\n\n{said}\n", encoding="utf-8")
        done = CliRunner().invoke(cli, ["lint", str(handbook), "--originals", str(originals)])
        assert (done.exit_code, done.stdout.count(": error copied: ")) == (errors, errors)
    absent = CliRunner().invoke(cli, ["lint", str(handbook), "--originals", str(tmp_path / "none")])
    assert "does not exist" in str(absent.exception)


def test_stats_prints_the_tables_alone(tmp_path: Path) -> None:
    """The exit code still says whether there are errors."""
    done = run(tmp_path, CHAPTER, "--stats")
    assert done.exit_code == 0
    assert "| Serving | 1 | – | – | 0 / 1 / 1 / 0 | – | – |" in done.stdout


def test_the_age_of_stale_figures_is_an_option(tmp_path: Path) -> None:
    """Whatever today is, a figure of 1950 is older than three years."""
    text = changed(CHAPTER, ("(rule of thumb; S1.Q1; 2026)", "(sourced; S1.Q1; 1950)"))
    assert "number-stale" in run(tmp_path, text).stdout
    assert "number-stale" not in run(tmp_path, text, "--max-age-months", "100000").stdout


def test_what_a_program_reads_is_documented() -> None:
    """Each field of the report stands in docs/cli.md."""
    fields = {name for model in (Finding, Stats, ChapterCount, FigureCount) for name in model.model_fields}
    assert not {name for name in fields if f"`{name}`" not in CLI_PAGE}


def test_every_rule_is_documented() -> None:
    """Each rule has a place in a row of docs/cli.md, and nothing else has."""
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \| (?:error|warning) \|", CLI_PAGE, re.MULTILINE)
    assert sorted(re.findall(r"[a-z-]+", " ".join(rows))) == sorted(get_args(RuleName))
