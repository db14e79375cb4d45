# Everything runs in .venv, made from the locked dependencies. `make run` and `make test` need nothing else.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := ingest coach evals tests

.PHONY: run test setup check format lock bench eval clean

run: setup
	@$(BIN)/coach weights fetch
	@$(BIN)/coach ingest
	@$(BIN)/coach chat

test: setup
	@$(BIN)/coach weights fetch
	$(BIN)/pytest

setup: .venv/.stamp

.venv/.stamp: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.11")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

check: setup
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix --quiet $(SOURCES)
	$(BIN)/ruff format --quiet $(SOURCES)

# Locks hold versions and hashes and no address of an index.
lock:
	uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

bench: setup
	$(BIN)/python -m evals.bench

eval: setup
	$(BIN)/python -m evals.retrieval $(EVAL)

clean:
	rm -rf .venv .coach .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
