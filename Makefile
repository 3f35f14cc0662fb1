# Two commands do everything, set-up included: `make run` and `make test`.
# A stamp in .venv remembers what is installed, so that the second time takes seconds.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test fmt lint bench soak oracles docs lock clean

run: $(VENV)/.run
	@$(BIN)/palabre run --samples

test: $(VENV)/.dev $(VENV)/.browser $(VENV)/.emulator $(VENV)/.synapse
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -n 2 --dist worksteal

soak: $(VENV)/.dev
	@PALABRE_SOAK=1 $(BIN)/pytest -m soak -s

# Some groups only: make bench GROUPS="road disk"
bench: $(VENV)/.dev
	@$(BIN)/palabre bench $(GROUPS) --write BENCH.md

# The voting methods against independent libraries, in an environment of their own (some 850 MB).
oracles: .oracles/.done
	@PYTHONPATH=. .oracles/bin/python -m pytest tests/oracles -q -p no:cacheprovider

.oracles/.done: tests/oracles/requirements.lock
	@echo "Installing the libraries to compare with (once; some minutes) ..."
	@$(PYTHON) -m venv .oracles
	@.oracles/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/oracles/requirements.lock
	@touch $@

fmt: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.dev
	@$(BIN)/python -m flows.schema > flows/flow-1.schema.json
	@$(BIN)/python -m locales.extract

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Palabre needs Python 3.11 or newer; found $$($(PYTHON) --version). Try: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Palabre (once; a minute or two) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Palabre and its test tools (once; a minute or two) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

# A browser, a second Bot API emulator and a Matrix homeserver make the live tests complete. Where they cannot be had,
# the tests that need them are skipped and say so.
$(VENV)/.browser: tests/live/install-browser.sh | $(VENV)/.dev
	@sh tests/live/install-browser.sh && touch $@

$(VENV)/.emulator: tests/live/install-emulator.sh | $(VENV)/.dev
	@sh tests/live/install-emulator.sh && touch $@

$(VENV)/.synapse: tests/live/install-synapse.sh tests/live/synapse.lock | $(VENV)/.dev
	@sh tests/live/install-synapse.sh && touch $@

lock: $(VENV)/.dev
	@sh requirements/lock.sh

clean:
	rm -rf $(VENV) .oracles .synapse build .mypy_cache .ruff_cache .pytest_cache .hypothesis
