"""deck.lock: unchanged notes keep their time, changed ones get the build's, and the file survives merges."""

from __future__ import annotations

import pytest
from conftest import NOW, MakeDeck

from recto.errors import ToolError
from recto.ledger import format_ledger, parse_ledger, unpromised
from recto.model import Ledger, Promise, Schema, Tombstone

SCHEMA = Schema(7, False, "33", 30, ((1, "Front"), (2, "Back side")), ((3, "Card 1"),))
LEDGER = Ledger(
    version="1.2.3",
    released=20,
    headline="3 new, 1 corrected.",
    namespace="ns",
    notes={
        "b": Promise(
            "cloze", "22", 20, "D::二 E", (0, 2), ((1, "aa"), (3, "bb")), ((2, "cc"),), retired=True, changed_in="1.2.0"
        ),
        "a": Promise("qa", "11", 10, "D::一", (0,), guid="x:<y>&z"),
    },
    notetypes={"qa": SCHEMA},
    gone={"c": Tombstone("1.1.0", "qa", "44", 7, "old-guid", "1.0.0"), "d": Tombstone("1.2.0", "qa", "55", 8)},
)
TEXT = """\
recto-lock 1
version 1.2.3
released 20
headline 3 new, 1 corrected.
namespace ns
deck ef7fd1 D::一
deck 6c084b D::二 E
notetype qa 7 normal 33 30
field qa 00 1 Front
field qa 01 2 Back side
template qa 00 3 Card 1
note a qa 11 10 ef7fd1 0 guid=x:<y>&z
note b cloze 22 20 6c084b 0,2 1:aa 3:bb 2-cc edition=1.2.0 retired
gone c 1.1.0 qa 44 7 edition=1.0.0 guid=old-guid
gone d 1.2.0 qa 55 8
"""
ONE = "# T\n\n## Q {#one}\n\nA\n"
TWO = ONE + "\n## R {#two}\n\nB\n"


def test_ledger__survives_writing_and_reading() -> None:
    """One sorted line per note; reading gives back what was written."""
    assert format_ledger(LEDGER) == TEXT
    assert parse_ledger(TEXT) == LEDGER


def test_lock_without_versions__is_read_and_written_as_it_is() -> None:
    """Locks of releases that named no version for a note stay the same, byte for byte."""
    old = TEXT.replace(" edition=1.2.0", "").replace(" edition=1.0.0", "")
    assert format_ledger(parse_ledger(old)) == old


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("recto-lock 9\n", 1),
        ("recto-lock 1\n<<<<<<< HEAD\nversion 1.0.0\n", 2),
        (TEXT.replace("note a qa 11 10", "note a qa 11 x"), 12),
        (TEXT.replace("field qa 01", "field qa 02"), 10),
        (TEXT.replace("note b", "note a"), 13),
        (TEXT.replace("gone d", "gone c"), 15),
        (TEXT.replace("qa 55 8", "qa 55 8 edtion=1.0.0"), 15),
        (TEXT.replace("edition=1.2.0", "edtion=1.2.0"), 13),
        (TEXT.replace("version 1.2.3", "version 1.2.3\nversion 1.2.4"), 3),
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
    """A removed card leaves a tombstone with its last digest and the version that no longer had it."""
    deck = make_deck({"cards/a.md": TWO})
    deck.build(NOW, lock=True)
    deck.write("cards/a.md", ONE)
    deck.build(NOW + 1, lock=True)
    ledger = deck.project.ledger()
    assert set(ledger.notes) == {"one"}
    assert {ident: stone.version for ident, stone in ledger.gone.items()} == {"two": "1.0.0"}


def test_unpromised__lists_what_differs(make_deck: MakeDeck) -> None:
    """`--locked` can say what is not as promised."""
    deck = make_deck({"cards/a.md": TWO})
    deck.build(NOW, lock=True)
    deck.write("cards/a.md", TWO.replace("\nB\n", "\nC\n"))
    edition = deck.check(NOW + 1).edition
    assert edition
    assert unpromised(deck.project.ledger(), edition) == ["two"]


def test_lost_part__is_named() -> None:
    """A lock that lost a deck or a release line cannot be used, and says how to restore it."""
    for broken in (TEXT.replace("deck ef7fd1 D::一\n", ""), TEXT.replace("released 20\n", "")):
        with pytest.raises(ToolError, match=r"deck\.lock"):
            parse_ledger(broken)
