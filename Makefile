.DEFAULT_GOAL := help
.PHONY: help setup demo up test lint build deploy bench replay doctor clean lock
PYTHON ?= python3
RUN := .venv/bin

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready .venv-emulator/ready ## Make the environments that everything else uses

.venv/ready: requirements/development.txt requirements/uv.txt pyproject.toml
	$(PYTHON) -m venv .venv && $(RUN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	$(RUN)/uv pip sync --quiet --python $(RUN)/python --require-hashes requirements/development.txt
	$(RUN)/uv pip install --quiet --python $(RUN)/python --no-deps --no-build-isolation --editable . && touch $@

.venv-emulator/ready: requirements/emulator.txt | .venv/ready
	$(RUN)/uv venv --quiet --clear --python $(RUN)/python .venv-emulator
	$(RUN)/uv pip sync --quiet --python .venv-emulator/bin/python --require-hashes requirements/emulator.txt && touch $@
