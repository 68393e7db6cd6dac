"""«Did you mean …?» guesses right or not at all."""

from __future__ import annotations

import pytest

from recto.suggest import did_you_mean, nearest, slug


@pytest.mark.parametrize(
    ("word", "guess"),
    [
        ("来原", "来源"),
        ("源来", "来源"),
        ("来", ""),
        ("clzoe", "cloze"),
        ("clozze", "cloze"),
        ("Cloze", "cloze"),
        ("qa", "qa"),
        ("choice", ""),
        ("tiny", ""),
    ],
)
def test_nearest__is_one_slip_away(word: str, guess: str) -> None:
    """One letter added, lost, changed or swapped is a slip; more is another word."""
    assert nearest(word, ["来源", "追问", "cloze", "qa"]) == guess


def test_did_you_mean__lists_all_without_a_guess() -> None:
    """Who is far off sees what there is."""
    assert did_you_mean("zzz", ["one", "two"]) == "known here: one, two"


def test_slug__keeps_latin_words() -> None:
    """Ids are of Latin letters and digits."""
    assert slug("KV cache 为什么 Übergang?") == "kv-cache-ubergang"
    assert slug("为什么") == ""
