# Every target does its own set-up. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= ../shared/data
PEERS ?= $(BIN)/python
LABS ?= $(BIN)/python

# Where it is set, as container images like to, each command would compile six hundred modules anew,
# a third of a second of its start; the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

# Tests wait for disks, browsers and processes of their own, so one more than there are cores is run.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

# The tests commit thousands of times; where memory can hold their files, the disk need not. Several
# processes of tests share the cores: threads of linear algebra would only wait for each other, which
# doubled the time of a small release.
TEST_ENV := OPENBLAS_NUM_THREADS=1 $(shell test -w /dev/shm && mkdir -p /dev/shm/evalhub-tests && echo TMPDIR=/dev/shm/evalhub-tests)

.DEFAULT_GOAL := help
.PHONY: help run test coverage check format bench bench-labels bench-people bench-page bench-release bench-reward bench-scoring bench-selection bench-web docs kills lab-proof clean translations axe hostile aimock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What is printed must be what is open. A PUBLIC_URL that somebody set stands, and without HOST or
# PORT one in instance/config.py does, which a variable would overrule.
ifneq ($(HOST):$(PORT),127.0.0.1:8000)
run: export EVALHUB_PUBLIC_URL ?= http://$(if $(filter 0.0.0.0,$(HOST)),127.0.0.1,$(HOST)):$(PORT)
endif
run: $(READY) ## Install, fill instance/ with the demo and serve it on 127.0.0.1:8000 (PORT=…)
	@$(BIN)/evalhub serve --host $(HOST) --port $(PORT) --check-port
	$(BIN)/evalhub demo
	$(BIN)/evalhub serve --host $(HOST) --port $(PORT)

test: $(READY_DEV) ## Run every test, on SQLite and PostgreSQL
	$(TEST_ENV) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

coverage: $(READY_DEV) ## Run every test and report the lines and branches they reach
	$(TEST_ENV) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --cov --cov-report=term $(ARGS)

check: $(READY_DEV) ## Check format, lint, types, imports and docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mkdocs build --strict --quiet --site-dir .cache/site

format: $(READY_DEV) ## Rewrite the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

translations: $(READY_DEV) ## Bring the catalogues of translations up to date and list what is missing
	$(BIN)/python -m scripts.translations

axe: $(READY_DEV) ## Check every kind of page with axe-core, at 1440 and 390 pixels, in English and German
	@for width in 1440 390; do for locale in en-GB de-DE; do \
	  echo "$$width pixels, $$locale"; \
	  TOUR_WIDTH=$$width TOUR_LOCALE=$$locale $(TEST_ENV) $(BIN)/python -m pytest -q -n 0 --timeout 1800 tests/browser/test_axe.py || exit 1; \
	done; done

hostile: $(READY_DEV) ## Let 500 hostile texts through every place that shows one, in Chromium
	HOSTILE_TEXTS=500 $(TEST_ENV) $(BIN)/python -m pytest -q -n 0 --timeout 3600 tests/browser/test_hostile.py tests/browser/test_hostile_kept.py

aimock: $(READY_DEV) ## Fetch aimock with npm, a server of others against which dialects are tested
	npm install --silent --no-audit --no-fund --prefix $(VENV)/aimock @copilotkit/aimock@1.43.0

bench: $(READY_DEV) ## Measure and print the figures of docs/benchmarks.md
	$(BIN)/python -m benchmarks

bench-labels: $(READY_DEV) ## Measure labels, simulated and on the llmfao data (DATA=FOLDER)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.bench_labels --data $(DATA) $(ARGS)

bench-page: $(READY_DEV) ## Measure the comparison page in Chromium, on a desk and on a slow phone
	$(BIN)/python -m benchmarks.bench_page $(ARGS)

bench-people: $(READY_DEV) ## Time the next pair and the registry among 100 to 11,000 experts
	$(BIN)/python -m benchmarks people

bench-release: $(READY_DEV) ## Build a release of a million pairs beside pyarrow alone (ARGS=--pairs N --folder FOLDER)
	$(BIN)/python -m benchmarks.bench_release --pairs 1000000 $(ARGS)

bench-reward: $(READY_DEV) ## Train reward models on the llmfao data by four labels (DATA=FOLDER)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.bench_reward --data $(DATA) $(ARGS)

bench-scoring: $(READY_DEV) ## Time boards against the peers that PEERS=PYTHON has installed
	OMP_NUM_THREADS=1 $(PEERS) -m benchmarks scoring

bench-selection: $(READY_DEV) ## Simulate what choosing the next comparison saves; fails where a gate does
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks selection

kills: $(READY_DEV) ## Kill servers and workers over and over on both databases, and count what is lost (ARGS="web --kills 20")
	$(BIN)/python -m benchmarks.kills $(ARGS)

bench-web: $(READY_DEV) ## Measure the comparison page and the way of a judgment over HTTP
	$(BIN)/python -m benchmarks.bench_web $(ARGS)

lab-proof: $(READY_DEV) ## Download a release with a lab's key and train on it (LABS=PYTHON)
	$(BIN)/python -m scripts.lab_proof --labs $(LABS) $(ARGS)

docs: $(READY_DEV) ## Serve the documentation on 127.0.0.1:8001
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:8001

clean: ## Remove the virtual environment and caches; instance/ stays
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "EvalHub needs Python 3.11 or newer; set PYTHON=/path/to/python3."; exit 1; }
	$(PYTHON) -m venv $(VENV) || \
	  { echo "python3 cannot make a virtual environment; on Debian: apt-get install python3-venv."; exit 1; }

$(READY): setup.cfg pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing what EvalHub needs into $(VENV)/; this takes a minute or two."
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

# It brings what the target above does, too: after that one, pip would solve and build all again.
$(READY_DEV): setup.cfg pyproject.toml constraints.txt scripts/ensure_browser.sh | $(VENV)/bin/python
	@echo "Installing what EvalHub and its tests need into $(VENV)/; this takes a minute or two."
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	sh scripts/ensure_browser.sh
	@touch $(READY) $@
