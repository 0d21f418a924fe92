# Two commands: `make app` opens nearhome on localhost, `make test` proves it works. Each is enough alone.
PYTHON ?= python3
BIN := .venv/bin
# Strict editable mode links file by file, so a new or removed file means a new install.
SOURCES := $(shell find app geo data analysis src -name '__pycache__' -prune -o -type f -print | sort)
LISTING := $(shell printf '%s\n' $(SOURCES) | cksum | cut -d' ' -f1)

DOCS := $(BIN)/sphinx-build -n -W --keep-going -q -j 2 docs docs/_build

.PHONY: app test docs lint types check lock clean browser
.DEFAULT_GOAL := app

app: .venv/installed-app-$(LISTING)
	$(BIN)/nearhome app

test: .venv/installed-test-$(LISTING) browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(DOCS)
	$(BIN)/pytest

# The pages, offline; open docs/_build/index.html.
docs: .venv/installed-test-$(LISTING)
	$(DOCS)

# Chromium comes from Debian where it is missing and apt is there; elsewhere set NEARHOME_CHROMIUM to one.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || test -n "$$NEARHOME_CHROMIUM" \
	  || { SUDO=; test "$$(id -u)" = 0 || SUDO=sudo; \
	       command -v apt-get >/dev/null && $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq chromium >/dev/null; } \
	  || echo "No Chromium found and none could be installed: set NEARHOME_CHROMIUM to its path for the browser tests."

.venv/installed-%-$(LISTING): requirements/%.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
	  --config-settings editable_mode=strict --editable .
	rm -f .venv/installed-$*-* && touch $@

# Needs uv; run after changing the dependencies in pyproject.toml.
lock:
	echo 'setuptools>=77' > .venv/build.in
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header --extra osm --extra fast --extra placement pyproject.toml .venv/build.in -o requirements/app.txt
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header --extra osm --extra fast --extra placement --extra build --extra cluster --group test pyproject.toml .venv/build.in -c requirements/app.txt -o requirements/test.txt

clean:
	rm -rf .venv build dist docs/_build docs/reference/python *.egg-info
