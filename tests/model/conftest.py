"""Tests with a real model are run by `make test-model` alone: they fetch half a gigabyte and take minutes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.model_server import ModelServer, give_up, model_server
from tests.support.model_weights import ModelUnavailableHereError

collect_ignore_glob = [] if os.environ.get("MODEL_QUESTIONS") else ["test_*.py"]


@pytest.fixture(scope="session")
def server() -> Iterator[ModelServer]:
    """A server for every test that leaves it alive."""
    try:
        with model_server() as started:
            yield started
    except ModelUnavailableHereError as error:
        give_up(str(error))
