# Everything a developer runs. Each target sets up what it needs; none needs root or a cloud.
.DEFAULT_GOAL := help
.PHONY: help run test check build bench docs format lint types e2e clean

VENV ?= .venv
SAM_VENV ?= .venv-sam
PYTHON := $(shell tools/find-python)
BIN := $(VENV)/bin
PORT ?= 8000

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.ready: requirements-dev.txt layers/dependencies/requirements.txt
	tools/make-venv $(VENV) requirements-dev.txt
	@touch $@

test: $(VENV)/.ready ## Run the unit, contract and functional tests
	$(BIN)/python -m pytest

format: $(VENV)/.ready ## Rewrite the sources in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: $(VENV)/.ready ## Check format and lint rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.ready ## Check types, strictly
	$(BIN)/mypy

clean: ## Remove everything that was made here
	rm -rf $(VENV) $(SAM_VENV) .aws-sam build node_modules
