"""The page on an API that answers from memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st

from tests.ui.samples import FakeApi
from ui import state
from ui.client import Api


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    """An API that the page talks to for one test."""
    fake = FakeApi()
    clients: list[Api] = []

    def made(_: str, key: str = "") -> Api:
        clients.append(fake.client(key))
        return clients[-1]

    st.cache_data.clear()
    st.cache_resource.clear()
    monkeypatch.setattr(state, "Api", made)
    yield fake
    for client in clients:
        client.close()
    st.cache_resource.clear()
