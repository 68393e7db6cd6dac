"""The package: same edition, same bytes; what Anki will read; nothing left behind."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path

import pytest
from conftest import NOW, Deck, Golden, MakeDeck
from test_link import PNG

from recto.errors import ToolError

EVERYTHING = Path(__file__).parent / "decks" / "everything"


def everything(make_deck: MakeDeck) -> Deck:
    """A small deck with every feature."""
    deck = make_deck()
    for path in sorted(EVERYTHING.rglob("*")):
        if path.is_file():
            deck.write(path.relative_to(EVERYTHING).as_posix(), path.read_bytes())
    return deck.write("cards/media/dot.png", PNG).write("cards/media/tone.mp3", b"ID3\x04\0\0\0\0\0\0")


def dump(package: Path) -> str:
    """A package as text: members, note types (without their CSS), decks, notes with their cards, sorted by GUID."""
    with zipfile.ZipFile(package) as archive:
        lines = [f"member {i.filename} {i.compress_type} {i.date_time} {i.external_attr:o}" for i in archive.infolist()]
        names = json.loads(archive.read("media"))
        connection = sqlite3.connect(":memory:")
        connection.deserialize(archive.read("collection.anki2"))
    models, decks = (json.loads(text) for text in connection.execute("select models, decks from col").fetchone())
    lines += [f"media {number} {name}" for number, name in names.items()]
    for model in models.values():
        lines.append(f"notetype {model['id']} {model['name']} type {model['type']} mod {model['mod']}")
        lines += [f"  field {f['ord']} {f['name']} {f['id']}" for f in model["flds"]]
        lines += [f"  template {t['ord']} {t['name']} {t['id']} did {t['did']}" for t in model["tmpls"]]
    lines += [f"deck {d['id']} {d['name']} conf {d['conf']} {d['desc']!r}" for d in decks.values()]
    names_of = {str(m["id"]): [f["name"] for f in m["flds"]] for m in models.values()}
    query = "select id, guid, mid, mod, tags, flds from notes order by guid"
    for note_id, guid, mid, mod, tags, fields in connection.execute(query):
        lines.append(f"note {guid} {mid} mod {mod} tags{tags}")
        for name, html in zip(names_of[str(mid)], fields.split("\x1f"), strict=True):
            if html:
                lines.append(f"  {name}: {html.replace(chr(10), '⏎')}")
        cards = connection.execute("select ord, did, due, type, queue from cards where nid = ? order by ord", [note_id])
        lines += ["  card {} deck {} due {} type {} queue {}".format(*row) for row in cards]
    connection.close()
    return "\n".join(lines) + "\n"


def test_everything__is_packaged_as_recorded(make_deck: MakeDeck, golden: Golden) -> None:
    """The whole content of a package, as text."""
    golden(dump(everything(make_deck).build()), Path(__file__).parent / "golden" / "everything.txt")


def test_two_builds__same_bytes(make_deck: MakeDeck) -> None:
    """Two folders, one time: one sequence of bytes."""
    assert everything(make_deck).build().read_bytes() == everything(make_deck).build().read_bytes()


def test_database_header__names_no_sqlite_version(make_deck: MakeDeck) -> None:
    """The bytes in which SQLite signs with its own version are fixed."""
    with zipfile.ZipFile(everything(make_deck).build()) as archive:
        data = archive.read("collection.anki2")
    assert data[:16] == b"SQLite format 3\0"
    assert int.from_bytes(data[96:100], "big") == 3_040_000


def test_build__leaves_nothing_behind(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No temporary file stays, neither in the temporary folder nor beside the package."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    package = everything(make_deck).build()
    assert list(folder.iterdir()) == []
    assert list(package.parent.iterdir()) == [package]


def test_failed_write__keeps_the_old_package(make_deck: MakeDeck) -> None:
    """A media file that vanishes between checking and writing costs nothing but this build."""
    deck = everything(make_deck)
    package = deck.build()
    before = package.read_bytes()
    edition = deck.check(NOW + 9).edition
    assert edition
    (deck.root / "cards/media/dot.png").unlink()
    from recto.package import write_apkg

    with pytest.raises(ToolError, match=r"dot\.png"):
        write_apkg(edition, deck.root, package)
    assert package.read_bytes() == before
    assert list(package.parent.iterdir()) == [package]
