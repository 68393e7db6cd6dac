"""The upgrade simulator: quiet when all is well, loud for each thing that can go wrong; and migrations."""

from __future__ import annotations

import re
from pathlib import Path

import genanki
import pytest
from conftest import NOW, Deck, MakeDeck

from recto.cli import run
from recto.upgrade import STATES, simulate_upgrade

CARDS = "# T\n" + "".join(f"\n## Q{n} {{#q{n}}}\n\nA{n}\n" for n in range(20))
NOTETYPES = "templates/notetypes.toml"


def build(deck: Deck, version: str, now: int) -> Path:
    """Build as a release of that version does."""
    deck.write("deck.toml", re.sub(r'version = ".*"', f'version = "{version}"', deck.read("deck.toml")))
    return deck.build(now, lock=True)


def test_good_upgrade__loses_nothing(make_deck: MakeDeck) -> None:
    """Edited, added, moved, removed and restyled at once: every card in every state stays as it was."""
    deck = make_deck({"cards/a.md": CARDS})
    old = build(deck, "1.0.0", NOW)
    deck.write(
        "cards/a.md", CARDS.replace("A3\n", "A3 better\n").replace("\n## Q19 {#q19}\n\nA19\n", "\n## New {#new}\n\nN\n")
    )
    deck.write("templates/style/90-x.css", ".x{outline:0}")
    new = build(deck, "2.0.0", NOW + 100)
    report = simulate_upgrade(old, new)
    assert report.problems == ()
    assert report.cards_before == 20
    assert report.cards_before > 2 * len(STATES)
    assert report.log == "1 new, 1 updated, 18 duplicate"
    assert (report.new_cards, report.updated) == (1, 1)
    assert (report.edits_kept, report.edits_replaced) == (4, 0)


def test_first_card_of_a_kind__brings_its_note_type(make_deck: MakeDeck) -> None:
    """A note type that the learner has not met comes with its first note; only a second copy of one is a fault."""
    deck = make_deck({"cards/a.md": CARDS})
    old = build(deck, "1.0.0", NOW)
    deck.write("cards/b.md", "# B\n\n## Which? {#which .choice}\n\n- [ ] this\n- [x] that\n")
    report = simulate_upgrade(old, build(deck, "1.1.0", NOW + 100))
    assert report.problems == ()
    assert report.new_cards == 1


def test_edited_by_both__is_replaced_and_said(make_deck: MakeDeck) -> None:
    """A note that the learner and the author changed becomes the author's; the report counts it."""
    deck = make_deck({"cards/a.md": CARDS})
    old = build(deck, "1.0.0", NOW)
    deck.write("cards/a.md", CARDS.replace("A5\n", "A5 better\n"))
    report = simulate_upgrade(old, build(deck, "1.0.1", NOW + 100))
    assert report.problems == ()
    assert (report.edits_kept, report.edits_replaced) == (3, 1)


def genanki_package(path: Path, mod: int, *, guid: str = "g", back: str = "A", notes: int = 8, fields: int = 2) -> Path:
    """What a plain generator makes: every note stamped with the time of the build."""
    names = [{"name": f"F{n}"} for n in range(fields)]
    model = genanki.Model(77, "M", fields=names, templates=[{"name": "c", "qfmt": "{{F0}}", "afmt": "{{F1}}"}])
    deck = genanki.Deck(88, "D")
    for n in range(notes):
        deck.add_note(genanki.Note(model=model, fields=[f"Q{n}", back, *[""] * (fields - 2)], guid=f"{guid}{n}"))
    genanki.Package(deck).write_to_file(path, timestamp=mod)
    return path


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, "overwritten although it did not change"),
        ({"guid": "h"}, "Q0: comes in a second time, under another GUID"),
        ({"fields": 3}, "conflict with the learner's note types"),
        ({"fields": 3}, "the note type M+ came in, which the package does not have: a second copy of one"),
    ],
)
def test_bad_upgrade__is_reported(tmp_path: Path, change: dict[str, object], problem: str) -> None:
    """Re-stamped notes, other GUIDs, another schema: what other generators do to learners."""
    old = genanki_package(tmp_path / "old.apkg", NOW)
    new = genanki_package(tmp_path / "new.apkg", NOW + 100, **change)  # type: ignore[arg-type]
    report = simulate_upgrade(old, new)
    assert any(problem in found for found in report.problems), report.problems


def test_silent_update__is_reported(tmp_path: Path) -> None:
    """Changed text under the same time never arrives: Anki's log and the package disagree."""
    old = genanki_package(tmp_path / "old.apkg", NOW)
    new = genanki_package(tmp_path / "new.apkg", NOW, back="B")
    problems = simulate_upgrade(old, new).problems
    assert "Anki's log says 0 updated, 8 notes changed" in problems


MIGRATIONS = {
    "add a field": (
        '{ name = "Spare3", id = 1248061792029920, from = "spare" },',
        '{ name = "Spare3", id = 1248061792029920, from = "spare" },\n  { name = "Extra", id = 991, from = "spare" },',
    ),
    "rename a field": ('name = "Explain", id = 7484761353511332', 'name = "Details", id = 7484761353511332'),
    "add a template": (
        'back = ["basic/reverse-back.html", "parts/details.html"] },',
        """back = ["basic/reverse-back.html", "parts/details.html"] },
        { name = "Third", id = 992, front = "third.html", back = "basic/back.html" },""",
    ),
}


@pytest.mark.parametrize("what", MIGRATIONS)
def test_migration__is_refused_in_a_minor_and_works_in_a_major_version(make_deck: MakeDeck, what: str) -> None:
    """With what docs/migration.md asks the learner to tick, every note arrives and no review is lost."""
    deck = make_deck({"cards/a.md": CARDS, "templates/third.html": "{{#Hint}}{{Question}}{{/Hint}}\n"})
    old = build(deck, "1.0.0", NOW)
    before, after = MIGRATIONS[what]
    deck.write(NOTETYPES, deck.read(NOTETYPES).replace(before, after))
    if what == "rename a field":
        page = "templates/parts/details.html"
        deck.write(page, deck.read(page).replace("Explain", "Details"))
        deck.write(NOTETYPES, deck.read(NOTETYPES).replace('name = "Explain"', 'name = "Details"'))
    deck.write("cards/a.md", CARDS.replace("A3\n", "A3 better\n\n### 提示\n\nH\n"))
    deck.write("deck.toml", deck.read("deck.toml").replace('version = "1.0.0"', 'version = "1.1.0"'))
    assert {d.rule for d in deck.check(NOW + 50).diagnostics} == {"changed-schema"}
    new = build(deck, "2.0.0", NOW + 100)
    report = simulate_upgrade(old, new, migrate=True)
    assert report.problems == ()
    assert report.updated >= 1
    # The third template asks only where there is a hint: one new card, none for the others.
    assert report.new_cards == (1 if what == "add a template" else 0)


def test_command__reports_an_upgrade(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """`verify --upgrade-from` says what changed for the learner."""
    deck = make_deck({"cards/a.md": CARDS})
    old = build(deck, "1.0.0", NOW)
    deck.write("cards/a.md", CARDS.replace("A3\n", "A3 better\n"))
    new = build(deck, "1.0.1", NOW + 100)
    assert run(["verify", str(new), "--upgrade-from", str(old)]) == 0
    out = capsys.readouterr().out
    assert "Anki's log: 1 updated, 19 duplicate" in out
    assert "no review lost, nothing twice, no conflict, no untouched note overwritten" in out
    assert run(["verify", str(new), "--migrate"]) == 2
