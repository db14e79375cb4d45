# Everything runs in .venv, made from the locked dependencies. `make run` and `make test` need nothing else.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := ingest coach ui evals tests examples

.PHONY: run test test-api setup check format lock bench bench-api bench-index bench-model bench-peer bench-retrieval adversarial bench-ui test-browser test-model eval eval-grading fit train train-faithfulness clean

# At a terminal API and page, until Ctrl-C; without one an answer in the terminal, which ends by itself.
run: setup
	@$(BIN)/coach weights fetch
	@$(BIN)/coach ingest
	@if [ -t 0 ]; then $(BIN)/coach up; else $(BIN)/coach chat; fi

test: setup
	@$(BIN)/coach weights fetch
	$(BIN)/pytest

# The API against its own OpenAPI document: at least this many generated cases, with stateful links.
API_CASES ?= 2000
test-api: setup
	API_CASES=$(API_CASES) $(BIN)/pytest -s tests/coach/api/test_contract.py

# Needs Debian's chromium (apt-get install chromium); without it the tests are skipped and say so.
test-browser: setup
	@$(BIN)/coach weights fetch
	$(BIN)/pytest tests/browser

# A real model on a real server: fetches half a gigabyte once, and takes minutes.
MODEL_QUESTIONS ?= 10
test-model: setup
	@$(BIN)/coach weights fetch
	MODEL_QUESTIONS=$(MODEL_QUESTIONS) $(BIN)/pytest -s tests/model

bench-ui: setup
	$(BIN)/python -m tests.browser.bench

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
	$(BIN)/python -m evals.bench_model

# What verification and the rest add to a bare litellm call to the same local server.
bench-model: setup
	$(BIN)/python -m evals.bench_model

# Models that fail, lie and are misled; prints the rates of the check of written claims.
adversarial: setup
	$(BIN)/pytest -s tests/adversarial

# BENCH names options: --seconds, --requests, --collection.
bench-api: setup
	$(BIN)/python -m evals.bench_api $(BENCH)

# How soon an edit is live, and what it costs beside an ingest from nothing.
bench-index: setup
	$(BIN)/python -m evals.bench_index

# Our index beside LlamaIndex's own Qdrant hybrid store: same weights, chunks and server.
bench-peer: setup
	$(BIN)/python -m tests.peers.bench

# EVAL holds options, as in EVAL="--golden FILE --collection NAME"; docs/evals.md lists them.
eval: setup
	$(BIN)/coach eval all $(EVAL)

eval-grading: setup
	$(BIN)/coach eval grading $(EVAL)

# DATA names the folder that holds the public sets; the first run embeds them, which takes minutes.
DATA ?= ../shared/data/retrieval
bench-retrieval: setup
	$(BIN)/python -m evals.bench_retrieval --data $(DATA)

# TRAIN names question files and collections like FIT; torch is the one thing that is not locked with the rest.
train: setup
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/python -m evals.training.train_head $(TRAIN)

# The weights of the faithfulness scorer; evals/training/README.md says what the files are.
WORK ?= .coach/training
train-faithfulness: setup
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/python -m evals.training.fit_faithfulness --ragtruth $(RAGTRUTH) --scifact $(SCIFACT) --text $(TEXT) --work $(WORK)

# FIT names development sets and the collections that hold their documents: FILE=COLLECTION ...
fit: setup
	$(BIN)/python -m evals.fit_gate $(FIT)

clean:
	rm -rf .venv .coach .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
