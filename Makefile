# Everything from a bare clone: each target makes its own environment first, once.
#   make test | check | demo | bench

PYTHON ?= python3
VENV   := .venv
READY  := $(VENV)/.ready
BIN    := $(VENV)/bin

.PHONY: test check demo bench clean

test: $(READY)
	$(BIN)/python -m pytest $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo

# The program has a fault: `check` has to end with 1, findings.
demo: $(READY)
	@$(BIN)/axiswise check examples/demo/train.py; status=$$?; \
	if [ $$status -ne 1 ]; then echo "demo: expected status 1 (a finding), got $$status" >&2; exit 1; fi

bench: $(READY)
	$(BIN)/python -m tests.corpus.score $(ARGS)

$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet torch==2.13.0 --editable '.[torch,dev,programs]'
	# Without what it asks for: of its modules the tests take those that need no torchvision.
	$(BIN)/python -m pip install --quiet --no-deps vit-pytorch==1.26.11
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache
