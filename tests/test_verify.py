"""Real Anki: what a learner has after importing, and after importing again."""

from __future__ import annotations

import re
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
    assert (report.notes, report.cards, report.media) == (7, 14, 8)
    assert report.decks == (("Test::先学的", 1), ("Test::全部::样例", 13))
    assert report.notetypes == (
        ("LLM 面试 · 图解", 1),
        ("LLM 面试 · 填空", 1),
        ("LLM 面试 · 连问", 1),
        ("LLM 面试 · 选择", 1),
        ("LLM 面试 · 问答", 3),
    )


def test_import__keeps_tags_and_order(make_deck: MakeDeck, collection: Collection) -> None:
    """Tags arrive as they were written, and new cards come in the order of the files."""
    import_into(collection, everything(make_deck).build())
    assert set(collection.tags.all()) == {
        "t::topic::all",
        "t::kind::chain",
        "t::kind::contrast",
        "t::kind::definition",
        "t::kind::diagram",
        "t::kind::formula",
        "t::tier::core",
        "t::retired",
    }
    rows = collection.db.all("select c.due, n.id from cards c join notes n on n.id = c.nid order by c.due, c.ord")
    idents = list(dict.fromkeys(collection.get_note(note_id)["Id"] for _, note_id in rows))
    assert idents == ["first-one", "all-reverse", "all-cloze", "all-retired", "all-choice", "all-chain", "all-diagram"]


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


def test_choice__is_marked_on_the_back_only(make_deck: MakeDeck, collection: Collection) -> None:
    """The front shows the options without their marks and without what explains them."""
    import_into(collection, everything(make_deck).build())
    (card,) = note_of(collection, "all-choice").cards()
    question, answer = (side.partition("</style>")[2] for side in (card.question(), card.answer()))
    assert re.findall(r"<li.*?>.*?</li>", question, re.S) == [
        "<li>RoPE</li>",
        "<li>可学习的绝对位置向量</li>",
        "<li><code>ALiBi</code></li>",
    ]
    assert not re.search("[✓✗☐☑]|right|wrong|偏置|打分", question)
    assert re.findall(r'<li class="(\w+)"><span class="mark">(.)</span>', answer) == [
        ("right", "✓"),
        ("wrong", "✗"),
        ("right", "✓"),
    ]
    for side in (question, answer):
        assert "哪些是相对位置编码" in side
        assert "只看主流做法" in side
        assert 'class="options several"' in side
    assert "偏置" in answer
    assert "加在打分上" in answer


def test_chain__shows_what_came_before(make_deck: MakeDeck, collection: Collection) -> None:
    """Card k shows the questions and answers before it, asks question k and gives its answer on the back."""
    steps = [f"### 问{n}？\n\n答{n}。\n\n" for n in range(2, 9)]
    deck = make_deck({"cards/a.md": f"# T\n\n## 问1？ {{#one .chain}}\n\n答1。\n\n{''.join(steps)}### 提示\n\n想。\n"})
    import_into(collection, deck.build())
    cards = note_of(collection, "one").cards()
    assert len(cards) == 8
    for number, card in enumerate(cards, 1):
        question, answer = card.question(), card.answer()
        before = [word for n in range(1, number) for word in (f"问{n}？", f"答{n}。")]
        assert re.findall(r"[问答]\d[？。]", question) == [*before, f"问{number}？"]
        assert re.findall(r"[问答]\d[？。]", answer) == [*before, f"问{number}？", f"答{number}。"]
        assert re.findall(r'class="question"[^>]*>(.*?)</div>', question) == [f"问{number}？"]
        assert re.findall(r'id="answer">(.*?)</div>', answer) == [f"<p>答{number}。</p>"]
        assert "想。" in question


def test_kind_of_ones_own__needs_no_python(make_deck: MakeDeck, collection: Collection) -> None:
    """A table and its templates are enough for a kind with options and a second question."""
    own = """
[quiz]
id = 1763780400777
name = "Quiz"
fields = [
  { name = "Question", id = 7771, from = "heading" },
  { name = "Front", id = 7772, from = "options" },
  { name = "Back", id = 7773, from = "options:marked" },
  { name = "Why", id = 7774, from = "step:2" },
  { name = "Because", id = 7775, from = "step-body:2" },
  { name = "Id", id = 7776, from = "id" },
]
templates = [
  { name = "Pick", id = 7777, front = "quiz/pick.html", back = "quiz/picked.html" },
  { name = "Why", id = 7778, front = "quiz/why.html", back = "quiz/because.html" },
]
"""
    deck = make_deck({"cards/a.md": "# T\n\n## Q {#one .quiz}\n\n- [x] A\n- [ ] B\n\n### Why?\n\nSo.\n"})
    deck.write("templates/notetypes.toml", deck.read("templates/notetypes.toml") + own)
    for name, text in (
        ("pick", "{{Question}}{{Front}}"),
        ("picked", "{{Back}}"),
        ("why", "{{#Why}}{{Back}}{{Why}}{{/Why}}"),
        ("because", "{{FrontSide}}{{Because}}"),
    ):
        deck.write(f"templates/quiz/{name}.html", text)
    assert import_apkg(deck.build()).problems == ()
    import_into(collection, deck.build())
    pick, why = note_of(collection, "one").cards()
    assert "✓" not in pick.question()
    assert "✓" in pick.answer()
    assert "Why?" in why.question()
    assert "So." in why.answer()


def test_longer_chain__brings_only_its_new_card(make_deck: MakeDeck, collection: Collection) -> None:
    """A question at the end is one more card of the same note; the learner's history of the others stays."""
    chain = "# T\n\n## 甲？ {#one .chain}\n\n答甲\n\n### 乙？\n\n答乙\n"
    deck = make_deck({"cards/a.md": chain})
    import_into(collection, deck.build(NOW, lock=True))
    card = note_of(collection, "one").cards()[1]
    card.type, card.queue, card.ivl, card.reps, card.due = 2, 2, 30, 5, 100
    collection.update_card(card)
    deck.write("cards/a.md", f"{chain}\n### 丙？\n\n答丙\n")
    log = import_into(collection, deck.build(NOW + 10))
    assert {key: count for key, count in log.items() if count} == {"updated": 1}
    first, second, third = note_of(collection, "one").cards()
    assert (first.reps, second.id, second.ivl, second.reps, third.reps) == (0, card.id, 30, 5, 0)


def test_note_type__is_valid_to_anki(make_deck: MakeDeck, collection: Collection) -> None:
    """Anki's own validation, which the importer leaves out, accepts our note types."""
    import_into(collection, everything(make_deck).build())
    for name in ("LLM 面试 · 填空", "LLM 面试 · 问答", "LLM 面试 · 选择", "LLM 面试 · 连问"):
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
    connection.close()
    problems = " | ".join(import_apkg(broken).problems)
    assert "missing media: dash-" in problems
    assert "Check Database" in problems
