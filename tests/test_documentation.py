"""What the documents promise is what the code does."""

import re
from importlib import metadata
from pathlib import Path

import pytest

from coach.errors import EXIT_CODES
from coach.settings import Settings
from coach.types import Abstention, Answer, Citation, Claim, Hit, Outline, Replay
from ingest.contract import DocumentEntry, IndexManifest

ROOT = Path(__file__).parents[1]
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    """Each setting has a row in docs/cli.md, and each row is a setting."""
    rows = set(re.findall(r"^\| `COACH_(\w+)` \|", CLI_PAGE, re.MULTILINE))
    assert rows == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    "model", [Hit, Answer, Outline, Claim, Citation, Abstention, Replay, IndexManifest, DocumentEntry]
)
def test_every_field_of_the_json_output_is_documented(model: type) -> None:
    """Each field that a program may read is named in docs/cli.md."""
    assert not {name for name in model.model_fields if f"`{name}`" not in CLI_PAGE}  # type: ignore[attr-defined]


def test_every_exit_code_is_documented() -> None:
    """Each exit code has a row in docs/cli.md."""
    assert {str(code) for code in EXIT_CODES.values()} <= set(
        re.findall(r"^\| (\d+) \|", CLI_PAGE, re.MULTILINE)
    )


def test_no_other_distribution_owns_our_packages() -> None:
    """A distribution that brings a package called "evals", say, would shadow ours."""
    owners = metadata.packages_distributions()
    for package in ("ingest", "coach", "evals"):
        assert set(owners.get(package, ["interview-coach"])) == {"interview-coach"}
