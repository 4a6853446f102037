# run and test need nothing but Python 3.11+; each makes .venv on first use.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed

.PHONY: run test long bench lint clean

run: $(STAMP)
	$(VENV)/bin/rewardsmith evolve mountain-car

test: $(STAMP)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/pyright
	$(VENV)/bin/python -m pytest -q

long: $(STAMP)
	$(VENV)/bin/python -m pytest -q -m long --timeout 7200 --record tests/benchmarks/results/long.json

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $(STAMP)

lint: $(STAMP)
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:
	rm -rf $(VENV) dist build .pytest_cache .ruff_cache .hypothesis
