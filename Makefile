# Everything a developer or a newcomer types. `make help` lists the targets.
# A path with spaces, an empty HOME and a missing LANG must all work: only relative paths here.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.ONESHELL:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check --no-input
ROOMS := repartie config models listener responders sandbox
# `make test ARGS="tests/config -k query"` runs a part.
ARGS ?=

# Bytecode is written as modules are first imported (pip is told not to: it compiles all of them, most never used).
unexport PYTHONDONTWRITEBYTECODE
# Only what stands in this folder and in .venv is imported.
unexport PYTHONPATH PYTHONHOME

.PHONY: help env env-dev demo test check lint types imports format bench soak images docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sort | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

env: $(VENV)/.runtime ## build .venv with .venv/bin/repartie, from the lock
env-dev: $(VENV)/.dev

$(VENV)/.runtime: requirements.lock pyproject.toml
	@missing() { printf 'repartie needs %s. On Debian, as root: apt-get install %s\n' "$$1" "$$2" >&2; exit 1; }
	command -v git >/dev/null || missing git git
	python=
	for name in $(PYTHON) python3.11 python3.12 python3.13 python3; do
	  if "$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then python=$$name; break; fi
	done
	[ -n "$$python" ] || missing 'Python 3.11, 3.12 or 3.13' 'python3.11 python3.11-venv'
	package=python$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || missing "the venv module of $$python" "$$package"
	echo "Building $(VENV) with $$("$$python" --version), about a minute"
	"$(PY)" -m pip --version >/dev/null 2>&1 || "$$python" -m venv --clear $(VENV)
	$(PIP) install --no-deps --no-compile --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-compile --no-index --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(PIP) install --no-deps --no-compile --require-hashes --requirement requirements-dev.lock
	touch $@

demo: env ## play the practice ground: a local Slack and a local social network, no account needed
	@exec $(BIN)/repartie demo

test: env-dev ## run the tests; ARGS="..." is given to pytest
	@$(PY) -m pytest $(ARGS)

check: env-dev lint types imports test ## all that must hold before a change lands

lint: env-dev ## ruff: rules and format
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: env-dev ## let ruff put the code in form
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: env-dev ## mypy, strict
	@$(BIN)/mypy

imports: env-dev ## which room may import which
	@PYTHONPATH=. $(BIN)/lint-imports

bench: env-dev ## measure speed; each script prints a table
	@for script in bench/*.py; do echo "== $$script"; $(PY) "$$script"; done

soak: env-dev ## the long proofs: 200 kills while listening and while answering, on SQLite and on PostgreSQL
	@for store in "" --postgres; do
	  $(PY) -m tests.soak.listening --kills 200 $$store
	  $(PY) -m tests.soak.answering --kills 200 --replies 400 $$store
	  $(PY) -m tests.soak.answering --kills 200 --replies 400 --processes 2 --faults $$store
	done
	$(PY) -m tests.soak.answering_x --kills 100 --replies 150 --longest 0.15
	$(PY) -m tests.soak.bluesky --kills 100 --replies 60 --scale 0.3
	$(PY) -m tests.soak.mastodon --kills 100 --replies 100 --scale 0.2
	$(PY) -m tests.soak.reddit --kills 100 --replies 150
	if [ -n "$${BLUESKY:-}" ]; then $(PY) -m tests.soak.bluesky_real --folder "$$BLUESKY"; fi

images: env-dev ## take the pictures of docs/images again, from the practice ground in a real browser
	@REPARTIE_IMAGES="$$PWD/docs/images" $(PY) -m pytest -q tests/repartie/test_demo.py -k desk

docs: env-dev ## write docs/cli.md, the pages of rules, risk and hard lines from the program itself
	@$(PY) docs/generate_cli.py
	PYTHONPATH=. $(PY) docs/generate_rules.py
	PYTHONPATH=. $(PY) docs/generate_regles.py
	PYTHONPATH=. $(PY) docs/generate_risk.py
	PYTHONPATH=. $(PY) docs/generate_hard_lines.py

# --no-emit-*: a lock names versions and hashes, never where they were fetched.
LOCK := uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"
lock: ## write the two lock files again (needs uv); UPGRADE=1 takes the newest versions
	@command -v uv >/dev/null || { echo 'make lock needs uv: pip install uv' >&2; exit 1; }
	build=$$(mktemp --suffix=.in); trap 'rm -f "$$build"' EXIT
	python3 -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' >"$$build"
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml "$$build" --extra postgres --output-file requirements.lock
	$(LOCK) pyproject.toml "$$build" --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove .venv and every cache
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find $(ROOMS) tests -name __pycache__ -type d -prune -exec rm -rf {} +
