# Every target sets itself up: a fresh clone needs Python >= 3.11 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= auto
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help demo test check format fast cover bench mutate oldest build lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "jainam needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "setting up .venv"
	@$(PIP) install --require-hashes --no-deps -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "setting up the development tools in .venv"
	@$(PIP) install --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

demo: $(VENV)/run.stamp ## a dealer desk trades two clients on the bundled simulator and closes everything
	@$(BIN)/jainam demo

check: $(VENV)/dev.stamp ## format, lint, types, import contracts (seconds)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > $(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }
	@echo "checks passed"

format: $(VENV)/dev.stamp ## format and apply the safe lint fixes
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

test: check ## every check and every test; what CI runs
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q

fast: $(VENV)/dev.stamp ## unit and property tests only
	@$(BIN)/python -m pytest -n $(JOBS) -q tests/unit tests/property

cover: $(VENV)/dev.stamp ## branch coverage; domain and application must reach 95 %
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -n $(JOBS) -q --cov --cov-report=
	@$(BIN)/coverage report --include='src/jainam/domain/*,src/jainam/application/*' --fail-under=95
	@$(BIN)/coverage report --skip-covered | tail -n 1

bench: $(VENV)/dev.stamp ## benchmarks, as ratios against a floor in the same run
	@$(BIN)/python -m benchmarks

mutate: $(VENV)/dev.stamp ## mutation testing over the rule modules (20 minutes at most)
	@$(BIN)/python -m benchmarks.mutation

# what an OpenAlgo host pins of what we need
HOST_PINS := attrs==24.2.0 cattrs==24.1.3 click==8.4.1 cryptography==50.0.0 httpx==0.28.1 orjson==3.11.9 \
	python-dotenv==1.2.2 rich==13.7.1 SQLAlchemy==2.0.51

oldest: $(VENV)/dev.stamp ## unit, contract and desk tests on the lowest dependencies, then on an OpenAlgo host's
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(BIN)/python -m build --no-isolation --wheel --outdir $$folder . > $$folder/build.log; \
	sed -nE 's/^((hypothesis|pytest-timeout|pytest-xdist)==[^ ]+).*/\1/p' requirements/dev.txt > $$folder/tools.in; \
	for round in lowest host; do \
		if [ $$round = host ]; then printf '%s\n' $(HOST_PINS) >> $$folder/tools.in; fi; \
		$(BIN)/uv pip compile --quiet --python $(BIN)/python --resolution lowest-direct --no-header --no-annotate \
			--extra simulator --extra conformance pyproject.toml $$folder/tools.in --output-file $$folder/$$round.txt; \
		$(BIN)/python -m venv $$folder/$$round; \
		echo "$$round: $$(grep -iE '^(attrs|cattrs|click|cryptography|httpx|orjson|pluggy|python-dotenv|rich|sqlalchemy|stamina)==' $$folder/$$round.txt | tr '\n' ' ')"; \
		$$folder/$$round/bin/python -m pip --disable-pip-version-check --quiet install --no-deps -r $$folder/$$round.txt $$folder/*.whl; \
		$$folder/$$round/bin/python -m pytest -n $(JOBS) -q tests/unit tests/contract tests/integration/desk; \
	done

build: $(VENV)/dev.stamp ## wheel and sdist into dist/
	@$(BIN)/python -m build --no-isolation --outdir dist

lock: $(VENV)/dev.stamp ## resolve the requirements files anew
	@$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-header --extra simulator --group build pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-header --extra simulator --extra conformance --group dev pyproject.toml -o requirements/dev.txt

clean: ## remove what the targets made
	@rm -rf $(VENV) build dist htmlcov mutants .coverage .coverage.* .mypy_cache .ruff_cache .hypothesis
