# `make run` and `make test` start from a clean clone. What they do stands in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test check bench lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: ## set up what is missing, start the server, and train ResNet-18 on it, in minutes
	@scripts/setup run
	@scripts/run

test: ## set up what is missing, and run all checks and tests, those on a real Docker Engine too
	@scripts/setup test
	@scripts/check -n auto

check: ## what needs no Docker Engine, for between two edits (1 to 2 minutes)
	@scripts/setup-python dev
	@scripts/setup-portal
	@scripts/build-portal
	@scripts/check -q -n auto -m "not engine and not slow"

bench: ## measure: how fast it schedules, starts, logs (benchmarks/)
	@scripts/setup test
	@.venv/bin/python -m benchmarks

lock: ## make requirements/*.txt anew after a change of pyproject.toml
	@scripts/lock

clean: ## remove what was made here: .venv and caches. Jobs' data (.data), images and the engine stay
	rm -rf portal/node_modules openpai/server/portal_files .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
