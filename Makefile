# Ask First: the commands a person needs. `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_TO_BENCH := $(VENV)/.ready-to-bench
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup chat test test-slow test-all check lock format bench bench-reports calibrate storm storm-channels pictures

help:  ## say what each command does
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(READY)  ## make .venv with the pinned requirements

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Ask First needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make setup PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@echo "Setting up Ask First in $(VENV) (once, about a minute) …" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/askfirst index >&2
	@touch $(READY)

chat: $(READY)  ## talk to the bot here: make chat ARGS='--school newall-green --role staff'
	@$(BIN)/askfirst chat $(ARGS)

test: $(READY)  ## the tests, fast enough to be run all the time
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --tb=short $(ARGS)

test-slow: $(READY)  ## the slow tests alone
	@$(BIN)/python -m pytest -m slow --tb=short $(ARGS)

test-all: $(READY)  ## every test, the slow ones too
	@$(BIN)/python -m pytest -m 'slow or not slow' $(ARGS)

check: $(READY)  ## formatting, lint, types, import rules, packs
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo) || { echo "$$said"; exit 1; }
	@$(BIN)/askfirst check --quiet

storm: $(READY)  ## kill -9 at every step of the life of a report, with faults; prints the ledger's last line (ARGS="--postgresql")
	@$(BIN)/python -m tests.storm.storm $(ARGS)

storm-channels: $(READY)  ## 300 people at once on Telegram and Slack, with kill -9; prints the figures
	@$(BIN)/python -m tests.bench.storm_channels

pictures: $(READY)  ## draw the pictures of real replies again
	@$(BIN)/python -m tests.bench.pictures

$(READY_TO_BENCH): requirements/bench.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $(READY_TO_BENCH)

bench: $(READY_TO_BENCH)  ## measure accuracy and speed beside peers, and write docs/benchmarks.md (some minutes)
	@$(BIN)/python -m tests.bench.bench

bench-reports: $(READY)  ## how many reports the store takes, with how many commits, and how long 200 at once wait (a minute)
	@$(BIN)/python -m tests.bench.reports

calibrate: $(READY)  ## fit the numbers of knowledge/answering/fitted*.yaml on the exams (a minute)
	@$(BIN)/python -m tests.bench.calibrate

format: $(READY)  ## format the code
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

lock: $(READY)  ## pin the newest requirements with their hashes
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--extra dev -o requirements/dev.txt pyproject.toml
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--extra bench --constraints requirements/dev.txt -o requirements/bench.txt pyproject.toml
	@echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--constraints requirements/dev.txt -o requirements/uv.txt -
