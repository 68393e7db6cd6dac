"""Profiles, options and allowances: how a deck chooses what is asked of its cards."""

from __future__ import annotations

import pytest
from conftest import DECK_TOML, MakeDeck
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.checks.similar import grams, similar_pairs

LONG = "word " * 90
CARD = f"# T\n\n## Question {{#q}}\n\n{LONG}\n"
BASE = DECK_TOML.partition("rules.")[0]


def rules_of(make_deck: MakeDeck, rules: str, card: str = CARD) -> list[str]:
    diagnostics = make_deck({"deck.toml": f"{BASE}[rules]\n{rules}\n", "cards/a.md": card}).check().diagnostics
    return [f"{d.severity} {d.rule}" for d in diagnostics if d.rule != "missing-source"]


def test_profile__decides_how_severe_a_rule_is(make_deck: MakeDeck) -> None:
    """`strict` makes an error of what `standard`, the default, warns of and `minimal` does not ask."""
    longer = CARD.replace(LONG, LONG * 2)
    assert rules_of(make_deck, 'profile = "strict"', longer)[0] == "error answer-too-long"
    assert rules_of(make_deck, "", longer) == ["warning answer-too-long"]
    assert rules_of(make_deck, 'profile = "minimal"', longer) == []


def test_rule__can_be_set_over_the_profile(make_deck: MakeDeck) -> None:
    """By a severity alone or with its options; a wider limit silences."""
    assert rules_of(make_deck, 'answer-too-long = "off"') == []
    assert rules_of(make_deck, 'answer-too-long = { severity = "error", limit = 80 }') == ["error answer-too-long"]
    assert rules_of(make_deck, "answer-too-long = { wanted = 100 }") == []


@pytest.mark.parametrize(
    ("rules", "message", "help_"),
    [
        ('profile = "strickt"', 'profile "strickt" is not known', 'did you mean "strict"?'),
        ('answer-to-long = "off"', 'unknown key "answer-to-long"', 'did you mean "answer-too-long"?'),
        ('answer-too-long = "of"', "answer-too-long is set to 'of'", "one of: off, warning, error, or a table"),
        ("answer-too-long = { limits = 3 }", 'answer-too-long has no option "limits"', 'did you mean "limit"?'),
        ('answer-too-long = { limit = "3" }', "limit must be like 120", ""),
    ],
)
def test_slip_in_rules__is_reported_in_its_place(make_deck: MakeDeck, rules: str, message: str, help_: str) -> None:
    """A misspelt rule or option would do nothing, and nobody would notice."""
    found = make_deck({"deck.toml": f"{BASE}[rules]\n{rules}\n", "cards/a.md": CARD}).check().diagnostics
    assert [(d.span.path, d.span.line, d.message, d.help) for d in found] == [("deck.toml", 8, message, help_)]


def test_allowance__silences_its_rule_for_its_card_only(make_deck: MakeDeck) -> None:
    """The reason stands in the comment; the next card is looked at as before."""
    allowed = CARD.replace(LONG, f"{LONG}\n\n<!-- allow answer-too-long: the proof is the answer -->")
    both = allowed + CARD.replace("# T\n", "").replace("Question {#q}", "Another {#r}")
    assert rules_of(make_deck, "", allowed) == []
    assert rules_of(make_deck, "", both) == ["warning answer-too-long"]


def test_fix__is_reported_by_json(make_deck: MakeDeck) -> None:
    """Editors can offer what `check --fix` would do."""
    from recto.report import format_json

    found = make_deck({"deck.toml": BASE, "cards/a.md": CARD}).check().diagnostics
    assert '"fix": null' in format_json(found)


def test_unbalanced_deck__is_measured_against_the_shares_it_wants(make_deck: MakeDeck) -> None:
    """Per cent of notes by tag, sums with +; nothing for a deck that is small, or as it should be."""
    card = '## Question {n} {{#q{n} tags="kind::{kind}"}}\n\nAnswer {n}.\n\n'
    kinds = ["why"] * 3 + ["definition"] * 7
    text = "# T\n\n" + "".join(card.format(n=n, kind=kind) for n, kind in enumerate(kinds))
    options = 'unbalanced-deck = {{ severity = "error", minimum = {}, at-least = {}, at-most = {} }}'
    off = 'near-duplicate = "off"\nconfusable = "off"\n'

    def found(minimum: int, at_least: str, at_most: str) -> list[str]:
        rules = f"rules.{options.format(minimum, at_least, at_most)}\n"
        settings = BASE + rules + "".join(f"rules.{line}\n" for line in off.split("\n") if line)
        return [d.message for d in make_deck({"deck.toml": settings, "cards/a.md": text}).check().diagnostics]

    assert found(10, '{ "why+tradeoff" = 31 }', "{ definition = 69 }") == [
        "30 % of the notes are kind why+tradeoff; at least 31 % are wanted",
        "70 % of the notes are kind definition; at most 69 % are wanted",
    ]
    assert found(10, '{ "why+tradeoff" = 30 }', "{ definition = 70 }") == []
    assert found(11, '{ "why+tradeoff" = 31 }', "{ definition = 69 }") == []


@settings(max_examples=500)
@given(st.lists(st.text("abc", max_size=20), max_size=16), st.sampled_from([0.35, 0.5, 0.6, 0.8, 1.0]))
def test_similar_pairs__are_those_that_comparing_all_would_find(texts: list[str], threshold: float) -> None:
    """The filters leave out no pair and add none."""
    sets = [grams(text) for text in texts]
    wanted = {
        (a, b)
        for b in range(len(texts))
        for a in range(b)
        if sets[a] and sets[b] and len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= threshold
    }
    assert {(a, b) for a, b, _ in similar_pairs(texts, threshold)} == wanted
