"""Every rule of style has a folder in tests/style: cards that break it, and the good twin of each.

`zh.md` and `en.md` are topic files of a deck in that language. A card whose id begins with `bad-` must be reported, by
this rule and no other that is switched on; one that begins with `good-` must not be; others are company.
`expected.txt` is all that is reported. `options.toml` holds options of the rule, `terms.yaml` the deck's terms.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import DECK_TOML, Deck, Golden, MakeDeck

from recto.checks import RULES
from recto.checks.rule import PROFILES, StyleRule
from recto.diagnostic import Diagnostic
from recto.report import format_text

STYLE = Path(__file__).parent / "style"
WHOLE = ("unbalanced-deck",)  # not about a card: tests/test_linter.py
EXTRAS = ("options.toml", "terms.yaml", "expected.txt")
FILES = sorted(path for path in STYLE.glob("*/*.md"))
every_rule = pytest.mark.parametrize("rule", [r for r in RULES if r.name not in WHOLE], ids=lambda rule: rule.name)


def deck_of(path: Path, make_deck: MakeDeck) -> Deck:
    """A deck with one file of a folder, and only that folder's rule."""
    folder, language = path.parent, path.stem
    options = (folder / "options.toml").read_text(encoding="utf-8") if (folder / "options.toml").exists() else ""
    rules = f'\n[rules.{folder.name}]\nseverity = "error"\n{options}'
    off = "".join(f'{rule.name} = "off"\n' for rule in RULES if rule.name != folder.name)
    base = DECK_TOML.partition("rules.")[0]
    files: dict[str, str | bytes] = {
        "deck.toml": f'{base}language = "{language}"\n[rules]\n{off}{rules}',
        "cards/topic.md": path.read_bytes(),
    }
    if (folder / "terms.yaml").exists():
        files["terms.yaml"] = (folder / "terms.yaml").read_bytes()
    for extra in (folder / "media").glob("*") if (folder / "media").exists() else ():
        files[f"cards/media/{extra.name}"] = extra.read_bytes()
    return make_deck(files)


def reported(deck: Deck, diagnostics: tuple[Diagnostic, ...]) -> dict[str, set[str]]:
    """The rules that were reported, by the id of the card."""
    found: dict[str, set[str]] = {}
    heads = [
        (number, head[1])
        for number, line in enumerate(deck.read("cards/topic.md").split("\n"), 1)
        if (head := re.match(r"## .*\{#([a-z0-9-]+)", line))
    ]
    for d in diagnostics:
        card = max((head for head in heads if head[0] <= d.span.line), default=(0, ""))[1]
        found.setdefault(card, set()).add(d.rule)
    return found


def test_every_rule_has_a_folder_and_every_folder_a_rule() -> None:
    """A rule without examples, or examples without a rule, is a slip."""
    assert sorted(path.name for path in STYLE.iterdir()) == sorted(r.name for r in RULES if r.name not in WHOLE)


@every_rule
def test_folder__holds_three_bad_cards_and_their_twins(rule: StyleRule) -> None:
    """Three bad cards at least, a good twin for each, and nothing that no test reads."""
    folder = STYLE / rule.name
    ids = [i for path in folder.glob("*.md") for i in re.findall(r"\{#([a-z0-9-]+)", path.read_text(encoding="utf-8"))]
    bad = {i.removeprefix("bad-") for i in ids if i.startswith("bad-")}
    assert len(bad) >= 3
    assert bad <= {i.removeprefix("good-") for i in ids if i.startswith("good-")}
    assert {p.name for p in folder.iterdir()} <= {"zh.md", "en.md", "media", *EXTRAS}
    assert (folder / "expected.txt").exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_bad_cards__are_found_and_their_twins_are_not(path: Path, make_deck: MakeDeck) -> None:
    """Recall and precision: the rule is reported at every bad card, and nothing at any other."""
    deck = deck_of(path, make_deck)
    ids = re.findall(r"\{#([a-z0-9-]+)", deck.read("cards/topic.md"))
    wanted = {ident: {path.parent.name} for ident in ids if ident.startswith("bad-")}
    assert reported(deck, deck.check().diagnostics) == wanted


@every_rule
def test_reports__are_as_expected(rule: StyleRule, make_deck: MakeDeck, golden: Golden) -> None:
    """The words of every report, its place and its help."""
    paths = [path for path in FILES if path.parent.name == rule.name]
    texts = [f"# {path.name}\n\n{format_text(deck_of(path, make_deck).check().diagnostics)}" for path in paths]
    golden("\n".join(texts), STYLE / rule.name / "expected.txt")


@every_rule
def test_profiles__ask_less_and_less(rule: StyleRule) -> None:
    """A rule that `standard` has is in `strict`, at least as severe; likewise `minimal` in `standard`."""
    order = {None: 0, "warning": 1, "error": 2}
    ranks = [order[severity] for severity in rule.severities]
    assert len(ranks) == len(PROFILES)
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0]
