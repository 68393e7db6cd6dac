"""What changes for learners between two states of a deck."""

from __future__ import annotations

import json
from pathlib import Path

import genanki
import pytest
from conftest import NOW, Deck, MakeDeck

from recto.cli import run
from recto.diff import Changes, compare, format_changes
from recto.snapshot import read_package, snapshot_of_edition, snapshot_of_ledger
from recto.versions import Bump

BASE = """# T

## 问一 {#one tags='x'}

旧的答案

## 问二 {#two .reverse}

B

### 反问

b

## 填空 {#three .cloze}

==甲== ==乙==
"""


def changes_after(make_deck: MakeDeck, files: dict[str, str]) -> Changes:
    """From BASE as released to the given files, by packages."""
    old = make_deck({"cards/a.md": BASE})
    new = make_deck(files)
    return compare(read_package(old.build()), read_package(new.build(NOW + 5)))


def ids(notes: object) -> list[str]:
    return [getattr(n, "id", None) or n.new.id for n in notes]  # type: ignore[attr-defined]


def test_edit__names_the_fields_and_shows_the_words(make_deck: MakeDeck) -> None:
    """Question, answer and tags; the text word by word, Chinese by character."""
    text = BASE.replace("旧的答案", "新的答案").replace("tags='x'", "tags='y'")
    changes = changes_after(make_deck, {"cards/a.md": text})
    assert [(e.new.id, e.fields) for e in changes.edited] == [("one", ("Answer", "tags"))]
    shown = format_changes(changes)
    assert "Answer: [-旧-]{+新+}的答案" in shown
    assert "tags: -t::x +t::y" in shown
    assert changes.bump is Bump.PATCH


def test_added_and_removed(make_deck: MakeDeck) -> None:
    """A new card needs a minor version, a removed one a major version."""
    added = changes_after(make_deck, {"cards/a.md": BASE + "\n## 四 {#four}\n\nD\n"})
    assert (ids(added.added), added.bump) == (["four"], Bump.MINOR)
    removed = changes_after(make_deck, {"cards/a.md": BASE[: BASE.index("## 问二")]})
    assert (ids(removed.removed), removed.bump) == (["two", "three"], Bump.MAJOR)


def test_moved_retired_emptied_restyled(make_deck: MakeDeck) -> None:
    """Another subdeck, a withdrawn card, a lost hole, a second direction switched off, a new look."""
    text = (
        BASE.replace("==甲== ==乙==", "==甲== 乙").replace("{#two .reverse}", "{#two}").replace("\n### 反问\n\nb\n", "")
    )
    text = text.replace("tags='x'", "tags='x' retired='错了'")
    changes = changes_after(make_deck, {"cards/b/a.md": text, "templates/style/90-x.css": ".x{color:red}"})
    assert ids(changes.moved) == ["one", "two", "three"]
    assert ids(changes.retired) == ["one"]
    assert ids(changes.emptied) == ["two", "three"]
    assert changes.restyled == ("LLM 面试 · 填空", "LLM 面试 · 问答")
    assert changes.bump is Bump.MAJOR
    shown = format_changes(changes)
    assert "three 填空: card 2" in shown
    assert "two 问二: card 2" in shown
    assert "Test::T → Test::b" in shown


def test_lock_and_package__tell_the_same(make_deck: MakeDeck) -> None:
    """By digests alone the same notes differ as by their text."""
    deck = make_deck({"cards/a.md": BASE})
    package = read_package(deck.build(NOW, lock=True))
    deck.write("cards/a.md", BASE.replace("旧的", "新的") + "\n## 四 {#four}\n\nD\n")
    edition = deck.check(NOW + 5).edition
    assert edition
    new = snapshot_of_edition(edition)
    by_lock = compare(snapshot_of_ledger(deck.project.ledger(), edition), new)
    by_text = compare(package, new)
    assert ids(by_lock.edited) == ids(by_text.edited) == ["one"]
    assert ids(by_lock.added) == ids(by_text.added) == ["four"]
    assert by_lock.edited[0].fields == ()


def test_nothing_changed__says_so(make_deck: MakeDeck) -> None:
    """Two builds of the same cards do not differ."""
    changes = changes_after(make_deck, {"cards/a.md": BASE})
    assert format_changes(changes) == "no difference"
    assert changes.bump is Bump.NONE


def test_packages_of_other_tools__are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Plain genanki: notes by GUID, fields by name."""

    def package(name: str, back: str, guids: tuple[str, ...]) -> str:
        model = genanki.Model(
            7,
            "M",
            fields=[{"name": "Front"}, {"name": "Back"}],
            templates=[{"name": "c", "qfmt": "{{Front}}", "afmt": "{{Back}}"}],
        )
        deck = genanki.Deck(8, "D")
        for guid in guids:
            deck.add_note(genanki.Note(model=model, fields=[f"Q {guid}", back], guid=guid))
        genanki.Package(deck).write_to_file(tmp_path / name, timestamp=NOW)
        return str(tmp_path / name)

    old, new = package("old.apkg", "one two", ("a", "b")), package("new.apkg", "one three", ("b", "c"))
    assert run(["diff", old, new, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [n["guid"] for n in data["added"]] == ["c"]
    assert [n["guid"] for n in data["removed"]] == ["a"]
    assert data["changed"][0]["fields"] == {"Back": ["one two", "one three"]}
    assert data["requires"] == "major"


def test_newest_format_of_anki__is_read(make_deck: MakeDeck, tmp_path: Path) -> None:
    """A package that Anki itself exported, in its compressed format, is compared like any other."""
    from anki.collection import ExportAnkiPackageOptions

    from recto.verify import import_into, open_collection

    package = make_deck({"cards/a.md": BASE}).build()
    exported = tmp_path / "exported.apkg"
    with open_collection() as collection:
        import_into(collection, package)
        options = ExportAnkiPackageOptions(with_scheduling=False, with_media=True, legacy=False)
        collection.export_anki_package(out_path=str(exported), options=options, limit=None)
    assert compare(read_package(package), read_package(exported)).edited == ()
    assert set(read_package(exported).notes) == set(read_package(package).notes)


def test_command__compares_release_and_cards(
    make_deck: MakeDeck, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without arguments: the last release against the working tree; before the first there is nothing to compare."""
    deck: Deck = make_deck({"cards/a.md": BASE})
    assert run(["diff", "--deck", str(deck.root)]) == 2
    assert "no release to compare with" in capsys.readouterr().err
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    assert run(["release", "--deck", str(deck.root), "-q"]) == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + 60))
    deck.write("cards/a.md", BASE.replace("旧的", "新的"))
    assert run(["diff", "--deck", str(deck.root)]) == 0
    out = capsys.readouterr().out
    assert "Answer: [-旧-]{+新+}的答案" in out
    assert "requires a patch version" in out
    deck.write("cards/a.md", BASE.replace("{#one", "{#"))
    assert run(["diff", "--deck", str(deck.root)]) == 1
