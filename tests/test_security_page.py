"""What docs/security.md promises has a test, and the test is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_threat_names_what_shows_that_it_is_stopped() -> None:
    """Each row of the table names files, tests or make targets, and all of them exist."""
    threats = re.findall(r"^\| \*\*([^|]+)\*\* \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert len(threats) > 15
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for threat, shown in threats:
        named = re.findall(r"`([^`]+)`", shown)
        assert named, threat
        for one in named:
            if one.startswith("make "):
                assert one.removeprefix("make ") in targets, one
                continue
            file, _, test = one.partition("::")
            text = (ROOT / file).read_text(encoding="utf-8")
            assert not test or f"def {test}(" in text, one
