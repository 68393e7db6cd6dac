"""Identity hangs on the namespace and the author's id, on nothing else."""

from __future__ import annotations

import re

from conftest import MakeDeck

from recto.identity import deck_id_of, guid_of


def test_guid__is_the_promised_one() -> None:
    """A changed formula would give every learner a second copy of the deck: the value is frozen."""
    assert guid_of("llm-interview", "kv-why") == "rdabpv5agw252cus"
    assert re.fullmatch(r"[a-z2-7]{16}", guid_of("a", "b"))


def test_guid__of_another_deck_or_id__differs() -> None:
    """Two decks may use one id, and no joining of the parts collides."""
    assert len({guid_of("a", "b"), guid_of("b", "a"), guid_of("a", "bb"), guid_of("ab", "b")}) == 4


def test_deck_id__is_stable_and_not_the_default_deck() -> None:
    """Subdecks get ids of their own that no build changes."""
    assert deck_id_of(5, "A::B") == deck_id_of(5, "A::B")
    assert deck_id_of(5, "A::B") != deck_id_of(6, "A::B")
    assert deck_id_of(5, "A::B") > 10**12


def test_edits_and_moves__keep_the_guid(make_deck: MakeDeck) -> None:
    """Question, answer, tags, file, folder and order may all change."""
    before = make_deck({"cards/a/x.md": "# T\n\n## Q {#one}\n\nA\n\n## R {#two}\n\nB\n"}).check().edition
    after = (
        make_deck({"cards/z/y.md": "---\ntags: [n]\n---\n\n# U\n\n## R2 {#two}\n\nB2\n\n## Q2 {#one}\n\nA2\n"})
        .check()
        .edition
    )
    assert before
    assert after
    assert {n.note.id: n.guid for n in before.notes} == {n.note.id: n.guid for n in after.notes}
