"""deck.lock: unchanged notes keep their time, changed ones get the build's, and the file survives merges."""

from __future__ import annotations

import pytest
from conftest import NOW, MakeDeck

from recto.errors import ToolError
from recto.ledger import format_ledger, parse_ledger, unpromised
from recto.model import Ledger, Promise

LEDGER = Ledger("1.2.3", {"b": Promise("22", 20), "a": Promise("11", 10)}, {"qa": Promise("33", 30)})
TEXT = "recto-lock 1\nversion 1.2.3\nnotetype qa 33 30\nnote a 11 10\nnote b 22 20\n"
ONE = "# T\n\n## Q {#one}\n\nA\n"
TWO = ONE + "\n## R {#two}\n\nB\n"


def test_ledger__survives_writing_and_reading() -> None:
    """One sorted line per note; reading gives back what was written."""
    assert format_ledger(LEDGER) == TEXT
    assert parse_ledger(TEXT) == LEDGER


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("recto-lock 9\n", 1),
        ("recto-lock 1\n<<<<<<< HEAD\nnote a 1 1\n", 2),
        ("recto-lock 1\nnote a 11 x\n", 2),
        ("recto-lock 1\nnote a 11 10\nnote a 12 11\n", 3),
    ],
)
def test_broken_lock__names_the_line(text: str, line: int) -> None:
    """A merge conflict or a damaged line stops the build with its place."""
    with pytest.raises(ToolError, match=f"deck.lock:{line}:"):
        parse_ledger(text)


def test_unchanged_note__keeps_its_time(make_deck: MakeDeck) -> None:
    """Only the edited note and nothing else gets the time of the second build."""
    deck = make_deck({"cards/a.md": TWO})
    deck.build(NOW, lock=True)
    deck.write("cards/a.md", TWO.replace("\nB\n", "\nBetter\n"))
    edition = deck.check(NOW + 500).edition
    assert edition
    assert {n.note.id: n.modified for n in edition.notes} == {"one": NOW, "two": NOW + 500}
    assert [n.modified for n in edition.notetypes] == [NOW]


def test_changed_css__touches_the_note_types_only(make_deck: MakeDeck) -> None:
    """A new look is a new time for note types; no note is touched."""
    deck = make_deck({"cards/a.md": TWO})
    deck.build(NOW, lock=True)
    deck.write("templates/style/90-mine.css", ".x{color:red}")
    edition = deck.check(NOW + 500).edition
    assert edition
    assert {n.modified for n in edition.notes} == {NOW}
    assert {n.modified for n in edition.notetypes} == {NOW + 500}


def test_locked_state__needs_no_clock(make_deck: MakeDeck) -> None:
    """What stands in deck.lock builds without asking for the time."""
    deck = make_deck({"cards/a.md": ONE})
    deck.build(NOW, lock=True)

    def no_clock() -> int:
        raise AssertionError("the clock was read")

    assert deck.project.check(clock=no_clock).ok


def test_clock_behind_the_lock__is_refused(make_deck: MakeDeck) -> None:
    """Anki would drop an update that is not newer, so a wrong clock stops the build."""
    deck = make_deck({"cards/a.md": ONE})
    deck.build(NOW, lock=True)
    deck.write("cards/a.md", ONE.replace("\nA\n", "\nB\n"))
    with pytest.raises(ToolError, match="clock"):
        deck.check(NOW)


def test_removed_card__stays_in_the_lock(make_deck: MakeDeck) -> None:
    """The id of a removed card is remembered, so that it is not given to another."""
    deck = make_deck({"cards/a.md": TWO})
    deck.build(NOW, lock=True)
    deck.write("cards/a.md", ONE)
    deck.build(NOW + 1, lock=True)
    assert set(deck.project.ledger().notes) == {"one", "two"}


def test_unpromised__lists_what_differs(make_deck: MakeDeck) -> None:
    """`--locked` can say what is not as promised."""
    deck = make_deck({"cards/a.md": TWO})
    deck.build(NOW, lock=True)
    deck.write("cards/a.md", TWO.replace("\nB\n", "\nC\n"))
    edition = deck.check(NOW + 1).edition
    assert edition
    assert unpromised(deck.project.ledger(), edition) == ["two"]
