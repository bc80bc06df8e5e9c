# Everything a person runs. Needs only Python 3.11 to 3.13 and make; the rest is installed from hash-locked requirements into .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# One more than there are cores: much of the suite waits for a server, a browser or another process.
WORKERS = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --maxprocesses 8 --dist worksteal --durations 10
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
SEEDS  ?= seeds
OUTPUT ?= output
LOCK   ?= requirements.txt
AUDIT  := $(VENV)/audit
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' pipeline/__init__.py)
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
          --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run test test-slow test-exhaustive test-all lint pictures workshop lock sbom audit bench bench-large clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## Publish the pages under seeds/ to output/ through the Prefect flow
	@$(BIN)/onlabel run $(SEEDS) --output $(OUTPUT)

test: $(VENV)/.dev  ## Run the test suite, on all cores: each behavior once (7 minutes on two)
	@$(PYTEST)

test-slow: $(VENV)/.dev  ## Run what takes longer: further cases, and all examples of hypothesis (.ci/run does)
	@ONLABEL_EXAMPLES=all $(PYTEST) -m "(slow or hypothesis) and not exhaustive and not interop"

test-exhaustive: $(VENV)/.dev  ## Run what tries everything where the others try a sample
	@$(PYTEST) -m "exhaustive and not interop"

test-all: test test-slow test-exhaustive  ## Run all three

lint: $(VENV)/.dev  ## Check style (ruff) and types (mypy --strict)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.dev  ## Measure speed and memory against a floor in the same run (10 minutes)
	@$(BIN)/python tests/bench/run.py

bench-large: $(VENV)/.dev  ## The same with 20,000 pages (half an hour)
	@$(BIN)/python tests/bench/run.py --large 20000

pictures: $(VENV)/.dev  ## Make the README's pictures again (needs Chromium)
	@$(BIN)/python tests/review/pictures.py

workshop: $(VENV)/.dev  ## Make the tables that onlabel reads: make workshop DO="refresh --from releases"
	@$(BIN)/python -m pipeline.workshop $(DO)

lock: $(VENV)/.dev  ## Resolve the dependencies anew and write the lock files
	@$(COMPILE) pyproject.toml --group build --output-file requirements.txt
	@$(COMPILE) pyproject.toml --all-extras --group build --group dev --group lock --constraint requirements.txt --output-file requirements-dev.txt
	@rm -f requirements-lowest.txt  # what it held would be preferred to what is lowest now
	@$(COMPILE) pyproject.toml --all-extras --group build --group dev --group lock --resolution lowest-direct --output-file requirements-lowest.txt
	@$(COMPILE) --group audit --output-file requirements-audit.txt

sbom: $(AUDIT)  ## List what a release is made of, from the lock file, as CycloneDX in dist/
	@mkdir -p dist
	@sed 's/^dynamic = .*/version = "$(VERSION)"/' pyproject.toml >$(AUDIT)/pyproject.toml
	@$(AUDIT)/bin/python -W "ignore:The Component this BOM" -m cyclonedx_py requirements $(LOCK) \
	  --pyproject $(AUDIT)/pyproject.toml --spec-version 1.6 --output-reproducible --output-file dist/onlabel-$(VERSION).cdx.json
	@echo dist/onlabel-$(VERSION).cdx.json

audit: $(AUDIT)  ## Look the locked versions up in PyPI's database of known vulnerabilities (needs pypi.org)
	@$(AUDIT)/bin/pip-audit --strict --require-hashes --disable-pip --requirement $(LOCK)

clean:  ## Remove the environment, caches and built files (published output stays)
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "onlabel needs Python 3.11 to 3.13; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "Setting up $(VENV) (once; needs a package registry) …" >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.venv requirements.txt pyproject.toml
	@$(PIP) install --require-hashes --requirement requirements.txt
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

# Beside .venv, not in it: these tools neither ship with onlabel nor bound the versions of what does.
$(AUDIT): requirements-audit.txt | $(VENV)/.venv
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements-audit.txt
	@touch $@
