# Two commands, alone, on a fresh machine: `make run` and `make test`. Nothing before them.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Byte code is written: without it every import is twice as slow.
unexport PYTHONDONTWRITEBYTECODE
export BERICHTSWESEN_HOME ?= $(CURDIR)/data
export DAGSTER_DISABLE_TELEMETRY := yes
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

.PHONY: run test test-all bench lint typen stil setup ui pins clean

run: setup
	@$(BIN)/berichtswesen demo

test: setup lint
	@$(PYTEST) -m "not lang"

test-all: setup
	@$(PYTEST) -m lang

# BENCH: klein (minutes), land (an hour), bund (a day, 80 GB)
bench: setup
	@$(BIN)/python -m tests.benchmarks.bench $(or $(BENCH),klein)

lint: setup
	@$(MAKE) --no-print-directory --jobs 2 --output-sync typen stil

# The two that take long, side by side
typen:
	@$(BIN)/mypy

stil:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests
	@$(BIN)/berichtswesen check

ui: setup
	@$(BIN)/berichtswesen ui

setup: $(VENV)/.fertig

$(VENV)/.fertig: constraints.txt pyproject.toml
	@echo "Setting up $(VENV) (once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r constraints.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib sources quality reports orchestration > /dev/null || true
	@touch $@

# Renew the pins after a change of pyproject.toml.
pins: setup
	@$(BIN)/pip-compile --quiet --no-strip-extras --extra dev --generate-hashes --allow-unsafe \
		--no-emit-index-url --no-emit-find-links --no-header -o constraints.txt pyproject.toml

clean:
	@rm -rf $(VENV) data
