"""The page on an API that answers from memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st

from tests.ui.samples import FakeApi
from ui import state


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    """An API that the page talks to for one test."""
    fake = FakeApi()
    client = fake.client()
    st.cache_data.clear()
    st.cache_resource.clear()
    monkeypatch.setattr(state, "Api", lambda *_: client)
    yield fake
    client.close()
    st.cache_resource.clear()
