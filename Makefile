# make            what can be made
# Each target sets up .venv when it must: when requirements.txt or pyproject.toml changed.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv

ifeq ($(OS),Windows_NT)
  BIN := $(VENV)/Scripts
else
  BIN := $(VENV)/bin
endif
RUN := $(BIN)/python -m
NOTEBOOKS := $(wildcard chapters/*.ipynb solutions/*.ipynb)

LEARNING := $(VENV)/ready-to-learn
TESTING := $(VENV)/ready-to-test

export PYTHONUTF8 := 1
# Your own settings of IPython must not change what a notebook prints.
test: export IPYTHONDIR := $(CURDIR)/.embedkit/ipython
# The tests run in two processes. More threads than cores would wait for each other.
test: export OMP_NUM_THREADS ?= 1

# JupyterLab opens on the learner's progress.
lab: export JUPYTER_CONFIG_PATH := $(CURDIR)/_lab

.DEFAULT_GOAL := help
.PHONY: help book pdf serve lab check test refresh release bench

help:
	@echo "make book      build the book into _build/html"
	@echo "make pdf       make one PDF of the book (needs Chromium or Chrome)"
	@echo "make serve     serve the built book on this machine (PORT=8000)"
	@echo "make lab       open JupyterLab on your progress and the exercises"
	@echo "make check     mark your exercise sheets"
	@echo "make test      run every test"
	@echo "make refresh   run all notebooks again and store their outputs"
	@echo "make release   make exercises/ from solutions/"
	@echo "make bench     run the benchmarks"

book: $(LEARNING)
	@$(BIN)/jupyter-book build . -W -n --keep-going
	@echo "The book is built. Open _build/html/index.html, or run: make serve"

pdf: $(LEARNING)
	@$(RUN) embedkit.authoring.pdf

_build/html/index.html:
	@$(MAKE) --no-print-directory book

serve: $(LEARNING) _build/html/index.html
	@$(RUN) embedkit.authoring.serve $(PORT)

lab: $(LEARNING)
	@$(RUN) embedkit start
	@$(RUN) jupyter lab --notebook-dir=.

check: $(LEARNING)
	@$(RUN) embedkit check

# All of it runs even if something fails, so that one run tells all there is to mend. What hangs
# is stopped, named, and counts as failed.
test: $(TESTING)
	@status=0; \
	$(RUN) ruff check . || status=1; \
	$(RUN) ruff format --check . || status=1; \
	$(RUN) mypy || status=1; \
	$(RUN) pytest -n 2 --dist loadfile --nbval --nbval-current-env --nbval-cell-timeout=300 --timeout=900 \
	  --ignore-glob='tests/*.ipynb' tests $(NOTEBOOKS) || status=1; \
	exit $$status

refresh: $(LEARNING)
	@$(RUN) embedkit refresh

release: $(LEARNING)
	@$(RUN) embedkit release

bench: $(LEARNING)
	@$(if $(wildcard benchmarks/*.py),$(foreach file,$(wildcard benchmarks/*.py),$(RUN) benchmarks.$(basename $(notdir $(file))) &&) true,\
	  echo "There is no benchmark yet: one belongs in benchmarks/, and then runs here.")

$(VENV)/python-is-new-enough:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	  echo "The course needs Python 3.11 or newer, and $(PYTHON) is not."; \
	  echo "Name another, as in: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(LEARNING): requirements.txt pyproject.toml | $(VENV)/python-is-new-enough
	@echo "Installing what the course needs into $(VENV). The first time takes a few minutes."
	@$(RUN) pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(TESTING): $(LEARNING)
	@$(RUN) pip install --quiet --disable-pip-version-check -e ".[test]"
	@touch $@
