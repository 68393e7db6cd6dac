"""Real Anki: what a learner has after importing, and after importing again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from anki.collection import Collection
from conftest import NOW, MakeDeck
from test_package import everything

from recto.errors import ToolError
from recto.verify import import_apkg, import_into, open_collection

ONE = "# T\n\n## Q {#one tags='x'}\n\nA\n"
TWO = ONE + "\n## R {#two}\n\nB\n"


@pytest.fixture
def collection() -> Iterator[Collection]:
    with open_collection() as opened:
        yield opened


def note_of(collection: Collection, ident: str) -> object:
    (note_id,) = collection.find_notes(f"Id:{ident}")
    return collection.get_note(note_id)


def test_everything__imports_clean(make_deck: MakeDeck) -> None:
    """Every feature in one package: counts, decks and note types are right, and Anki has no complaint."""
    report = import_apkg(everything(make_deck).build())
    assert report.problems == ()
    assert (report.notes, report.cards, report.media) == (4, 7, 2)
    assert report.decks == (("Test::先学的", 1), ("Test::全部::样例", 6))
    assert report.notetypes == (("LLM 面试 · 填空", 1), ("LLM 面试 · 问答", 3))


def test_import__keeps_tags_and_order(make_deck: MakeDeck, collection: Collection) -> None:
    """Tags arrive as they were written, and new cards come in the order of the files."""
    import_into(collection, everything(make_deck).build())
    assert set(collection.tags.all()) == {
        "t::topic::all",
        "t::kind::definition",
        "t::kind::formula",
        "t::tier::core",
        "t::retired",
    }
    rows = collection.db.all("select c.due, n.id from cards c join notes n on n.id = c.nid order by c.due, c.ord")
    idents = list(dict.fromkeys(collection.get_note(note_id)["Id"] for _, note_id in rows))
    assert idents == ["first-one", "all-reverse", "all-cloze", "all-retired"]


def test_sides__show_what_they_should(make_deck: MakeDeck, collection: Collection) -> None:
    """Question and answer of each kind of card, as the real backend renders them."""
    import_into(collection, everything(make_deck).build())
    forward, backward = note_of(collection, "all-reverse").cards()
    assert "什么是" in forward.question()
    assert "按相关性加权求和" not in forward.question()
    assert "按相关性加权求和" in forward.answer()
    assert "什么是" in forward.answer()
    assert "哪种机制" in backward.question()
    assert "什么是" not in backward.question()
    assert "什么是" in backward.answer()
    first = note_of(collection, "all-cloze").cards()[0]
    assert ">[...]</span>" in first.question()
    assert ">甲</span>" not in first.question()
    assert ">甲</span>" in first.answer()
    (retired,) = note_of(collection, "all-retired").cards()
    assert "已过时" in retired.question()


def test_note_type__is_valid_to_anki(make_deck: MakeDeck, collection: Collection) -> None:
    """Anki's own validation, which the importer leaves out, accepts our note types."""
    import_into(collection, everything(make_deck).build())
    for name in ("LLM 面试 · 填空", "LLM 面试 · 问答"):
        notetype = collection.models.by_name(name)
        assert notetype
        collection.models.update_dict(notetype)


def test_edited_card__is_the_only_one_updated(make_deck: MakeDeck, collection: Collection) -> None:
    """Anki's log is truthful, the history stays, and the learner's own changes to other notes survive."""
    deck = make_deck({"cards/a.md": TWO})
    import_into(collection, deck.build(NOW, lock=True))
    card = note_of(collection, "two").cards()[0]
    card.type, card.queue, card.ivl, card.reps, card.due = 2, 2, 30, 5, 100
    collection.update_card(card)
    mine = note_of(collection, "one")
    mine["Answer"] = "my own words"
    mine.tags.append("mine")
    collection.update_note(mine)

    deck.write("cards/a.md", TWO.replace("## R", "## R new").replace("\nB\n", "\nB2\n"))
    log = import_into(collection, deck.build(NOW + 10))
    assert {key: count for key, count in log.items() if count} == {"updated": 1, "duplicate": 1}
    two, one = note_of(collection, "two"), note_of(collection, "one")
    assert (two["Question"], two["Answer"]) == ("R new", "<p>B2</p>")
    same = two.cards()[0]
    assert (same.id, same.ivl, same.reps, same.due) == (card.id, 30, 5, 100)
    assert one["Answer"] == "my own words"
    assert "mine" in one.tags


def test_moved_and_renamed__same_notes(make_deck: MakeDeck, collection: Collection) -> None:
    """Another file, folder, topic and order: nothing new, no conflict."""
    deck = make_deck({"cards/a.md": TWO})
    import_into(collection, deck.build(NOW, lock=True))
    (deck.root / "cards/a.md").unlink()
    deck.write("cards/b/z.md", "# T\n\n## R {#two}\n\nB\n\n## Q {#one tags='x'}\n\nA\n")
    log = import_into(collection, deck.build(NOW + 10))
    assert {key: count for key, count in log.items() if count} == {"duplicate": 2}
    assert collection.note_count() == 2


def test_changed_look__reaches_the_learner_and_touches_no_note(make_deck: MakeDeck, collection: Collection) -> None:
    """A new style sheet arrives on plain re-import; no note is updated."""
    deck = make_deck({"cards/a.md": TWO})
    import_into(collection, deck.build(NOW, lock=True))
    deck.write("templates/style/90-mine.css", ".x{outline:1px solid}")
    log = import_into(collection, deck.build(NOW + 10))
    assert {key: count for key, count in log.items() if count} == {"duplicate": 2}
    notetype = collection.models.by_name("LLM 面试 · 问答")
    assert notetype
    assert "outline" in notetype["css"]


def test_changed_picture_of_one_name__reaches_the_learner(make_deck: MakeDeck, collection: Collection) -> None:
    """A picture with other bytes is another file, and its note is updated."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="{}"/></svg>'
    deck = make_deck({"cards/a.md": "# T\n\n## Q {#q}\n\n![线](p.svg)\n", "cards/p.svg": svg.format("M0 0")})
    import_into(collection, deck.build(NOW, lock=True))
    deck.write("cards/p.svg", svg.format("M1 1"))
    log = import_into(collection, deck.build(NOW + 10))
    assert log["updated"] == 1
    assert collection.media.check().missing == []


def test_not_a_package__is_refused_with_a_sentence(tmp_path: Path) -> None:
    """A wrong file is a message, not a traceback."""
    wrong = tmp_path / "x.apkg"
    wrong.write_bytes(b"no zip")
    with pytest.raises(ToolError, match=r"x\.apkg"):
        import_apkg(wrong)


def test_broken_package__is_reported(make_deck: MakeDeck, tmp_path: Path) -> None:
    """The check can fail: a package with a note too few, a missing picture and an empty card is named as such."""
    import json
    import sqlite3
    import zipfile

    package = everything(make_deck).build()
    broken = tmp_path / "broken.apkg"
    with zipfile.ZipFile(package) as archive:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(archive.read("collection.anki2"))
    connection.execute("update notes set flds = replace(flds, 'dot-', 'dash-')")
    connection.execute("delete from cards where ord = 1")
    connection.commit()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("collection.anki2", connection.serialize())
        archive.writestr("media", json.dumps({}))
    problems = " | ".join(import_apkg(broken).problems)
    assert "missing media: dash-" in problems
    assert "Check Database" in problems
