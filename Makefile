# Everything runs in .venv, made from the locked dependencies. `make run` and `make test` need nothing else.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := ingest coach evals tests

.PHONY: run test setup check format lock bench eval fit train clean

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
	$(BIN)/coach lint corpus

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

# TRAIN names question files and collections like FIT; torch is the one thing that is not locked with the rest.
train: setup
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/python -m evals.training.train_head $(TRAIN)

# FIT names development sets and the collections that hold their documents: FILE=COLLECTION ...
fit: setup
	$(BIN)/python -m evals.fit_gate $(FIT)

clean:
	rm -rf .venv .coach .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
