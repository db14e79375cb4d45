# Everything runs in .venv, made from the locked dependencies. `make run` and `make test` need nothing else.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := ingest coach ui evals deploy tests examples

.PHONY: run test test-api setup check check-alerts cluster drills format kills lock bench bench-api bench-growth bench-index bench-model bench-peer bench-retrieval adversarial bench-ui test-browser test-model eval eval-grading redteam fuzz sbom fit fit-requests fit-steering vet-steering train train-faithfulness train-points train-reader train-requests stack test-stack soak clean

# At a terminal API and page, until Ctrl-C; without one an answer in the terminal, which ends by itself.
run: setup
	@$(BIN)/coach weights fetch
	@$(BIN)/coach ingest
	@if [ -t 0 ]; then $(BIN)/coach up; else $(BIN)/coach chat; fi

# Whole files are dealt out to so many processes; much of a test is waiting for a server, so one core serves more.
WORKERS ?= 3
test: setup
	@$(BIN)/coach weights fetch
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile

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

# Everything that compose.yaml starts, without containers: docs/operations.md says what has to be installed.
# STACK holds options, as in STACK="--port 8080".
stack: setup
	@$(BIN)/coach weights fetch
	@command -v qdrant >/dev/null || $(BIN)/python -m tests.support.qdrant_server >/dev/null
	@$(BIN)/python -m deploy.stack $(STACK)

# What holds between its parts: one conversation and one quota over two processes, one of which is killed.
test-stack: setup
	@$(BIN)/coach weights fetch
	STACK_TESTS=1 $(BIN)/pytest tests/deploy

# That stack under load while its parts are killed, stalled and starved. SOAK holds options.
SOAK_MINUTES ?= 30
soak: setup
	@$(BIN)/coach weights fetch
	@command -v qdrant >/dev/null || $(BIN)/python -m tests.support.qdrant_server >/dev/null
	nice -n 10 $(BIN)/python -m tests.soak --minutes $(SOAK_MINUTES) $(SOAK)

# All runbooks, rehearsed: each breaks a service of its own and mends it. QDRANT names the server's program.
QDRANT ?= $(firstword $(wildcard .cache/qdrant/qdrant-*) qdrant)
drills: setup
	@$(BIN)/coach weights fetch
	$(BIN)/coach drill --all --qdrant $(QDRANT)

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

# Needs promtool (apt-get install prometheus).
check-alerts:
	cd deploy/prometheus && promtool check rules recording.yml alerts.yml
	cd deploy/prometheus && promtool test rules alerts_test.yml spending_test.yml

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

# Searches, memory and writing at 1,000 to 1,000,000 chunks, on both engines; adds what docs/growth.json lacks.
# GROWTH holds options: --engines, --sizes, --word-pieces, --efs, --again, --print, --capacity.
bench-growth: setup
	$(BIN)/python -m tests.peers.growth $(GROWTH)

# Ingests of a changing handbook, killed at random moments. ENGINE: embedded or server.
KILLS ?= 200
ENGINE ?= embedded
kills: setup
	@$(BIN)/coach weights fetch
	$(BIN)/python -m tests.ingest.kills --kills $(KILLS) --engine $(ENGINE)

# Three Qdrant nodes on loopback, every shard twice: one is killed, or cut off, under load; takes minutes.
cluster: setup
	@$(BIN)/coach weights fetch
	CLUSTER=1 $(BIN)/pytest -s tests/cluster

# EVAL holds options, as in EVAL="--golden FILE --collection NAME"; docs/evals.md lists them.
eval: setup
	$(BIN)/coach eval all $(EVAL)

eval-grading: setup
	$(BIN)/coach eval grading $(EVAL)

# Attacks in three personas, poisoned handbooks, honest questions about both; SPLIT=held-out for the last look.
SPLIT ?= dev
redteam: setup
	$(BIN)/coach eval redteam --split $(SPLIT)

# Each target for so many seconds; what breaks one is written to tests/fuzz/cases, which every test run reads.
FUZZ_SECONDS ?= 600
fuzz: setup
	for target in markdown spans quotes; do $(BIN)/python -m tests.fuzz $$target --seconds $(FUZZ_SECONDS) || exit 1; done

# What an installation consists of, with versions and hashes, as a CycloneDX file; nothing is asked of a network.
SBOM ?= sbom.cdx.json
sbom: setup
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o $(SBOM) requirements.lock

# DATA names the folder that holds the public sets; the first run embeds them, which takes minutes.
DATA ?= ../shared/data/retrieval
bench-retrieval: setup
	$(BIN)/python -m evals.bench_retrieval --data $(DATA)

# TRAIN names question files and collections like FIT; torch is the one thing that is not locked with the rest.
train: setup
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/python -m evals.training.train_head $(TRAIN)

# What reads points of a rubric. BASE is model.onnx of all-MiniLM-L6-v2 in 32 bits.
train-points: setup
	$(BIN)/pip install --quiet torch==2.13.0 onnx==1.19.0
	$(BIN)/python -m evals.training.train_points $(BASE)

# The weights of the faithfulness scorer; evals/training/README.md says what the files are.
train-faithfulness: setup
	$(BIN)/python -m evals.training.fit_faithfulness --ragtruth $(RAGTRUTH) --scifact $(SCIFACT) --text $(TEXT)

# What reads answers together with their passages; then run train-faithfulness. BASE as above.
train-reader: setup
	$(BIN)/pip install --quiet torch==2.13.0 onnx==1.19.0
	$(BIN)/python -m evals.training.train_reader $(BASE) --ragtruth $(RAGTRUTH) --scifact $(SCIFACT) --text $(TEXT)

# What reads a recruiter's request piece by piece; then run fit-requests. BASE as above; HELD_OUT=--held-out
# trains without a third of the authors, measures on these and writes nothing.
train-requests: setup
	$(BIN)/pip install --quiet torch==2.13.0 onnx==1.19.0
	$(BIN)/python -m evals.training.train_requests $(BASE) $(HELD_OUT)

# What tells the numbers of a recruiter's request apart, and what it is about; needs the ingested handbook.
fit-requests: setup
	$(BIN)/python -m evals.training.fit_requests

# FIT names development sets and the collections that hold their documents: FILE=COLLECTION ...
fit: setup
	$(BIN)/python -m evals.fit_gate $(FIT)

# What tells sentences that speak to an AI. TEXT names our handbook, then folders of other honest ones, one each; SHOW=--show prints errors. With BASE (as above) the second look is trained anew.
fit-steering: setup
	$(BIN)/python -m evals.training.fit_steering $(TEXT) $(if $(BASE),--base $(BASE)) $(SHOW)

# Sentences of our handbook that would be set aside; it prints the new ones, for whoever runs it to read.
vet-steering: setup
	$(BIN)/python -m evals.training.vet_steering corpus

clean:
	rm -rf .venv .coach .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
