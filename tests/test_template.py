"""Anki's template language: what we work out is what the real backend makes."""

from __future__ import annotations

import pytest
from conftest import MakeDeck

from recto.template import TemplateError, cloze_ordinals, is_empty_field, parse_template, shows_something

FRONTS = [
    "{{A}}",
    "text {{A}}",
    "{{#A}}{{B}}{{/A}}",
    "{{^A}}{{B}}{{/A}}",
    "{{#A}}x{{/A}}{{B}}",
    "{{text:A}}{{hint:B}}",
    "{{#A}}{{^B}}{{A}}{{/B}}{{/A}}",
    "{{ A }}{{# B }}x{{/ B }}",
]
VALUES = ["", "x", " ", "<br>", "<div></div>", "&nbsp;", "<img src=a.png>", "\n<BR />\n"]


def test_card_generation__agrees_with_anki() -> None:
    """For every front and every pair of field values Anki makes a card exactly when we say so."""
    from recto.verify import open_collection

    with open_collection() as collection:
        for number, front in enumerate(FRONTS):
            notetype = collection.models.new(f"type {number}")
            for name in ("First", "A", "B"):
                collection.models.add_field(notetype, collection.models.new_field(name))
            base = collection.models.new_template("base")
            base["qfmt"], base["afmt"] = "{{First}}", "-"
            probe = collection.models.new_template("probe")
            probe["qfmt"], probe["afmt"] = front, "-"
            for template in (base, probe):
                collection.models.add_template(notetype, template)
            notetype_id = collection.models.add(notetype).id
            for a in VALUES:
                for b in VALUES:
                    note = collection.new_note(collection.models.get(notetype_id))
                    note.fields = ["f", a, b]
                    collection.add_note(note, 1)
                    anki_says = any(card.ord == 1 for card in note.cards())
                    filled = {name for name, value in (("A", a), ("B", b)) if not is_empty_field(value)}
                    assert shows_something(parse_template(front), filled) == anki_says, (front, a, b)


@pytest.mark.parametrize("text", ["{{#A}}{{B}}", "{{/A}}", "{{#A}}{{/B}}", "{{#A}}{{#B}}{{/A}}{{/B}}"])
def test_unbalanced_section__is_an_error(text: str) -> None:
    """What Anki would show an error for does not get into a package."""
    with pytest.raises(TemplateError):
        parse_template(text)


def test_cloze_ordinals__follow_the_numbers() -> None:
    """Cards follow hole numbers; 0 and numbers above 500 make none (Anki 26.09.3)."""
    assert cloze_ordinals("{{c3::a}} {{c1::b::h}} {{c1::c}} {{c0::d}} {{c501::e}} {{C2::f}}") == (0, 2)


def test_reverse_option__adds_the_second_card(make_deck: MakeDeck) -> None:
    """`.reverse` is a flag of the same note type: one note, one or two cards."""
    deck = make_deck({"cards/a.md": "# T\n\n## Q {#q .reverse}\n\nA\n\n## R {#r}\n\nB\n"})
    edition = deck.check().edition
    assert edition
    assert [n.ordinals for n in edition.notes] == [(0, 1), (0,)]
