# Two commands: `make serve` to use it, `make test` to check it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: serve test test-slow lint format clean browser

$(VENV)/.run: pyproject.toml constraints.txt
	@echo "Installing into $(VENV): about 1.8 GB, once, some minutes. 正在安装，只需一次，要几分钟。"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt $(VENV)/.run
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test,local-model]'
	@touch $@

serve: $(VENV)/.run
	$(BIN)/python -m api serve --host $(HOST) --port $(PORT)

# The browser tests need a Chromium. Where this user may install packages it is fetched; else they skip and say so.
browser:
ifeq ($(CHROMIUM),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; \
	else echo "No Chromium found: the browser tests will be skipped. Install the package 'chromium' to run them."; fi
endif

test: $(VENV)/.test browser lint
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadgroup

test-slow: $(VENV)/.test browser
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
