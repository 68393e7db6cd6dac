# What people do. `make` alone lists it. Every target does its own set-up.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
# What `deck` has just built; dist/ may hold packages of other versions too.
NEWEST = $$(ls -t dist/*.apkg | head -n 1)
# What `fuzz` searches, and how long.
TARGET ?= topic
SECONDS ?= 1800
SHOWN := kv-llama31-token kv-bytes-formula attn-head-sharing attn-causal-code
SHOWN_IN_ANKI := kv-bytes-formula attn-causal-code attn-head-sharing attn-flash-io
.PHONY: help deck test check verify preview coverage stats lint types format golden gallery window facts surface bench bench-short bench-check bench-preview bench-growth fuzz clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

deck: $(STAMP)-deck ## check cards/ and build dist/llm-interview-<version>.apkg
	$(BIN)/python build_deck.py build

test: $(STAMP)-dev $(STAMP)-cards ## run all tests, in real Anki and real Chromium
	sh tools/chromium.sh
	sh tools/oldest_anki.sh .venv-oldest-anki
	sh tools/commonmark.sh build/commonmark.json
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(STAMP)-deck ## report every fault of the cards
	$(BIN)/python build_deck.py check

surface: $(STAMP)-dev deck ## look at every side of every card in every client, screen, theme and size of text
	sh tools/chromium.sh
	SURFACE=every $(BIN)/python -m pytest -n auto --dist worksteal tests/test_surface.py

facts: $(STAMP)-deck $(STAMP)-cards ## execute the code of the cards, and compare it with what they say
	$(BIN)/python build_deck.py check --run

verify: $(STAMP)-dev deck ## import the package into real Anki and look at every card
	$(BIN)/python build_deck.py verify

preview: $(STAMP)-dev ## show every card as Anki does, while you write
	$(BIN)/python build_deck.py preview

coverage: $(STAMP)-deck ## what of the syllabus the cards cover
	$(BIN)/python build_deck.py coverage

stats: $(STAMP)-deck ## count the cards
	$(BIN)/python build_deck.py stats

lint: $(STAMP)-dev ## lint and format check of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)-dev ## mypy --strict over recto/
	$(BIN)/mypy

format: $(STAMP)-dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(STAMP)-dev $(STAMP)-cards ## rewrite the expected outputs of the tests; the review is the git diff
	$(BIN)/python -m pytest -q --update-golden

gallery: $(STAMP)-dev deck ## make docs/screenshots from the real deck; the same cards give the same bytes
	sh tools/chromium.sh
	rm -f docs/screenshots/*.png
	$(BIN)/python tools/screenshots.py $(NEWEST) docs/screenshots --cards $(SHOWN)

window: $(STAMP)-dev deck ## show cards in the real Anki window and in the preview, compare them, make docs/anki-and-preview.md
	sh tools/chromium.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[window]'
	sh tools/xvfb.sh
	rm -rf docs/screenshots/anki-window
	$(BIN)/python tools/anki_and_preview.py $(NEWEST) docs --cards $(SHOWN_IN_ANKI)

bench: $(STAMP)-dev ## measure everything against a script without features, into docs/performance.md (an hour)
	$(BIN)/python bench/build.py 100 1000 10000 --write
	$(BIN)/python bench/build.py 100000
	$(BIN)/python bench/shares.py 10000
	$(MAKE) bench-check bench-preview bench-growth

bench-short: $(STAMP)-dev ## the same for two small decks, and formulas; fails if processor time grows too fast
	$(BIN)/python bench/build.py --short
	$(BIN)/python bench/growth.py --short

bench-check: $(STAMP)-dev ## measure what `check` costs, rule by rule
	$(BIN)/python bench/check.py 10000

bench-preview: $(STAMP)-dev ## measure how soon the preview shows a save, for 1,000 and for 10,000 cards
	sh tools/chromium.sh
	$(BIN)/python bench/preview.py

bench-growth: $(STAMP)-dev ## measure how the time for one file or formula grows with it, for sorts that are made to be slow
	$(BIN)/python bench/growth.py

fuzz: $(STAMP)-dev ## search for text that breaks something: make fuzz TARGET=cloze SECONDS=600
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fuzz]'
	$(BIN)/python tests/fuzz/drive.py $(TARGET) $(SECONDS)

clean: ## remove what was made
	rm -rf $(VENV) .venv-oldest-anki dist build *.egg-info

# A missing venv module (bare Debian and Ubuntu have none) is installed if we may, else named.
$(VENV)/bin/python:
	@sh tools/venv.sh $(PYTHON) $(VENV)

$(STAMP)-deck: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

# What the code of the cards imports.
$(STAMP)-cards: $(VENV)/bin/python cards/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r cards/requirements.txt
	@touch $@

$(STAMP)-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(STAMP)-deck
