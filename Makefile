# run and test need nothing but Python 3.11+; each makes .venv on first use.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
DEVELOPMENT := $(VENV)/.development

.PHONY: run test long lint clean

run: $(STAMP)
	$(VENV)/bin/rewardsmith evolve mountain-car

test: $(DEVELOPMENT)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/pyright
	$(VENV)/bin/python -m pytest -q --numprocesses 2 --dist loadfile

long: $(DEVELOPMENT)
	$(VENV)/bin/python -m pytest -q -m long --timeout 7200 --record tests/benchmarks/results/long.json

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $(STAMP)

$(DEVELOPMENT): $(STAMP)
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --group dev
	touch $(DEVELOPMENT)

lint: $(DEVELOPMENT)
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:
	rm -rf $(VENV) dist build .pytest_cache .ruff_cache .hypothesis
