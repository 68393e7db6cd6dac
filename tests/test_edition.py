"""The version in the corner of a card: in which version of the deck its note last changed; no change by itself."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import NOW, ROOT, Deck, MakeDeck
from test_package import everything

from recto.apkg import EDITION_FIELDS
from recto.cli import run
from recto.diff import compare, format_changes
from recto.face import render_face
from recto.preview.listing import index_of
from recto.preview.site import make_view, sides_of
from recto.project import open_project
from recto.snapshot import NoteState, read_package
from recto.upgrade import simulate_upgrade
from recto.verify import import_into, open_collection

CARDS = "cards/gpu/a.md"
TEXT = "# 主题\n\n## 问一 {#one}\n\nA\n\n## 问二 {#two}\n\nB\n"
TYPES = "templates/notetypes.toml"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))


def command(deck: Deck, name: str, *arguments: str) -> None:
    """Run a command a minute after the last one; it succeeds."""
    os.environ["SOURCE_DATE_EPOCH"] = str(int(os.environ["SOURCE_DATE_EPOCH"]) + 60)
    assert run([name, "--deck", str(deck.root), *arguments]) == 0


def release(deck: Deck, text: str) -> Path:
    """Release the deck with this topic; the package."""
    deck.write(CARDS, text)
    command(deck, "release", "-q")
    config = deck.project.config()
    return deck.project.package_path(config.slug, config.version)


def draft(deck: Deck, text: str) -> Path:
    """Build between releases with this topic; the package."""
    deck.write(CARDS, text)
    command(deck, "build", "-q")
    return deck.project.built_package()


def notes_of(package: Path) -> dict[str, NoteState]:
    return {note.id: note for note in read_package(package).notes.values()}


def versions(package: Path) -> dict[str, str]:
    """What stands in the corner, by card id."""
    return {ident: dict(note.fields)["Spare1"] for ident, note in notes_of(package).items()}


def locked_versions(deck: Deck) -> dict[str, str]:
    return {ident: promise.changed_in for ident, promise in deck.project.ledger().notes.items()}


def note_lines(deck: Deck) -> dict[str, str]:
    return {line.split()[1]: line for line in deck.read("deck.lock").splitlines() if line.startswith("note ")}


def test_every_note_type_of_this_deck__shows_it_in_its_spare_field() -> None:
    """Spare1 keeps its name and place, so no learner's note type changes."""
    notetypes = open_project(ROOT).compile().notetypes
    assert {notetype.edition_field for notetype in notetypes.values()} == {"Spare1"}


def test_changed_note__shows_the_new_version_and_nothing_else_is_touched(make_deck: MakeDeck) -> None:
    """In real Anki: one note is updated and says so at its foot; the learner's edit of the other survives."""
    deck = make_deck()
    first = release(deck, TEXT)
    second = release(deck, TEXT.replace("\nA\n", "\nA2\n"))
    assert versions(first) == {"one": "1.0.0", "two": "1.0.0"}
    assert versions(second) == locked_versions(deck) == {"one": "1.0.1", "two": "1.0.0"}
    with open_collection() as collection:
        import_into(collection, first)
        (note_id,) = collection.find_notes("Id:two")
        note = collection.get_note(note_id)
        note["Answer"] = "mine"
        collection.update_note(note)
        log = import_into(collection, second)
        assert (log["updated"], log["duplicate"], log["conflicting"]) == (1, 1, 0)
        assert collection.get_note(note_id)["Answer"] == "mine"
        assert collection.get_config(EDITION_FIELDS) is None  # for comparing packages; not for learners
        (changed,) = collection.find_notes("Id:one")
        feet = [collection.get_note(n).cards()[0].answer() for n in (changed, note_id)]
    assert '<span class="card-id">one</span><span class="edition">v1.0.1</span>' in feet[0]
    assert '<span class="card-id">two</span><span class="edition">v1.0.0</span>' in feet[1]
    assert simulate_upgrade(first, second).problems == ()


def test_deck_released_before__is_not_touched(make_deck: MakeDeck) -> None:
    """Notes that were released without a version keep bytes, digest, time and line in deck.lock, and show none."""
    deck = make_deck()
    deck.write(TYPES, deck.read(TYPES).replace('"edition"', '"spare"'))
    first = release(deck, TEXT)
    lock = deck.read("deck.lock")
    assert "edition=" not in lock
    deck.write(TYPES, (ROOT / TYPES).read_text(encoding="utf-8"))
    assert deck.check().diagnostics == ()
    command(deck, "build", "--locked", "-q")
    assert deck.read("deck.lock") == lock
    assert versions(first) == {"one": "", "two": ""}
    before = note_lines(deck)
    second = release(deck, TEXT.replace("\nA\n", "\nA2\n"))
    assert versions(second) == {"one": "1.0.1", "two": ""}
    assert notes_of(second)["two"] == notes_of(first)["two"]
    assert note_lines(deck)["two"] == before["two"]
    assert note_lines(deck)["one"].endswith(" edition=1.0.1")
    assert simulate_upgrade(first, second).problems == ()
    edition = deck.check().edition
    assert edition
    (kind,) = edition.notetypes
    foot = {linked.note.id: render_face(linked, kind.notetype, 0).answer for linked in edition.notes}
    assert 'class="edition"' not in foot["two"]


def test_lost_lock__comes_back_with_the_versions(make_deck: MakeDeck) -> None:
    """What deck.lock says of each note is in the package, which then builds to the same bytes."""
    deck = make_deck()
    release(deck, TEXT)
    package = release(deck, TEXT.replace("\nA\n", "\nA2\n"))
    lock, released = deck.read("deck.lock"), package.read_bytes()
    (deck.root / "deck.lock").unlink()
    command(deck, "release", "--rebuild-lock", str(package))
    assert deck.read("deck.lock") == lock
    package.unlink()
    command(deck, "build", "--locked", "-q")
    assert package.read_bytes() == released


def test_version__is_no_difference_for_people(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither diff nor news name it: between packages, against the cards, between a draft and its release."""
    deck = make_deck()
    first = release(deck, TEXT)
    text = TEXT.replace("\nA\n", "\nA2\n")
    tested = draft(deck, text)
    assert versions(tested) == {"one": "1.0.0-dev", "two": "1.0.0"}
    capsys.readouterr()
    command(deck, "diff", "--format", "json")
    assert json.loads(capsys.readouterr().out)["changed"][0]["fields"] == {"Answer": ["<p>A</p>", "<p>A2</p>"]}
    second = release(deck, text)
    assert [e.fields for e in compare(read_package(first), read_package(second)).edited] == [("Answer",)]
    assert format_changes(compare(read_package(tested), read_package(second))) == "no difference"
    assert "Spare1" not in deck.read("NEWS.md")
    assert simulate_upgrade(tested, second).problems == ()


def test_change_that_was_taken_back__upgrades_without_a_problem(make_deck: MakeDeck) -> None:
    """Who skips a release gets the same text under a newer version: an update, and nothing to read."""
    deck = make_deck()
    first = release(deck, TEXT)
    release(deck, TEXT.replace("\nA\n", "\nA2\n"))
    third = release(deck, TEXT)
    assert versions(third) == {"one": "1.0.2", "two": "1.0.0"}
    report = simulate_upgrade(first, third)
    assert (report.problems, report.updated) == ((), 1)
    changes = compare(read_package(first), read_package(third))
    assert (changes.edited, [edit.new.id for edit in changes.reissued]) == ((), ["one"])


def test_draft_taken_back__has_the_promised_version_again(make_deck: MakeDeck) -> None:
    """The tester gets the old text and its version with the next build, and a build after that changes nothing."""
    deck = make_deck()
    first = release(deck, TEXT)
    with open_collection() as collection:
        import_into(collection, first)
        import_into(collection, draft(deck, TEXT.replace("\nA\n", "\nA2\n")))
        (note_id,) = collection.find_notes("Id:one")
        assert collection.get_note(note_id)["Spare1"] == "1.0.0-dev"
        restored = draft(deck, TEXT)
        assert import_into(collection, restored)["updated"] == 1
        note = collection.get_note(note_id)
        assert (note["Answer"], note["Spare1"]) == ("<p>A</p>", "1.0.0")
        assert import_into(collection, draft(deck, TEXT))["updated"] == 0
    package = release(deck, TEXT.replace("\nB\n", "\nB2\n"))
    assert versions(package) == locked_versions(deck) == {"one": "1.0.0", "two": "1.0.1"}


def test_removed_card_that_returns__has_its_old_version(make_deck: MakeDeck) -> None:
    """Learners who still have the note have exactly this one: its time and version are those of its last change."""
    deck = make_deck()
    first = release(deck, TEXT)
    release(deck, TEXT[: TEXT.index("\n## 问二")])
    assert deck.project.ledger().gone["two"].changed_in == "1.0.0"
    third = release(deck, TEXT)
    assert versions(third) == {"one": "1.0.0", "two": "1.0.0"}
    assert notes_of(third) == notes_of(first)


def test_alias_and_withdrawal__are_changes(make_deck: MakeDeck) -> None:
    """Both change what the learner's note holds, so they carry the version of their release."""
    deck = make_deck()
    release(deck, TEXT)
    package = release(deck, TEXT.replace("{#one}", "{#uno alias=one}").replace("{#two}", "{#two retired='旧'}"))
    assert versions(package) == {"uno": "2.0.0", "two": "2.0.0"}
    assert deck.check().diagnostics == ()


def test_other_step__gives_the_version_that_is_released(make_deck: MakeDeck) -> None:
    """The version is known only after the changes: a new card makes it a minor one, an author may choose a larger."""
    deck = make_deck()
    release(deck, TEXT)
    assert versions(release(deck, TEXT + "\n## 问三 {#three}\n\nC\n"))["three"] == "1.1.0"
    deck.write(CARDS, TEXT + "\n## 问三 {#three}\n\nC2\n")
    command(deck, "release", "3.0.0", "-q")
    assert locked_versions(deck) == {"one": "1.0.0", "two": "1.0.0", "three": "3.0.0"}


def test_preview__shows_it_on_every_kind_and_searches_without_it(make_deck: MakeDeck) -> None:
    """The page shows what Anki will show; a search for a version would find all cards."""
    checked = everything(make_deck).check()
    view = make_view(checked, (), "zh")
    assert {card.notetype.kind for card in view.cards.values()} == {"qa", "cloze", "choice", "chain", "diagram"}
    for card in view.cards.values():
        assert sides_of(card)["answer"].count('<span class="edition">v1.0.0-dev</span>') == 1, card.key
    texts = [c["text"] for a in index_of(view)["areas"] for t in a["topics"] for c in t["cards"]]
    assert texts
    assert not any("1.0.0-dev" in text for text in texts)
