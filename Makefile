# Two commands are all that a newcomer needs: `make run` and `make test`. Both set up whatever is missing.
# `make help` lists the rest.

PYTHON := .venv/bin/python
PACKBAY := .venv/bin/packbay
OUT ?= out
# More words for pytest: make test PYTEST="tests/app/picking -k route"
PYTEST ?=
# Two processes, a file to each: the suite is made for machines of two cores.
WORKERS ?= 2
# What `make shift` plays.
ORDERS ?= 50
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help run test check format bench chaos ha mutants shots shift lock setup-run setup-test clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

run: setup-run ## the kiosk with a demo warehouse; without a display a whole shift into out/run
	@bash .ci/demo $(OUT)/run

test: setup-test ## every test
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) -m pytest -n $(WORKERS) --dist loadfile $(PYTEST)

check: setup-test ## format, lint, types, import contracts
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-logo --cache-dir .venv/.import-linter

format: setup-test ## write the format and what lint can mend by itself
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

bench: setup-test ## how fast: prints figures, asserts none
	@$(PYTHON) -m bench

chaos: setup-test ## stalls, kills and 2,000 scans at their real rate
	@$(PYTHON) -m bench.chaos

ha: setup-test ## three nodes of Patroni and etcd: the leader killed, frozen, cut off under three stations at work
	@$(PYTHON) -m bench.ha

mutants: setup-test ## planted bugs and what catches them, by name; DIFF=file plants one of your own
	@$(PYTHON) -m bench.mutants $(if $(DIFF),--diff $(DIFF))

shots: setup-run ## pictures of every screen into out/shots, each with its texts and rectangles
	@$(PACKBAY) shots --out $(OUT)/shots

shift: setup-run ## a scripted shift with faults through real ptys: ORDERS=50 SEED=1
	@$(PACKBAY) shift --orders $(ORDERS) --seed $(SEED) --faults --out $(OUT)/shift

lock: setup-test ## resolve the dependencies of pyproject.toml anew, with hashes
	@bash .ci/lock

setup-run:
	@bash .ci/setup run

setup-test:
	@bash .ci/setup test

clean: ## out/ and the caches; the environment stays
	@rm -rf $(OUT) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
