# Needs Python 3.11 or later with venv, and make. Everything else is set up in .venv.
# `make` alone lists the targets. Two variables may be set:
#   PYTHON=/path/to/python3.12   the Python that .venv is made with (else the first one that is new enough)
#   ARGS="--port 9000"           passed on to the command of run, test, benchmark or lock

PYTHON ?=
ARGS ?=
bin := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run setup test lint format benchmark soak lock clean

run: setup  ## set up and start the assistant with the sample policy on a local web chat
	@exec $(bin)/hearth serve $(ARGS)

test: setup lint  ## set up and run everything: lint, import rule, types, tests
	$(bin)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(ARGS)

setup:  ## make .venv from requirements.lock; does nothing when it is whole and current
	@python=$$(sh scripts/find-python '$(PYTHON)') && exec "$$python" -m scripts.setup

lint: setup  ## check style, import rule and types
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/lint-imports --no-logo
	$(bin)/mypy

format: setup  ## mend style and layout where that is safe
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

benchmark: setup  ## measure speed and answers
	$(bin)/python -m benchmarks $(ARGS)

soak: setup  ## kill, stop and fill up everything under the records, and look what is left (minutes)
	$(bin)/python -m benchmarks.soak $(ARGS)

lock: setup  ## remake requirements.lock after a change of pyproject.toml (ARGS=--upgrade: newest versions)
	sh scripts/lock $(ARGS)

clean:  ## remove .venv and all caches; data is kept
	rm -rf .venv .build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@sed -n 's/^# *\([A-Z]*=.*\)/  \1/p' Makefile
