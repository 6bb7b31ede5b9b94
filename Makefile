# Commands of this repository; `make help` lists them. Each sets up the environment if needed.

STUDY ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# The newest Python on this machine that the locked packages support.
PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && command -v $$python && break; done)

.DEFAULT_GOAL := help
.PHONY: help setup findings test check lab keep accept verify publish bench calibration validity external lock

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make .venv with the locked packages (the other commands do this too)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is missing: install one (see README.md), then run again." >&2; exit 2; }
	@echo "Setting up $(VENV) with $(PYTHON): this takes a few minutes, once."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

findings: $(READY)  ## run the study (STUDY=name switches first) and say where the pages are
	@$(BIN)/python -m nplvanalysis.studies $(STUDY)
	@$(BIN)/dvc repro
	@echo "Findings: reports/findings.nl.html and reports/findings.en.html; all pages: reports/index.html"

test: $(READY)  ## run the tests
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(READY)  ## lint, format, types, notebooks stripped
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

lab: $(READY)  ## open copies of the notebooks in JupyterLab (explore/, ignored by git)
	@mkdir -p explore
	@for notebook in notebooks/*.ipynb; do test -e explore/$$(basename $$notebook) || cp $$notebook explore/; done
	@$(BIN)/jupyter lab explore

keep: $(READY)  ## copy a notebook back from explore/, stripped (NOTEBOOK=3a-housing-mix)
	@test -f "explore/$(NOTEBOOK).ipynb" || { echo "There is no explore/$(NOTEBOOK).ipynb: name one as in NOTEBOOK=3a-housing-mix." >&2; exit 2; }
	@cp explore/$(NOTEBOOK).ipynb notebooks/$(NOTEBOOK).ipynb
	@$(BIN)/nbstripout --keep-id notebooks/$(NOTEBOOK).ipynb
	@echo "Copied to notebooks/$(NOTEBOOK).ipynb. \`make findings\` runs notebooks that have a stage in dvc.yaml."

accept: $(READY)  ## accept new bytes of a living statistic (SOURCE=id)
	@$(BIN)/python -m nplvanalysis.sources accept $(SOURCE)

verify: $(READY)  ## rerun a published study elsewhere and compare (STUDY=name)
	@$(BIN)/python -m nplvanalysis.report verify $(STUDY)

publish: $(READY)  ## write the study that ran to docs/findings/ and docs/verdicts.csv
	@$(BIN)/python -m nplvanalysis.report publish

bench: $(READY)  ## measure time and memory, printed as a table
	@$(BIN)/python bench/pipeline.py
	@$(BIN)/python bench/panel.py
	@$(BIN)/python bench/speed.py

calibration: $(READY)  ## compare the synthetic country with the real moments: docs/calibration.md
	@$(BIN)/python bench/calibration.py

validity: $(READY)  ## redraw the synthetic country 500 times and test the estimators: docs/validity.md (an hour and a half on two cores)
	@$(BIN)/python bench/validity.py

external: $(READY)  ## hold published figures against the real studies: docs/external-checks.md
	@$(BIN)/python bench/external_checks.py

lock: $(READY)  ## renew requirements.lock after a change of pyproject.toml (needs uv)
	@uv pip compile pyproject.toml --extra dev --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock
