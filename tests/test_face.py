"""A card's two sides: what we work out is what the real backend renders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, MakeDeck
from test_package import everything

from recto.cli.common import read_clock
from recto.face import Face, render_face, reveal_cloze, show, strip_html
from recto.model import CardTemplate, FieldType, LinkedNote, Note, NoteType
from recto.package import write_apkg
from recto.project import open_project
from recto.source import Span
from recto.verify import import_into, open_collection

HERE = Span("cards/a.md", 1, 1, 1, 2, "")
TEMPLATES = [
    "{{A}}",
    "{{ A }} {{^A}}no{{/A}}",
    "{{text:A}}",
    "{{hint:A}}{{hint:text:A}}",
    "{{type:A}}",
    "{{Tags}}|{{Type}}|{{Deck}}|{{Subdeck}}|{{Card}}|{{CardFlag}}",
    "{{#A}}1{{#First}}2{{^A}}3{{/A}}{{/First}}{{/A}} \n 4",
]
VALUES = [
    "",
    "x",
    '<b>a</b> &amp; b<br>c<div>d</div><img src="q.png">',
    "a &nbsp; &lt;",
    "[sound:a.mp3] t [sound:b c.mp3]",
    "<style>x</style>z<script>1</script><!-- c -->k",
    "{{c1::a}} {{A}}",
]
CLOZES = [
    "{{c1::甲}} {{c2::b::hint}} {{c1::c::<b>h</b>}}",
    r"\({{c1::x}}\) \[{{c2::y::h}}\] z",
    r"\(a{{c1::x::h}}b\) {{c2::q \(t\) }}",
    "{{c1::a {{c2::b}} c}}",
    "{{c1::a {{c2::b::h}} c::outer}} }} {{c0::z}}",
    '{{c1::x "q" &amp; <b>z’é</b>}} it\'s',
    "{{c3::}} {{c1::\n m}}",
    r"{{c1::\(x\)}} {{c2::<pre>k</pre>}}",
    r"\(x<br>{{c1::y<b>z</b>}}\) \(<i>k</i>\)",
    "{{c1::a}} {{c2::open",
    "{{c1::std::vector}} {{C1::x}}",
    "[sound:a.mp3] {{c1::[sound:b.mp3]}}",
]


def plain(side: str) -> str:
    """A side without what cannot be equal.

    That are the ids of hints, which Anki makes of a hash of its own, and the numbers that it gives to sounds, for which
    we keep the names. The values of data-cloze are equal.
    """
    side = re.sub(r"hint[0-9a-f]{16}", "hint", side).replace(" draggable=false", "")  # newer than Anki 25.02
    return re.sub(r"\[anki:play:[qa]:\d+\]|\[sound:.+?\]", "[sound]", side)


def notetype_of(*, is_cloze: bool, fields: list[str], templates: list[tuple[str, str, str]]) -> NoteType:
    return NoteType(
        kind="probe",
        span=HERE,
        id=1,
        name="probe",
        is_cloze=is_cloze,
        fields=tuple(FieldType(name, n, "spare", "", (), False, False, "") for n, name in enumerate(fields)),
        templates=tuple(CardTemplate(name, n, front, back) for n, (name, front, back) in enumerate(templates)),
        css="",
    )


def linked_of(fields: list[str], tags: tuple[str, ...] = (), deck: str = "P::Q w") -> LinkedNote:
    note = Note("a", "probe", tuple(fields), tags, (), (), HERE, "T")
    return LinkedNote(note, "guid", "digest", 0, (0,), deck, False)


def both(notetype: NoteType, notes: list[LinkedNote]) -> Iterator[tuple[str, Face, Face]]:
    """(what it is, Anki's face, ours) for every card that Anki makes."""
    with open_collection() as collection:
        models = collection.models
        made = models.new(notetype.name)
        made["type"] = int(notetype.is_cloze)
        for field in notetype.fields:
            models.add_field(made, models.new_field(field.name))
        for template in notetype.templates:
            new = models.new_template(template.name)
            new["qfmt"], new["afmt"] = template.front, template.back
            models.add_template(made, new)
        notetype_id = models.add(made).id
        for linked in notes:
            note = collection.new_note(models.get(notetype_id))
            note.fields, note.tags = list(linked.note.fields), list(linked.note.tags)
            collection.add_note(note, collection.decks.id(linked.deck))
            for card in note.cards():
                output = card.render_output()
                theirs = Face(output.question_text, output.answer_text)
                what = f"{linked.note.fields} card {card.ord + 1}"
                yield what, theirs, render_face(linked, notetype, card.ord)


def assert_same(cases: Iterator[tuple[str, Face, Face]]) -> int:
    count = 0
    for what, theirs, ours in cases:
        count += 1
        assert plain(ours.question) == plain(theirs.question), what
        assert plain(ours.answer) == plain(theirs.answer), what
    return count


def test_every_template__is_rendered_as_anki_does() -> None:
    """Replacements, sections, special fields and filters, with every value."""
    templates = [
        (f"t{n}", "{{First}}" + text, "{{FrontSide}}<hr id=answer>" + text) for n, text in enumerate(TEMPLATES)
    ]
    notetype = notetype_of(is_cloze=False, fields=["First", "A"], templates=templates)
    notes = [linked_of(["f [sound:f.mp3]", value], ("b::c", "a", "B")) for value in VALUES]
    assert assert_same(both(notetype, notes)) == len(TEMPLATES) * len(VALUES)


def test_every_cloze__is_rendered_as_anki_does() -> None:
    """Holes with and without hints, nested, in and around formulas, left open."""
    front = "{{cloze:Text}}{{#c1}}one{{/c1}} [{{text:cloze:Text}}]"
    notetype = notetype_of(
        is_cloze=True,
        fields=["Text", "Extra"],
        templates=[("k", front, "{{cloze:Text}}|{{type:cloze:Text}}|{{Card}}")],
    )
    assert assert_same(both(notetype, [linked_of([text, ""]) for text in CLOZES])) > len(CLOZES)


@pytest.mark.parametrize("which", ["everything", "the deck"])
def test_every_card_of_a_deck__is_rendered_as_anki_does(which: str, make_deck: MakeDeck, tmp_path: Path) -> None:
    """The whole way: our package imported into Anki shows what we show, character for character."""
    root = everything(make_deck).root if which == "everything" else ROOT
    checked = open_project(root).check(clock=read_clock)
    assert checked.edition
    package = tmp_path / "deck.apkg"
    write_apkg(checked.edition, root, package)
    notetypes = {linked.notetype.kind: linked.notetype for linked in checked.edition.notetypes}
    expected = sum(len(linked.ordinals) for linked in checked.edition.notes)
    seen = 0
    with open_collection() as collection:
        import_into(collection, package)
        for linked in checked.edition.notes:
            (note_id,) = collection.db.list("select id from notes where guid = ?", linked.guid)
            for card in collection.get_note(note_id).cards():
                output = card.render_output()
                ours = render_face(linked, notetypes[linked.note.kind], card.ord)
                assert plain(ours.question) == plain(output.question_text), linked.note.id
                assert plain(ours.answer) == plain(output.answer_text), linked.note.id
                seen += 1
    assert seen == expected


def test_show__puts_a_button_for_a_sound_and_a_box_for_a_typed_answer() -> None:
    """What the client does with the backend's marks."""
    values = {"A": "<b>x</b> &lt;"}
    question = show("[sound:a &amp; b.mp3] [[type:A]]", is_question=True, values=values)
    assert 'data-sound="a &amp; b.mp3"' in question
    assert 'id="typeans"' in question
    assert "[" not in question
    answer = show("[[type:cloze:A]]", is_question=False, values=values)
    assert answer == '<code id="typeans">x &lt;</code>'


def test_reveal_cloze__of_another_number_is_empty() -> None:
    """As in Anki, a card whose hole is gone shows nothing of the field."""
    assert reveal_cloze("{{c1::a}} b", 2, is_question=True) == ""


def test_strip_html__decodes_entities() -> None:
    """Text as a reader sees it."""
    assert strip_html("<p>a&nbsp;&lt;b</p><!-- c -->") == "a <b"
