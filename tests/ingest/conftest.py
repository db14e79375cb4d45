"""The handbook that the pipeline's tests begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.counting_embedder import CountingEmbedder
from tests.support.workshop import Workshop, page


@pytest.fixture
def workshop(tmp_path: Path, embedder: CountingEmbedder) -> Workshop:
    """A workshop with one page of three questions in the folder "book"."""
    made = Workshop(tmp_path, embedder)
    made.write("book/a.md", page("A", alpha="First body.", beta="Second body.", gamma="Third body."))
    return made
