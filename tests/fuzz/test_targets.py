from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import CASES, TARGETS, text_of
from tests.support.markup import handbooks

SIGNS = (
    "ab Ä1.,;:!?\n\n\t|#*_-`~<>()[]{}\"'“”’–…/\\&=@你。\u00ad\u200b\u200d\u202e\ufeff"
    "\U000e0041\U0001f3f4\u0430\x00\x1b\u2028"
)
TEXTS = st.one_of(handbooks().map(lambda book: book.text), st.text(alphabet=SIGNS, max_size=160), st.text())
KEPT = sorted(file for file in CASES.glob("*/*") if file.is_file())


@pytest.mark.parametrize("file", KEPT, ids=lambda file: f"{file.parent.name}/{file.name[:24]}")
@pytest.mark.timeout(60)
def test_what_fuzzing_found_stays_mended(file: Path) -> None:
    """Each case that once broke a target holds."""
    TARGETS[file.parent.name](text_of(file.read_bytes()))


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(text=TEXTS)
def test_targets_hold(name: str, text: str) -> None:
    """What is fuzzed for minutes by hand holds for a sample with every run."""
    TARGETS[name](text)
