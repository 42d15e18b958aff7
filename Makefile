# Two commands do everything: `make serve` opens the course, `make test` tests it. Both set up what they need first.

PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help serve test test-all setup build check rivals lint tools clean

help:
	@echo "make serve     set up, build the course and serve it at http://127.0.0.1:8000"
	@echo "make test      set up and run every check and test that takes minutes"
	@echo "make test-all  also those that take longer"
	@echo "make setup     only make .venv with everything in it"
	@echo "make build     write the site to site/"
	@echo "make check     print the matrix of topics"
	@echo "make rivals    install the programs that benchmarks/ compares with"
	@echo "make clean     remove what was built; downloads stay in .cache/"

serve: setup
	@$(BIN)/course serve

build: setup
	@$(BIN)/course build

check: setup
	@$(BIN)/course check

setup: $(STAMP) .venv-pandas22/.installed

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed and '$(PYTHON)' was not found. Install it, or name another: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' || { echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "'$(PYTHON)' can't make environments. On Debian: apt-get install python3.11-venv"; exit 1; }
	@echo "Installing Python packages into .venv (about a minute; only after a change of the lock file) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The browser's Python has pandas 2.2; exercises are tested on it as well as on the grader's.
.venv-pandas22/.installed: requirements-pandas22.lock
	@echo "Installing pandas 2.2 into .venv-pandas22, as the browser has it …"
	@$(PYTHON) -m venv .venv-pandas22
	@.venv-pandas22/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pandas22.lock
	@touch $@

# Other people's programs, that benchmarks/ compares ours with.
.venv-benchmarks/.installed: requirements-benchmarks.lock
	@echo "Installing what the benchmarks compare with into .venv-benchmarks …"
	@$(PYTHON) -m venv .venv-benchmarks
	@.venv-benchmarks/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-benchmarks.lock
	@touch $@

rivals: setup .venv-benchmarks/.installed

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Said before anything runs, so that nobody waits for a test that can't pass.
tools:
	@lack=""; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || [ -n "$$CHROMIUM" ] || lack="$$lack chromium"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || lack="$$lack postgresql"; \
	[ -z "$$lack" ] || { echo "The tests need$$lack, which this machine lacks. On Debian: apt-get install$$lack"; exit 1; }

test: tools lint check
	@$(BIN)/pytest -n 2 --dist loadfile -m "not slow"
	@echo "The exercises once more, on the browser's pandas:"
	@.venv-pandas22/bin/python -m pytest -q -m "not slow" tests/content/test_exercises.py

test-all: tools lint check
	@$(BIN)/pytest -n 2 --dist loadfile
	@echo "The exercises once more, on the browser's pandas:"
	@.venv-pandas22/bin/python -m pytest -q tests/content/test_exercises.py

clean:
	@rm -rf .build site .mypy_cache .pytest_cache .ruff_cache .hypothesis
