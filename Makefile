# Everything a person, a machine or continuous integration does here. `make help` lists it; docs/decisions/0001-house.md
# says why set-up lives in this file.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000

BIN := .venv/bin
# The embedded installation, whatever the environment names for the tests.
EMBEDDED := env -u DATABASE_URL -u CELERY_BROKER_URL
WITH_SERVICES := $(BIN)/python scripts/services.py
PYTEST := $(BIN)/python -m pytest

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- set-up: every step leaves a stamp and is done again when what it depends on changes ----

.PHONY: setup runtime development build
setup: development build browser ## everything that running, testing and checking needs
runtime: .venv/.runtime $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
development: .venv/.development runtime
build: frontend/dist/index.html ## the front end

.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/.runtime: requirements.txt .venv/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

.venv/.development: requirements-dev.txt .venv/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

%.mo: %.po .venv/.runtime
	$(BIN)/pybabel compile --input-file $< --output-file $@

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20.19 or newer, with npm, is needed." >&2; exit 1; }
	cd frontend && npm ci --no-audit --no-fund
	touch $@

FRONTEND_SOURCES := $(shell find frontend/src frontend/public -type f -not -name '*.test.ts*' 2>/dev/null)
frontend/dist/index.html: frontend/node_modules/.installed $(FRONTEND_SOURCES) $(wildcard frontend/*.html frontend/*.ts frontend/*.json)
	cd frontend && npm run build
	touch $@

.PHONY: browser
browser:
	scripts/chromium.sh

# ---- running ----

.PHONY: run demo
run: runtime build ## the site with its workers and the demo project on http://127.0.0.1:8000 (PORT=...)
	$(EMBEDDED) $(BIN)/python manage.py migrate --noinput
	$(EMBEDDED) $(BIN)/python manage.py build_tiny_base
	$(EMBEDDED) $(BIN)/python manage.py load_demo
	$(EMBEDDED) $(BIN)/python scripts/serve.py --port $(PORT)

demo: runtime ## the whole chain without a person (DATA=file LIMIT=n OUT=folder PASSES=n NOISE=x SEED=n)
	$(EMBEDDED) $(BIN)/python -m simulator $(if $(DATA),--data '$(DATA)') $(if $(LIMIT),--limit $(LIMIT)) \
	  $(if $(OUT),--out '$(OUT)') $(if $(PASSES),--passes $(PASSES)) $(if $(NOISE),--noise $(NOISE)) \
	  $(if $(SEED),--seed $(SEED))

.PHONY: replay
replay: runtime development ## real judgements through the API, and an independent recount (DATA=file LIMIT=n)
	$(EMBEDDED) $(BIN)/python -m simulator.replay --data '$(DATA)' $(if $(LIMIT),--limit $(LIMIT)) --out replay.json
	$(BIN)/python scripts/recount_replay.py '$(DATA)' replay.json

# ---- tests: the quickest to fail first, pytest's own lines last ----

.PHONY: test test-frontend test-sqlite test-postgres
test: check test-frontend test-sqlite test-postgres ## every test, after make check

test-frontend: frontend/node_modules/.installed ## TypeScript's tests
	cd frontend && npm test

# Two processes, each with a database and a broker of its own. Rules and services are dealt test by test, what starts
# sites, workers or engines file by file: it shares them within a file.
SMALL := tests/domain tests/annotate
IN_BROWSERS := tests/e2e
TWO := --numprocesses 2 --max-worker-restart 0
TWO_FILES := $(TWO) --dist loadfile
test-sqlite: development build browser ## Python and browser tests on SQLite and the file-system broker
	$(EMBEDDED) $(PYTEST) $(TWO) $(SMALL)
	$(EMBEDDED) $(PYTEST) $(TWO_FILES) $(addprefix --ignore=,$(SMALL) $(IN_BROWSERS) tests/servers)
	$(EMBEDDED) $(PYTEST) $(TWO_FILES) $(IN_BROWSERS)

ON_SERVERS := tests/servers tests/rm_training tests/collaboration tests/faults/test_killed_judge.py tests/e2e/test_chain.py
test-postgres: development build browser ## what touches a database or a broker, on PostgreSQL and Redis
	$(WITH_SERVICES) $(PYTEST) $(TWO) tests/annotate
	$(WITH_SERVICES) $(PYTEST) $(TWO_FILES) $(ON_SERVERS) --ignore=tests/rm_training/engine

# ---- checks ----

.PHONY: check schema
check: development frontend/node_modules/.installed ## lint, types, import arrows, migrations, schema drift, compose file
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(EMBEDDED) $(BIN)/lint-imports
	$(EMBEDDED) $(BIN)/mypy
	$(EMBEDDED) scripts/check_site.sh
	$(BIN)/python scripts/check_compose.py
	cd frontend && npm run lint && npm run typecheck

schema: development frontend/node_modules/.installed ## the API's schema and the front end's types, from the code
	$(EMBEDDED) $(BIN)/python manage.py spectacular --format openapi-json --validate --fail-on-warn --file frontend/openapi.json
	cd frontend && npm run api:types

# ---- pictures, benchmarks, and cleaning up ----

.PHONY: screenshots
screenshots: development build browser ## the pictures of the guides (docs/images), of a site that simulated people worked on
	$(EMBEDDED) $(BIN)/python -m scripts.screenshots

BENCHMARKS := $(shell grep -l __main__ bench/*.py 2>/dev/null)
.PHONY: bench
bench: development build browser ## every benchmark; bench/ says what each measures (DATA=file for the engine's)
	for file in $(BENCHMARKS); do $(WITH_SERVICES) $(BIN)/python -m bench.$$(basename $$file .py); done
	$(BIN)/python -m bench.rm $(if $(DATA),--data '$(DATA)')

.PHONY: clean
clean: ## removes what was built and installed here; the data in var/ stays
	rm -rf .venv frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find locale -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
