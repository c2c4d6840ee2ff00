# Everything from a bare clone: each target makes its own environment first, once.
#   make test | check | extras | demo | score | bench | growth | compare | compare-silent | picture

PYTHON ?= python3
VENV   := .venv
READY  := $(VENV)/.ready
PEERS  := $(VENV)/.peers
CHECKERS := $(VENV)-compare/.ready
BIN    := $(VENV)/bin

.PHONY: test check extras demo score bench growth compare compare-silent picture clean

test: $(READY)
	$(BIN)/python -m pytest $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo

# Each extra alone in an environment of its own: a broken program of its framework is told, with a fix that is verified.
extras: $(READY)
	$(BIN)/python -m tests.extras $(ARGS)

# The program has a fault: `check` has to end with 1, findings.
demo: $(READY)
	@$(BIN)/axiswise check examples/demo/train.py; status=$$?; \
	if [ $$status -ne 1 ]; then echo "demo: expected status 1 (a finding), got $$status" >&2; exit 1; fi

# Over the corpus: how much is found, in the right place, and mended; how many right programs get silence.
score: $(READY)
	$(BIN)/python -m tests.corpus.score $(ARGS)

# How long it takes, beside plain Python and other tools.
bench: $(PEERS)
	$(BIN)/python -m benchmarks $(ARGS)

# How the cost grows with depth and with files: docs/growth.svg.
growth: $(PEERS)
	$(BIN)/python -m benchmarks.growth $(ARGS)

# One model, three tools, side by side: docs/side-by-side.md.
compare: $(CHECKERS)
	$(VENV)-compare/bin/python docs/side_by_side.py

# Faults that raise nothing under axiswise and its peers: docs/silent-side-by-side.md. Each peer gets an environment.
compare-silent: $(READY)
	$(BIN)/python -m benchmarks.silent $(ARGS)

picture: $(READY)
	$(BIN)/python docs/picture.py

$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet torch==2.13.0 --editable '.[torch,dev,frameworks,programs]'
	# Without what it asks for: of its modules the tests take those that need no torchvision.
	$(BIN)/python -m pip install --quiet --no-deps vit-pytorch==1.26.11
	touch $@

# A tool that does not install is shown as not installed.
$(PEERS): $(READY)
	-$(BIN)/python -m pip install --quiet torch==2.13.0 --editable '.[bench]'
	touch $@

# In an environment of its own: pyright would take their stubs for torch's types.
$(CHECKERS): pyproject.toml
	test -x $(VENV)-compare/bin/python || $(PYTHON) -m venv $(VENV)-compare
	$(VENV)-compare/bin/python -m pip install --quiet torch==2.13.0
	$(VENV)-compare/bin/python -m pip install --quiet torch==2.13.0 --editable '.[torch,compare]'
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-compare $(VENV)-compare-silent .pytest_cache .ruff_cache .hypothesis .import_linter_cache
