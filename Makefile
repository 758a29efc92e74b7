# Commands of the project. On a fresh machine start with `make demo` or `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py
PORT ?= 8000
SIZE ?= m
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: setup run demo test test-all test-spark lint bench docs openapi screenshots requirements verify-audit law-report clean

$(VENV)/.base: requirements/base.txt
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/base.txt
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

setup: $(VENV)/.base  ## environment, front-end packages, database
	@scripts/system.sh fonts
	$(PY) -m workrelief.faces.web.static_pipeline
	$(MANAGE) migrate -v 0

demo: $(VENV)/.base  ## set everything up, load the year 2022, print the bulletin's paragraph, serve (LOAD_ONLY=1: do not serve)
	@scripts/system.sh fonts
	$(PY) -m workrelief.faces.web.static_pipeline
	WORKRELIEF_MODE=demo $(MANAGE) demo --size $(SIZE) --load-only
	@if [ -z "$(LOAD_ONLY)" ]; then WORKRELIEF_MODE=demo $(MANAGE) serve --port $(PORT); fi

run: setup  ## serve with a worker on the current database
	$(MANAGE) serve --port $(PORT)

test: $(VENV)/.dev  ## install what tests need and run them
	@scripts/system.sh tests
	scripts/test.sh quick

test-all: $(VENV)/.dev  ## both databases whole, scale and Spark
	@scripts/system.sh tests
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/spark.txt
	scripts/test.sh all

lint: $(VENV)/.dev  ## ruff, mypy, import contracts, migrations, system checks
	ruff check .
	ruff format --check .
	lint-imports
	WORKRELIEF_MODE=test $(MANAGE) makemigrations --check --dry-run -v 0
	WORKRELIEF_MODE=test $(MANAGE) check --fail-level WARNING
	mypy workrelief

bench: $(VENV)/.dev  ## measure beside the limits, write bench/results.json
	@scripts/system.sh tests
	scripts/postgres.sh start && trap 'scripts/postgres.sh stop' EXIT; DATABASE_URL=$$(scripts/postgres.sh url) $(PY) -m bench.run $(BENCH)

docs: $(VENV)/.dev  ## generated pages of docs/reference
	WORKRELIEF_MODE=test $(MANAGE) write_reference

openapi: $(VENV)/.dev  ## the stored OpenAPI document
	WORKRELIEF_MODE=test $(PY) -m workrelief.faces.api.document > docs/reference/openapi.json

screenshots: $(VENV)/.dev  ## every page in both sizes, into docs/guide/pictures and var/screenshots
	@scripts/system.sh tests
	$(PY) -m scripts.screenshots

requirements:  ## pin anew with hashes, without addresses
	$(PY) -m pip install -q uv
	cd requirements && for f in base dev spark; do uv pip compile -q --upgrade --generate-hashes --no-header --no-annotate --python-version 3.11 $$f.in -o $$f.txt; done

verify-audit:  ## recompute the audit chain
	$(MANAGE) verify_audit

law-report:  ## citations still to be confirmed
	$(MANAGE) law_report

clean:
	rm -rf var/test .pytest_cache .mypy_cache .ruff_cache
