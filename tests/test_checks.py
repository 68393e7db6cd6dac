"""Every rule has a folder in tests/checks with decks that break it and their nearest correct twin.

`bad/` breaks the rule of its folder and `expected.txt` is all that is reported; `bad-<situation>/` goes with
`expected-<situation>.txt`. Nothing at all is reported for `good/`. Each is laid over the deck of `make_deck`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Deck, Golden, MakeDeck

from recto.cache import NO_CACHE
from recto.diagnostic import Diagnostic, Rule
from recto.facts.check import check_facts
from recto.report import format_text
from recto.rulebook import RULES, RUN_RULES

CHECKS = Path(__file__).parent / "checks"
BAD = sorted(p for p in CHECKS.glob("*/*") if p.is_dir() and re.fullmatch(r"bad(-[a-z0-9-]+)?", p.name))


def read_overlay(folder: Path) -> dict[str, str | bytes]:
    """The files of a folder, byte for byte, as `make_deck` takes them."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def reported(deck: Deck, rule: str) -> list[Diagnostic]:
    """What `check` says of a deck, `check --run` where the rule is about executed code."""
    checked = deck.check()
    if rule not in [found.name for found in RUN_RULES]:
        return list(checked.diagnostics)
    facts = check_facts(checked.programs, deck.project.config().run, NO_CACHE)
    return sorted([*checked.diagnostics, *facts.diagnostics], key=lambda d: d.sort_key)


def name_of(folder: Path) -> str:
    return folder.relative_to(CHECKS).as_posix()


def test_every_rule_has_a_folder_and_every_folder_a_rule():
    assert sorted(p.name for p in CHECKS.iterdir()) == sorted(rule.name for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_folder_is_complete(rule: Rule):
    """A folder holds bad/, good/, and an expectation for each bad deck; anything else is a slip in a name."""
    folder = CHECKS / rule.name
    bad = [p.name for p in BAD if p.parent == folder]
    expectations = [f"expected{name.removeprefix('bad')}.txt" for name in bad]
    assert "bad" in bad
    assert sorted(p.name for p in folder.iterdir()) == sorted([*bad, "good", *expectations])


@pytest.mark.parametrize("bad", BAD, ids=name_of)
def test_bad_is_reported(bad: Path, make_deck: MakeDeck, golden: Golden):
    diagnostics = reported(make_deck(read_overlay(bad)), bad.parent.name)
    golden(format_text(diagnostics), bad.parent / f"expected{bad.name.removeprefix('bad')}.txt")
    assert bad.parent.name in {d.rule for d in diagnostics}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_good_is_silent(rule: Rule, make_deck: MakeDeck):
    diagnostics = reported(make_deck(read_overlay(CHECKS / rule.name / "good")), rule.name)
    assert format_text(diagnostics) == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_expectations_name_only_their_rule(rule: Rule):
    """One mistake is one report: nothing else is said about a deck that breaks one rule."""
    for path in sorted((CHECKS / rule.name).glob("expected*.txt")):
        named = re.findall(r"(?m)^\S+:\d+:\d+: (error|warning): .* \[([a-z0-9-]+)\]$", path.read_text(encoding="utf-8"))
        assert set(named) == {(str(rule.severity), rule.name)}, path.name


def test_rules_page_is_up_to_date():
    """docs/rules.md is what `tools/rules_doc.py` makes of the rulebook and of these folders."""
    command = [sys.executable, str(ROOT / "tools" / "rules_doc.py"), "--check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
